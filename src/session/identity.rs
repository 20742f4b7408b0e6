//! Who asks: the credentials and header fields of a command, from its arguments, its suite and the environment.

use std::collections::BTreeSet;

use super::specification::Specification;
use crate::execute::http::{Accounts, KnownSchemes, OwnField};
use crate::model::contract::{Contract, Operation, SecurityScheme, Status};
use crate::model::exchange::Outcomes;
use crate::model::filter::Filter;
use crate::model::own_header::OwnHeader;
use crate::model::plan::Plan;
use crate::model::reason::UserChoice;
use crate::model::suite::{AccountName, Suite};
use crate::model::trigger_name::TriggerName;
use crate::session::stop::Stop;

/// The header fields of the command line, and those of the suite that it does not replace.
///
/// # Errors
/// One cannot be sent, or must not be.
pub fn headers(texts: &[String], suite: &Suite, contract: &Contract) -> Result<Vec<OwnHeader>, Stop> {
    let parse = |text: &String| OwnHeader::parse(text).map_err(|reason| Stop::Unusable(format!("--header: {reason}")));
    let mut headers = texts.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let of_suite = suite.headers.iter().filter(|header| !headers.iter().any(|own| own.is_called(&header.name)));
    let of_suite: Vec<OwnHeader> = of_suite.cloned().collect();
    headers.extend(of_suite);
    for header in &headers {
        check(header, suite, contract).map_err(|reason| Stop::Unusable(format!("header {}: {reason}", header.name)))?;
    }
    Ok(headers)
}

/// Refuses a header field that is sent to nothing, or that a security scheme owns: without credentials, a request must hold none.
fn check(header: &OwnHeader, suite: &Suite, contract: &Contract) -> Result<(), String> {
    header.check()?;
    let of_nothing = |pattern: &&String| {
        let one = OwnHeader { only: vec![(*pattern).clone()], ..header.clone() };
        !contract.operations.iter().any(|operation| one.is_for(&operation.id))
    };
    if let Some(pattern) = header.only.iter().find(of_nothing) {
        return Err(format!("no operation is called {pattern}; `probity list` shows all"));
    }
    let asked = contract.operations.iter().filter(|operation| header.is_for(&operation.id));
    let schemes = asked.flat_map(|operation| operation.security.iter().flatten());
    let owners = schemes.filter(|scheme| contract.security_schemes.get(*scheme).is_some_and(|kind| owns(kind, header)));
    let Some(scheme) = owners.min() else { return Ok(()) };
    let variables: Vec<String> = places(suite, contract, scheme).into_iter().map(|(name, place)| format!("{name} ({place})")).collect();
    let how = if variables.is_empty() { "name it in `accounts` of the suite".to_owned() } else { format!("set {}", variables.join(", ")) };
    Err(format!("it belongs to the security scheme {scheme}, which some requests leave out on purpose; {how}"))
}

/// Whether a scheme is shown in this header field, or in a cookie of it.
fn owns(scheme: &SecurityScheme, header: &OwnHeader) -> bool {
    match scheme {
        SecurityScheme::Basic | SecurityScheme::Bearer => header.is_called("authorization"),
        SecurityScheme::Header(name) => header.is_called(name),
        SecurityScheme::Cookie(name) => {
            let named = |pair: &str| pair.split('=').next().is_some_and(|known| known.trim() == name);
            header.is_called("cookie") && header.value.split(';').any(named)
        }
        SecurityScheme::Query(_) | SecurityScheme::Other(_) => false,
    }
}

/// The variables of a scheme of the full account, each with where its value goes.
fn places(suite: &Suite, contract: &Contract, scheme: &str) -> Vec<(String, String)> {
    let credential = suite.accounts.full.get(scheme);
    credential.map(|credential| credential.places(scheme, contract.security_schemes.get(scheme))).unwrap_or_default()
}

/// The credentials and header fields of a run, from where `lookup` finds them: all that the suite names; or what there is, where
/// it names none. To have none at all is only right where none are asked for.
///
/// # Errors
/// Variables that have no value: all of them, each with where it goes.
pub fn accounts(
    specification: &Specification,
    filter: &Filter,
    headers: &[OwnHeader],
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Accounts, Stop> {
    let Specification { suite, contract, .. } = specification;
    let unset = |name: &String| lookup(name).is_none_or(|value| value.is_empty());
    let missing = |all: Vec<(String, String)>| all.into_iter().filter(|(name, _)| unset(name)).collect::<Vec<_>>();
    let of_accounts = missing(suite.accounts.full.keys().flat_map(|scheme| places(suite, contract, scheme)).collect());
    let of_headers =
        missing(headers.iter().flat_map(|header| header.variables().into_iter().map(|name| (name, format!("header {}", header.name)))).collect());
    let mut accounts = if specification.names_accounts { Accounts::complete(suite, lookup) } else { Accounts::available(suite, lookup) };
    accounts.headers = headers.iter().map(|header| OwnField::new(header, lookup)).collect();
    let asked_for = || contract.operations.iter().any(|operation| operation.needs_credentials() && filter.selects(operation));
    let needed = specification.names_accounts || (accounts.full.is_empty() && asked_for());
    let of_accounts = if needed { of_accounts } else { Vec::new() };
    if of_accounts.is_empty() && of_headers.is_empty() {
        return Ok(accounts);
    }
    let words = if !specification.names_accounts && of_accounts.len() > 1 { "what you have of " } else { "" };
    let mut places: Vec<(String, Vec<String>)> = Vec::new();
    for (name, place) in of_accounts.into_iter().chain(of_headers) {
        match places.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if known.contains(&place) => {}
            Some((_, known)) => known.push(place),
            None => places.push((name, vec![place])),
        }
    }
    let all: Vec<String> = places.into_iter().map(|(name, places)| format!("{name} ({})", places.join(", "))).collect();
    let source = if specification.names_accounts {
        format!(" (the suite {} takes them from the environment or from --credentials FILE)", suite.name)
    } else {
        ", or name a --suite that says where they come from".to_owned()
    };
    Err(Stop::Unusable(format!("credentials are missing: set {words}{}{source}", all.join(", "))))
}

/// Says that operations are private and no account is there to ask for them, and which variables that takes.
pub fn unasked_private_note(specification: &Specification, known: &KnownSchemes) -> Option<String> {
    let Specification { suite, contract, .. } = specification;
    let is_private = |operation: &&Operation| {
        let mut conditions = operation.responses.iter().flat_map(|response| &response.conditions);
        conditions.any(|condition| condition.trigger == TriggerName::OTHER_OWNER)
    };
    let (count, variables) = (contract.operations.iter().filter(is_private).count(), suite.accounts.variables(AccountName::Other));
    let are = if count == 1 { "1 operation is private and is not".to_owned() } else { format!("{count} operations are private and are not") };
    (count > 0 && known.other.is_empty()).then(|| format!("{are} asked for as another account: {}", UserChoice::OtherAccount(variables)))
}

/// Says which credentials were sent where every request that a server answered was refused with 401.
pub fn refused_note(specification: &Specification, planned: &Plan, outcomes: &Outcomes) -> Option<String> {
    let valid = outcomes.outcomes.iter().filter(|outcome| planned.probe(&outcome.probe).is_some_and(|probe| probe.fault.is_none()));
    let answered: Vec<_> = valid.filter_map(|outcome| Some((outcome.exchanges.last()?, outcome.answer()?.status))).collect();
    if answered.is_empty() || answered.iter().any(|(_, status)| *status != Status(401)) {
        return None;
    }
    let sent: BTreeSet<&str> = answered.iter().flat_map(|(exchange, _)| &exchange.request.credentials).map(|one| one.scheme.as_str()).collect();
    Some(format!("note: every valid request was answered 401; {}", shown_schemes(specification, &sent)))
}

/// The schemes that were shown, each with how and from which variables; no value.
fn shown_schemes(specification: &Specification, sent: &BTreeSet<&str>) -> String {
    let Specification { suite, contract, .. } = specification;
    if sent.is_empty() {
        return "none showed credentials, because neither the contract nor the suite asks for any: `security` in a suite adds them".to_owned();
    }
    let one = |scheme: &&str| {
        let how = match contract.security_schemes.get(*scheme) {
            Some(SecurityScheme::Basic) => "Authorization: Basic ...".to_owned(),
            Some(SecurityScheme::Bearer) => "Authorization: Bearer ...".to_owned(),
            Some(SecurityScheme::Header(name)) => format!("{name}: ..."),
            Some(SecurityScheme::Query(name)) => format!("?{name}=..."),
            Some(SecurityScheme::Cookie(name)) => format!("Cookie: {name}=..."),
            Some(SecurityScheme::Other(_)) | None => String::new(),
        };
        let from: Vec<String> = places(suite, contract, scheme).into_iter().map(|(name, place)| format!("{name} is the {place}")).collect();
        format!("{scheme} was shown as `{how}` ({})", from.join(", "))
    };
    let all: Vec<String> = sent.iter().map(one).collect();
    format!("check the credentials: {}", all.join("; "))
}
