//! Takes each status that a job shows while it is polled as proof of its cell.

use super::JudgeInput;
use crate::model::contract::Status;
use crate::model::exchange::Outcome;
use crate::model::plan::Repeat;

/// What the looks at jobs before the last one have shown: for each other status the last look with it.
pub(super) fn earlier_states(input: &JudgeInput<'_>) -> Vec<Outcome> {
    let polls = input.plan.probes.iter().filter(|probe| matches!(probe.repeat, Repeat::Poll { .. }));
    polls.filter_map(|probe| input.outcomes.of(&probe.id)).flat_map(others).collect()
}

/// The outcome as it was after each look whose status is none of those that came later.
fn others(outcome: &Outcome) -> Vec<Outcome> {
    let status = |index: usize| outcome.exchanges[index].answer.as_ref().map(|answer| answer.status);
    let mut seen: Vec<Status> = outcome.answer().map(|answer| answer.status).into_iter().collect();
    let mut looks = Vec::new();
    for index in (0..outcome.exchanges.len()).rev() {
        // A wait that the server asked for is no look.
        let Some(status) = status(index).filter(|status| *status != Status(429) && !seen.contains(status)) else { continue };
        seen.push(status);
        looks.push(Outcome { exchanges: outcome.exchanges[..=index].to_vec(), ..outcome.clone() });
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::small_cases::{answer, outcome};
    use crate::model::exchange::AnswerContent;

    #[test]
    fn each_status_that_came_before_the_last_one_is_a_look() {
        let answers = [200, 429, 200, 303].map(|status| answer(status, AnswerContent::Empty)).to_vec();
        let looks = others(&outcome("p", answers));
        assert_eq!(looks.iter().map(|look| look.exchanges.len()).collect::<Vec<_>>(), [3]);
        assert!(others(&outcome("p", vec![answer(200, AnswerContent::Empty), answer(200, AnswerContent::Empty)])).is_empty());
    }
}
