//! `status`: the same request is answered with another status.

use super::AnswerKind;
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::model::change::ChangeClass;
use crate::model::contract::Status;
use crate::model::plan::Repeat;

/// Its name.
pub const NAME: &str = "status";

pub(super) const KIND: AnswerKind = AnswerKind { name: NAME, see };

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    if answers.is_same_status() {
        return Vec::new();
    }
    let (old, new) = (answers.old.status, answers.new.status);
    let repaired = !answers.probe.allows(old) && answers.probe.allows(new);
    let (class, why) = match () {
        () if depends_on_the_moment(answers) && answers.runs.have_seen(&answers.probe.operation, [old, new]) => return Vec::new(),
        () if depends_on_the_moment(answers) => {
            (ChangeClass::Unclear, "which of the two it is depends on how far a job is, and the other one was not seen")
        }
        () if repaired => (ChangeClass::Risky, "the contract allows only the newer one"),
        () => (ChangeClass::Breaking, "who handles the old one does not handle this one"),
    };
    // A server that fails or lets no one in does so whatever the request is.
    let everywhere = new.is_server_error() || new.0 == 429;
    let key = if everywhere { format!("-> {new}") } else { format!("{old} -> {new} {}", answers.probe.trigger) };
    let reason = format!("{old} is now {new}: {why}");
    vec![("status".to_owned(), Sighting::new(class, key, reason).between(Some(old.to_string()), Some(new.to_string())))]
}

/// Whether both statuses are documented successes of a request about something that goes on in the background.
fn depends_on_the_moment(answers: &AnswerPair<'_>) -> bool {
    let Some(operation) = answers.operation else { return false };
    let operations = answers.runs.input.contract.iter().flat_map(|contract| &contract.operations);
    let of_job = operation.done.is_some()
        || operations.filter_map(|other| other.result.as_ref()).any(|result| *result == operation.id)
        || matches!(answers.probe.repeat, Repeat::Follow(_));
    let documented = |status: Status| !status.is_refusal() && operation.response(status).is_some();
    let followed = || matches!(answers.probe.repeat, Repeat::Follow(_)) && !answers.old.status.is_refusal() && !answers.new.status.is_refusal();
    of_job && answers.probe.fault.is_none() && (followed() || (documented(answers.old.status) && documented(answers.new.status)))
}
