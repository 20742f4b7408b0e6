//! A status is no proof of a declared body that could not be read.

use super::{Case, Ruling, declared};
use crate::domain::contract::WHOLE_SERVER;
use crate::domain::exchange::{Content, Outcome};
use crate::domain::plan::Probe;

/// What a ruling comes to when the body that the contract declares as JSON was kept from being read by bounds of our own:
/// a status that is wrong stays wrong, and one that is right shows only half of what it should.
pub fn only(case: &Case<'_>, probe: &Probe, outcome: Option<&Outcome>, ruling: Ruling) -> Ruling {
    let Some(answer) = outcome.and_then(Outcome::answer).filter(|_| ruling == Ruling::Shows) else { return ruling };
    let reason = match &answer.body {
        Content::TooLong(most) => format!("it has more than {most} bytes; --max-answer reads more"),
        Content::Unread(reason) => reason.clone(),
        Content::Empty | Content::Json(_) | Content::Text(_) | Content::Bytes(_) => return ruling,
    };
    let operation = case.contract.operation(&probe.operation).filter(|_| !probe.id.starts_with(WHOLE_SERVER));
    let json = declared(case.contract, operation, answer.status)
        .is_some_and(|response| response.content.iter().any(|media| media.schema.is_some() && media.name.contains("json")));
    if json { Ruling::Inconclusive(format!("the body of the answer {} was not judged: {reason}", answer.status)) } else { ruling }
}
