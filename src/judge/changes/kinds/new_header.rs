//! `header-new`: a header field is there that was not.

use super::lost_header::moved_to;
use super::{AnswerKind, header_at, is_passing};
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::model::change::ChangeClass;

pub(super) const KIND: AnswerKind = AnswerKind { name: "header-new", see };

/// Fields that ask something of the client (RFC 9745, RFC 8594, RFC 7234, RFC 6265; a redirect, RFC 9110).
const ASKING: &[&str] = &["deprecation", "location", "refresh", "set-cookie", "sunset", "warning"];

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    if !answers.is_same_status() {
        return Vec::new();
    }
    let mut names: Vec<&str> = answers.new.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let moved: Vec<&str> = answers.old.headers.iter().filter_map(|(name, _)| moved_to(answers, name)).collect();
    let new = names.into_iter().filter(|name| answers.old.header(name).is_none() && !is_passing(name) && !moved.contains(name));
    new.map(|name| {
        let asks = ASKING.contains(&name);
        let class = if asks { ChangeClass::Risky } else { ChangeClass::Harmless };
        let why = if asks { "it asks something of the client" } else { "clients ignore fields that they do not know" };
        // Fields that come together and mean nothing to a client are one thing.
        let key = if asks { name } else { "any" };
        let reason = if asks { format!("the header field {name} is new: {why}") } else { format!("header fields are new, {name} among them: {why}") };
        (header_at(name), Sighting::new(class, key, reason).between(None, answers.new.header(name).map(str::to_owned)))
    })
    .collect()
}
