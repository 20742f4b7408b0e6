//! Judges 429 answers that no probe asked for.
//! The probe was sent again later and is judged by its last answer, but what the 429 promises is checked as well.

use super::JudgeInput;
use crate::judge::exchange_rules;
use crate::judge::exchange_rules::ExchangeContext;
use crate::model::contract::Status;
use crate::model::plan::Probe;
use crate::model::verdict::Finding;

/// The status of one request too many (RFC 6585, section 4).
const TOO_MANY: Status = Status(429);

/// What is wrong with the answers 429 that no plan asked for, each thing once.
pub(super) fn findings(input: &JudgeInput<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for probe in input.plan.probes.iter().filter(|probe| !probe.allows(TOO_MANY)) {
        let Some(outcome) = input.outcomes.of(&probe.id) else { continue };
        for exchange in &outcome.exchanges {
            let Some(answer) = exchange.answer.as_ref().filter(|answer| answer.status == TOO_MANY) else { continue };
            // Nothing but the number of requests was wrong with it.
            let asked = Probe { allowed: vec![TOO_MANY], status: TOO_MANY, fault: None, ..probe.clone() };
            let declared = super::declared(input.contract, None, TOO_MANY);
            let context = ExchangeContext {
                contract: input.contract,
                schemas: input.schemas,
                operation: None,
                probe: &asked,
                exchange,
                answer,
                declared: declared.as_deref(),
                hints: input.hints,
            };
            // Where nothing is declared, only the wait is of interest: the answer may be that of a gateway.
            let relevant = exchange_rules::findings(&context).into_iter().filter(|finding| declared.is_some() || finding.check == "retry-after");
            for finding in relevant {
                if found.iter().all(|known| (&known.check, &known.answer) != (&finding.check, &finding.answer)) {
                    found.push(finding);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::judge;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::exchange::{Answer, AnswerContent};

    /// What is found when a request is one too many at first, is told to wait so long, and is accepted then.
    fn found(wait: &str) -> Vec<String> {
        let refused = Answer { headers: vec![("retry-after".to_owned(), wait.to_owned())], ..answer(429, AnswerContent::Empty) };
        let outcomes = vec![outcome("p", vec![refused, answer(200, AnswerContent::Empty)])];
        let judgement = said(&contract(&json!({}), &json!({})), &plan(vec![probe("p", &json!({}))], json!({})), outcomes, judge);
        judgement.findings.into_iter().map(|finding| finding.check).collect()
    }

    #[test]
    fn an_answer_that_came_between_is_held_to_what_it_promises() {
        assert_eq!(found("soon"), ["retry-after"]);
        assert!(found("2").is_empty());
    }
}
