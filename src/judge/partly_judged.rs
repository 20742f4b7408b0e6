//! Marks a proved cell as proved in part when some of its answer was not judged.

use crate::contract::Unjudged;
use crate::judge::exchange_rules::UnjudgedParts;
use crate::model::check_level::{CheckLevel, CheckLevels};
use crate::model::reason::NotJudged;

/// The first part of an answer that was not judged, and that the suite does not accept.
pub(super) fn open(gaps: &UnjudgedParts) -> Option<NotJudged> {
    gaps.unjudged.iter().find(|part| part.accepted.is_none()).map(not_judged)
}

/// What of an answer that shows something was not judged: gaps that the suite accepts, a body of a type that is never read, and
/// what checks ask for that are off.
pub(super) fn accepted(gaps: &UnjudgedParts, levels: &CheckLevels) -> Option<String> {
    let accepted = gaps.unjudged.iter().map(|part| format!("{}, accepted: {}", not_judged(part), part.accepted.as_deref().unwrap_or_default()));
    let off = levels.entries().filter(|(_, level)| *level == CheckLevel::Off).map(|(name, _)| format!("the check {name} is off"));
    let all: Vec<String> = accepted.chain(gaps.unread.clone()).chain(off).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn not_judged(part: &Unjudged) -> NotJudged {
    NotJudged::Keyword(part.place.clone(), part.reason.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::judge::{JudgeInput, judge};
    use crate::model::exchange::AnswerContent;
    use crate::model::plan::Plan;
    use crate::model::report::Cell;
    use crate::model::verdict::Verdict;

    /// The cell of an answer under a schema, where the suite accepts these places.
    fn cell(media: &str, schema: &Value, body: AnswerContent, accepted: &[&str]) -> Cell {
        let cells =
            json!([{"operation": "things.list", "method": "GET", "path": "/things", "status": 200, "general": false, "intent": {"probes": ["p"]}}]);
        let plan = Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(vec![probe("p", &json!({}))], json!({})) };
        let mut came = answer(200, body);
        came.headers.push(("content-type".to_owned(), media.to_owned()));
        let contract = contract(&json!({"content": {media: {"schema": schema}}}), &json!({}));
        said(&contract, &plan, vec![outcome("p", vec![came])], |input| {
            let accepted = accepted.iter().map(|place| ((*place).to_owned(), "it is fixed in the next version".to_owned())).collect();
            let schemas = crate::contract::Schemas::new(&contract).accepting(accepted).unwrap();
            judge(&JudgeInput { schemas: &schemas, ..*input }).cells.remove(0)
        })
    }

    const AT: &str = "#/paths/~1things/get/responses/200/content/application~1json/schema/properties/s/pattern";

    #[test]
    fn a_part_that_is_not_judged_leaves_no_green_cell() {
        let schema = json!({"required": ["n"], "properties": {"s": {"pattern": "^(?i)abc\\Z"}}});
        let json = |body: Value| AnswerContent::Json(body);
        let open = cell("application/json", &schema, json(json!({"n": 1})), &[]);
        assert_eq!(open.verdict, Verdict::Inconclusive);
        assert!(open.reason.is_some_and(|reason| reason.starts_with(&format!("keyword pattern at {AT} not judged: "))));
        let broken = cell("application/json", &schema, json(json!({})), &[]);
        assert_eq!(broken.verdict, Verdict::Violates, "the rest is judged");
        let accepted = cell("application/json", &schema, json(json!({"n": 1})), &[AT]);
        assert_eq!(accepted.verdict, Verdict::Conforms);
        assert!(accepted.in_part.is_some_and(|words| words.ends_with("accepted: it is fixed in the next version")));
        assert_eq!(cell("application/json", &schema, json(json!({})), &[AT]).verdict, Verdict::Violates);
    }

    #[test]
    fn a_body_that_is_not_read_conforms_in_part() {
        let csv = cell("text/csv", &json!({"type": "string"}), AnswerContent::Text("a,b".to_owned()), &[]);
        assert_eq!((csv.verdict, csv.in_part.as_deref()), (Verdict::Conforms, Some("body not judged: text/csv, bodies of this type are not read")));
        let read = cell("application/json", &json!({"type": "object"}), AnswerContent::Json(json!({})), &[]);
        assert_eq!((read.verdict, read.in_part), (Verdict::Conforms, None));
    }
}
