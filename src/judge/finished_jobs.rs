//! Excuses a probe that needed a running job when the job may have finished by then.

use super::JudgeInput;
use super::truth_table::JobState;
use crate::model::exchange::Outcome;
use crate::model::job::is_among;
use crate::model::plan::{Probe, Repeat};
use crate::model::trigger_name::TriggerName;

/// What is known of a job that was asked for its outcome too early and gave it: the first look at the job, which comes later,
/// has to show that it was still under way, or nothing is broken.
pub(super) fn finished(input: &JudgeInput<'_>, probe: &Probe, outcome: Option<&Outcome>) -> Option<JobState> {
    let served = outcome.and_then(Outcome::answer).is_some_and(|answer| answer.status.0 < 400);
    if !served || probe.trigger != TriggerName::UNFINISHED {
        return None;
    }
    let looks = input.plan.probes.iter().filter(|look| look.needs == probe.needs).find_map(|look| match &look.repeat {
        Repeat::Poll { at, finished, .. } => Some((look, at, finished)),
        _ => None,
    });
    let state = looks.and_then(|(look, at, finished)| {
        let first = input.outcomes.of(&look.id)?.exchanges.first()?.answer.as_ref().filter(|answer| answer.status.is_success())?;
        Some((first.body.whole_value()?.pointer(at)?.as_str()?, finished))
    });
    match state {
        Some((state, finished)) if !is_among(finished, state) => None,
        Some((state, _)) => Some(JobState::Finished(state.to_owned())),
        None => Some(JobState::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::small_cases::{answer, outcome, plan, probe, verdict};
    use crate::model::exchange::AnswerContent;
    use crate::model::verdict::Verdict;

    /// What is said when the outcome of a job comes too early and the first look at the job shows this.
    fn judged(status: u16, state: Option<&str>) -> Verdict {
        let fault = json!({"place": "state", "words": "the job has not finished"});
        let early = probe("early", &json!({"trigger": "unfinished", "fault": fault, "allowed": [404], "needs": ["jobs#1"]}));
        let poll = json!({"poll": {"at": "/state", "finished": ["done"], "failed": ["broken"]}});
        let plan = plan(vec![early, probe("look", &json!({"needs": ["jobs#1"], "repeat": poll}))], json!({}));
        let look = state.map(|state| outcome("look", vec![answer(200, AnswerContent::Json(json!({"state": state})))]));
        let early = outcome("early", vec![answer(status, AnswerContent::Empty)]);
        verdict(&plan, "early", 404, [Some(early), look].into_iter().flatten().collect())
    }

    #[test]
    fn an_outcome_that_comes_too_early_breaks_something_only_when_the_job_was_under_way() {
        assert_eq!(judged(200, Some("waiting")), Verdict::Violates);
        assert_eq!(judged(200, Some("done")), Verdict::Unreached);
        assert_eq!(judged(200, None), Verdict::Unreached);
        assert_eq!(judged(410, Some("done")), Verdict::Violates);
    }
}
