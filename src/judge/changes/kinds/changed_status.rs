//! `status`: the same request is answered with another status.

use super::AnswerKind;
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::model::change::ChangeClass;

pub(super) const KIND: AnswerKind = AnswerKind { name: "status", see };

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    if answers.is_same_status() {
        return Vec::new();
    }
    let (old, new) = (answers.old.status, answers.new.status);
    let repaired = !answers.probe.allows(old) && answers.probe.allows(new);
    let class = if repaired { ChangeClass::Risky } else { ChangeClass::Breaking };
    let why = if repaired { "the contract allows only the newer one" } else { "who handles the old one does not handle this one" };
    // A server that fails or lets no one in does so whatever the request is.
    let everywhere = new.is_server_error() || new.0 == 429;
    let key = if everywhere { format!("-> {new}") } else { format!("{old} -> {new} {}", answers.probe.trigger) };
    let reason = format!("{old} is now {new}: {why}");
    vec![("status".to_owned(), Sighting::new(class, key, reason).between(Some(old.to_string()), Some(new.to_string())))]
}
