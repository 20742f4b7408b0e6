//! Takes the bodies of requests that only obtain, renew or end the run's own token out of a recording.

use super::Recording;
use crate::model::effect::Effect;
use crate::model::session_exchange::{kept_session_answer, kept_session_request};

/// Takes them out of all rounds.
pub fn withhold_session_bodies(recording: &mut Recording) {
    let rounds = recording.again.iter_mut().map(|round| (&round.plan, &mut round.outcomes));
    for (plan, outcomes) in std::iter::once((&recording.plan, &mut recording.outcomes)).chain(rounds) {
        let of_session = |id: &str| plan.probe(id).is_some_and(|probe| probe.effect == Effect::Session);
        for exchange in outcomes.outcomes.iter_mut().filter(|outcome| of_session(&outcome.probe)).flat_map(|outcome| &mut outcome.exchanges) {
            exchange.request = kept_session_request(&exchange.request);
            exchange.answer = exchange.answer.as_ref().map(kept_session_answer);
        }
    }
}
