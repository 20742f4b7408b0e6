//! Reports which of the user's own requests were used, and leaves out those that are confidential.

use super::{JudgeInput, Recording};
use crate::model::contract::Contract;
use crate::model::exchange::{Exchange, WithheldBody};
use crate::model::plan::{Body, Probe};
use crate::model::suite::Suite;

/// Operations that were asked with the valid request that the suite names, in the order of the contract.
pub fn own_requests(input: &JudgeInput<'_>) -> Vec<String> {
    let asked = |name: &str| {
        let probes = input.plan.probes.iter().filter(|probe| probe.operation == name);
        probes.filter_map(|probe| input.outcomes.of(&probe.id)).any(|outcome| !outcome.exchanges.is_empty())
    };
    let own = input.contract.operations.iter().filter(|operation| operation.own.is_some());
    own.map(|operation| operation.id.clone()).filter(|name| asked(name)).collect()
}

/// What stands in a plan in the place of a body.
const CONFIDENTIAL: &str = "(confidential)";

/// Takes the bodies out of a recording that the suite names confidential (`requests`). The commands that show findings again
/// name the file in their place.
pub fn withhold(contract: &Contract, suite: &Suite, recording: &mut Recording) {
    let file = |probe: &Probe| {
        let own = contract.operation(&probe.operation)?.own.as_ref().filter(|own| own.confidential && own.body.is_some())?;
        let body = suite.requests.get(&probe.operation)?.parts().body?;
        let changed = !matches!(&probe.request.body, Body::Json(sent) if Some(sent) == own.body.as_ref());
        Some(WithheldBody { file: body, changed })
    };
    let rounds = recording.again.iter_mut().map(|round| (&mut round.plan, &mut round.outcomes));
    for (plan, outcomes) in std::iter::once((&mut recording.plan, &mut recording.outcomes)).chain(rounds) {
        for outcome in &mut outcomes.outcomes {
            let Some(withheld) = plan.probe(&outcome.probe).and_then(file) else { continue };
            outcome.exchanges.iter_mut().for_each(|exchange| withhold_body(exchange, &withheld));
        }
        for probe in plan.probes.iter_mut().filter(|probe| file(probe).is_some() && probe.request.body != Body::Empty) {
            probe.request.body = Body::Text(CONFIDENTIAL.to_owned());
        }
    }
}

fn withhold_body(exchange: &mut Exchange, withheld: &WithheldBody) {
    let request = &mut exchange.request;
    let had = request.body.take().is_some_and(|body| !body.is_empty()) | request.base64.take().is_some();
    request.withheld = Some(withheld.clone()).filter(|_| had);
}
