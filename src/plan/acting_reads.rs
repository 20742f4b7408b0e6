//! Finds operations whose name says that they act although their method is a read (RFC 9110, section 9.2.1).

use super::resources::unmarked_ids::words_of_name;
use crate::model::contract::Operation;

/// Verbs of requests that change something, whatever their method.
const VERBS: [&str; 39] = [
    "activate",
    "approve",
    "cancel",
    "clear",
    "close",
    "confirm",
    "deactivate",
    "delete",
    "destroy",
    "disable",
    "drop",
    "empty",
    "enable",
    "erase",
    "execute",
    "flush",
    "invalidate",
    "kill",
    "logoff",
    "logout",
    "purge",
    "reboot",
    "regenerate",
    "reject",
    "reload",
    "remove",
    "reset",
    "restart",
    "revoke",
    "rotate",
    "shutdown",
    "signoff",
    "signout",
    "stop",
    "terminate",
    "trigger",
    "truncate",
    "unsubscribe",
    "wipe",
];

/// Verbs of two words.
const PAIRS: [[&str; 2]; 5] = [["log", "out"], ["log", "off"], ["sign", "out"], ["sign", "off"], ["shut", "down"]];

/// What ends a session or takes a credential away, when something of the like is its object.
const ENDING: [&str; 10] = ["logout", "logoff", "signout", "signoff", "revoke", "rotate", "reset", "regenerate", "invalidate", "deactivate"];

/// What the run's own session hangs on.
const CREDENTIALS: [&str; 14] =
    ["token", "tokens", "session", "sessions", "password", "key", "keys", "secret", "secrets", "credentials", "me", "account", "user", "apikey"];

/// Whether an operation acts by its name: a segment of its path or its id begins with such a verb, and is no plural, which
/// would name things (`cancel-reasons`).
pub fn acts(operation: &Operation) -> bool {
    let mut fixed = operation.segments().rev().filter(|segment| !segment.starts_with('{'));
    let last = fixed.next().map(|segment| segment.split([':', '{']).rfind(|part| !part.is_empty()).unwrap_or(segment).to_owned());
    let by_id = operation.id.split(['.', ' ', '/']).next_back().unwrap_or_default();
    last.as_deref().is_some_and(is_action) || (!operation.id.contains(' ') && is_action(by_id))
}

/// Whether the last segment of the path of a URL says that asking for it changes something.
pub fn acts_at(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next().is_some_and(is_action)
}

/// Whether an operation may end the run's own session or take its credentials away.
pub fn ends_session(operation: &Operation) -> bool {
    // What is done to one thing is done to the run's own.
    if operation.path.contains('{') {
        return false;
    }
    let names = operation.segments().flat_map(words_of_name).chain(words_of_name(&operation.id));
    let names: Vec<String> = names.collect();
    let alone = ["logout", "logoff", "signout", "signoff"];
    let paired = names.windows(2).any(|pair| matches!([pair[0].as_str(), pair[1].as_str()], ["log" | "sign", "out" | "off"]));
    let has = |known: &[&str]| names.iter().any(|name| known.contains(&name.as_str()));
    let removes_account = operation.method.is_delete() && has(&["me", "account", "session", "self"]);
    has(&alone) || paired || (has(&ENDING) && has(&CREDENTIALS)) || removes_account
}

fn is_action(name: &str) -> bool {
    let words = words_of_name(name);
    let first = words.first().map(String::as_str).unwrap_or_default();
    let pair = words.get(1).is_some_and(|second| PAIRS.contains(&[first, second.as_str()]));
    let things = words.len() > 1 && words.last().is_some_and(|last| last.ends_with('s') && !last.ends_with("ss"));
    pair || (VERBS.contains(&first) && !things)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_in_front_acts_and_a_plural_names_things() {
        for name in ["logout", "log-out", "logoutUser", "reset", "reset-password", "unsubscribe", "revoke_token", "shutdown", "signOut", "clear-all"]
        {
            assert!(is_action(name), "{name}");
        }
        for name in ["cancel-reasons", "resets", "deleted", "status", "login", "logs", "list", "closed", "keys", "getReset", ""] {
            assert!(!is_action(name), "{name}");
        }
    }
}
