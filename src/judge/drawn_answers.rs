//! Judges the answers to requests with drawn values.
//! They prove no cell; what they break is added to the cell of the status that came.
//!
//! | the contract says               | 5xx  | another success | documented 4xx             | other 4xx |
//! |---------------------------------|------|-----------------|----------------------------|-----------|
//! | it is admitted                  | must | must            | should (400, 422)          | should    |
//! | it is refused                   | must | must            | must, unless it is the one | must      |
//! | nothing, or no more than a type | must | must            | –                          | should    |
//!
//! Nothing is said where the control was refused, nor of a value in the place of the server's own data, nor of 401, 403 and 429, which are about something else, nor of statuses
//! by which every server may refuse what is too much for it. That a documented value is refused is no more than a warning:
//! servers have rules that no schema can express.

use super::cell_findings::{CellFinding, Placed};
use super::{JudgeInput, declared, entry, inferred_cells};
use crate::contract::annotations::{all_server_data, is_server_data};
use crate::contract::is_within;
use crate::judge::exchange_rules::{ExchangeContext, curl, excerpt, findings};
use crate::model::contract::{Location, Operation, Response, Status};
use crate::model::drawn::{Drawn, DrawnChange, DrawnValue, Expects};
use crate::model::exchange::{Answer, Exchange};
use crate::model::file_place::WrittenPlaces;
use crate::model::plan::{Body, Place, PlannedCell, Probe, ProbeId};
use crate::model::report::CellProbe;
use crate::model::verdict::{Finding, Severity, Sightings};

/// Statuses that are about who asks and how often, or about the state of the resource, and not about values.
const ELSEWHERE: [u16; 7] = [401, 403, 404, 409, 410, 423, 429];

/// Statuses by which any server may refuse what is too much for it, whatever the contract says (RFC 9110, sections 15.5.14
/// and 15.5.15; RFC 6585, section 5), or what it does not find or serve in an unforeseen path.
const TOO_MUCH: [u16; 5] = [405, 406, 413, 414, 431];

/// Everything that the answers to requests with drawn values break, with the probe and the status that came.
pub(super) fn findings_of_drawn(input: &JudgeInput<'_>, accepted: &dyn Fn(&str) -> bool) -> Vec<(ProbeId, Status, Finding)> {
    let mut all: Vec<(ProbeId, Status, Finding)> = Vec::new();
    for (id, drawn) in &input.plan.drawn {
        let Some(probe) = input.plan.probe(id) else { continue };
        let exchange = input.outcomes.of(id).and_then(|outcome| outcome.exchanges.last());
        let Some((exchange, answer)) = exchange.and_then(|exchange| Some((exchange, exchange.answer.as_ref()?))) else { continue };
        let Some(operation) = input.contract.operation(&drawn.operation) else { continue };
        if probe.control.as_deref().is_some_and(|control| !accepted(control)) {
            continue;
        }
        let look = DrawnAnswer { input, drawn, probe, operation, exchange, answer };
        for finding in look.findings() {
            let same = |(_, status, known): &(ProbeId, Status, Finding)| {
                *status == answer.status && known.check == finding.check && known.contract == finding.contract && same_place(input, known, drawn)
            };
            if !all.iter().any(same) {
                all.push((id.clone(), answer.status, finding));
            }
        }
    }
    all
}

/// Whether a known finding is about the same operation and the same first place.
fn same_place(input: &JudgeInput<'_>, known: &Finding, drawn: &Drawn) -> bool {
    let place = |drawn: &Drawn| drawn.changes.first().map(|change| change.place.clone());
    input.plan.drawn.get(&known.probe).is_some_and(|other| other.operation == drawn.operation && place(other) == place(drawn))
}

/// Assigns what was found to the cells; and what belongs to none.
pub(super) fn findings_by_cell(input: &JudgeInput<'_>, accepted: &dyn Fn(&str) -> bool) -> (Placed, Vec<Finding>) {
    let (mut placed, mut homeless) = (Vec::new(), Vec::new());
    for (id, status, finding) in findings_of_drawn(input, accepted) {
        let Some(probe) = input.plan.probe(&id) else { continue };
        let operation = input.contract.operation(&probe.operation);
        let told = |cell: &PlannedCell, came| operation.map_or(cell.status == came, |operation| operation.covers_code(cell.status, came));
        let of = |status: Status| input.plan.cells.iter().position(|cell| cell.operation == probe.operation && told(cell, status));
        let place = of(status).or_else(|| of(Status(500)).filter(|_| status.is_server_error()));
        let Some(index) = place else {
            homeless.push(finding);
            continue;
        };
        let words = input.plan.drawn.get(&id).map(Drawn::describe);
        let probe = Some(CellProbe { fault: words, ..entry(probe, input.outcomes.of(&id)) });
        placed.push((index, CellFinding { finding, probe, only_probe: false }));
    }
    (placed, homeless)
}

/// One answer to a request with drawn values.
struct DrawnAnswer<'a> {
    input: &'a JudgeInput<'a>,
    drawn: &'a Drawn,
    probe: &'a Probe,
    operation: &'a Operation,
    exchange: &'a Exchange,
    answer: &'a Answer,
}

impl DrawnAnswer<'_> {
    fn findings(&self) -> Vec<Finding> {
        let status = self.answer.status;
        if status.is_server_error() {
            return vec![self.finding(
                "server-error",
                Severity::Must,
                "an answer below 500",
                "RFC 9110, section 15.6.1: the server met an unexpected condition",
            )];
        }
        // A refusal that was asked for may well be any of these.
        let asked_for = matches!(self.drawn.expects, Expects::Refusal(_)) && self.probe.allows(status);
        if matches!(status.0, 401 | 403 | 429) && !asked_for {
            return Vec::new();
        }
        let declared = declared(self.input.contract, Some(self.operation), status);
        let mut found = self.about_status(status, declared.as_deref());
        if declared.is_some() {
            let open = inferred_cells::all(self.operation, &[status]);
            found.extend(self.checked(declared.as_deref()).into_iter().filter(|finding| !(open && inferred_cells::is_open(finding))));
        }
        found
    }

    /// What the status alone says.
    fn about_status(&self, status: Status, declared: Option<&Response>) -> Vec<Finding> {
        let allowed = &self.probe.allowed;
        let accepted = status.0 < 400;
        let words = || allowed.iter().map(Status::to_string).collect::<Vec<_>>().join(" or ");
        match &self.drawn.expects {
            _ if self.probe.allows(status) || (accepted && inferred_cells::all(self.operation, allowed)) => Vec::new(),
            Expects::Refusal(trigger) => vec![self.finding("status", Severity::Must, &format!("{} ({trigger})", words()), &self.clause())],
            // A redirect may lead to what was asked for.
            Expects::Success | Expects::Plausible | Expects::Open if accepted => {
                if status.is_success() && !allowed.is_empty() {
                    vec![self.finding("status", Severity::Must, &words(), &self.clause())]
                } else {
                    Vec::new()
                }
            }
            Expects::Success if matches!(status.0, 400 | 422) && !self.drawn.changes.iter().any(|change| self.is_server_data(change)) => {
                let clause = "OpenAPI, Schema Object: the schema of the request admits the value";
                vec![self.finding("admitted-value", Severity::Should, &words(), clause)]
            }
            _ if declared.is_some() || ELSEWHERE.contains(&status.0) || TOO_MUCH.contains(&status.0) || self.is_silent() => Vec::new(),
            _ => {
                let clause = "OpenAPI, Responses Object: expected to cover successful and known error responses";
                vec![self.finding("undocumented-status", Severity::Should, "a documented status", clause)]
            }
        }
    }

    /// Whether a value is put where the server has data of its own: it need not have the drawn one.
    fn is_server_data(&self, change: &DrawnChange) -> bool {
        if change.put == DrawnValue::Absent {
            return false;
        }
        let (location, name) = match &change.place {
            Place::Body(at) => return self.holds_server_data(at),
            Place::Path(name) => (Location::Path, name),
            Place::Query(name) => (Location::Query, name),
            Place::Header(name) => (Location::Header, name),
            Place::Method | Place::Credentials | Place::State => return false,
        };
        let schema = self.operation.parameter(location, name).and_then(|parameter| parameter.schema.as_ref());
        schema.is_some_and(|schema| is_server_data(&self.input.contract.document, schema))
    }

    /// Whether such data stands at a place of the body, in what stands there, or around it.
    fn holds_server_data(&self, at: &str) -> bool {
        let (Body::Json(body) | Body::Spelled(body, _)) = &self.probe.request.body else { return false };
        let media = self.operation.request_body.iter().flat_map(|body| &body.content);
        let mut marked = media.flat_map(|media| all_server_data(self.input.contract, media, body));
        marked.any(|(place, _)| is_within(&place, at) || is_within(at, &place))
    }

    /// An operation that documents no refusal at all is not caught at any.
    fn is_silent(&self) -> bool {
        self.operation.responses.iter().all(|response| response.general || !response.status.is_refusal())
    }

    /// What every check says of the answer. Which statuses are right has been said.
    fn checked(&self, declared: Option<&Response>) -> Vec<Finding> {
        let probe = Probe { allowed: Vec::new(), ..self.probe.clone() };
        let context = ExchangeContext {
            contract: self.input.contract,
            schemas: self.input.schemas,
            operation: Some(self.operation),
            probe: &probe,
            exchange: self.exchange,
            answer: self.answer,
            declared,
            hints: self.input.hints,
        };
        let mut found = findings(&context);
        for finding in &mut found {
            finding.message = format!("{} (when {})", finding.message, self.drawn.describe());
        }
        found
    }

    fn clause(&self) -> String {
        let aimed = self.probe.allowed.iter().find_map(|status| self.operation.documents(*status));
        aimed.map_or_else(|| self.operation.place.clone(), |response| format!("{}, {}", response.source, response.status))
    }

    fn finding(&self, check: &str, severity: Severity, expected: &str, citation: &str) -> Finding {
        let status = self.answer.status;
        let what = match (&self.drawn.expects, severity) {
            (Expects::Success, Severity::Should) => {
                format!("the contract admits a request in which {}, and it is refused with {status}", self.drawn.describe())
            }
            _ => format!("a request in which {} is answered {status}", self.drawn.describe()),
        };
        let response = self.operation.documents(status).or_else(|| self.operation.response(Status(500)).filter(|_| status.is_server_error()));
        Finding {
            check: check.to_owned(),
            severity,
            message: what,
            expected: expected.to_owned(),
            actual: status.to_string(),
            contract: response.map_or_else(|| self.operation.place.clone(), |response| response.place.clone()),
            answer: "status".to_owned(),
            citation: citation.to_owned(),
            probe: self.probe.id.clone(),
            curl: curl(&self.exchange.request, self.input.hints),
            written: WrittenPlaces::default(),
            sightings: Sightings { excerpt: excerpt(self.answer, "status"), ..Sightings::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::drawn::Drawn;
    use crate::model::exchange::AnswerContent;
    use crate::model::plan::Plan;

    /// What is said of a request to a server that need not have a key, in which these places were changed, when it is refused.
    fn said_of(changes: &Value) -> Vec<&'static str> {
        let key = json!({"type": "string", "maxLength": 9, "x-probity-server-data": true});
        let column = json!({"type": "object", "properties": {"key": key.clone(), "title": {"type": "string", "maxLength": 9}}});
        let schema = json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}, "key": key, "columns": {"type": "array", "items": column}}});
        let query = |name: &str, marked: bool| json!({"name": name, "in": "query", "schema": {"type": "string", "x-probity-server-data": marked}});
        let post = json!({"operationId": "things.query", "parameters": [query("view", true), query("order", false)],
            "requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {"200": {"description": "found"}, "400": {"description": "refused"}}});
        let contract = contract(&json!({}), &json!({"paths": {"/things": {"post": post}}}));
        let body = json!({"name": "n", "key": "k", "columns": [{"key": "k", "title": "t"}]});
        let request = json!({"method": "POST", "path": "/things", "path_values": {}, "query": [["view", "v"], ["order", "o"]], "headers": [],
                             "body": {"json": body}, "credentials": "none", "fillings": []});
        let asked = probe("drawn", &json!({"operation": "things.query", "request": request, "assumed": "/key is data of the server"}));
        let drawn = json!({"operation": "things.query", "number": 1, "seed": 1, "changes": changes, "expects": "success"});
        let drawn: Drawn = serde_json::from_value(drawn).unwrap();
        let plan = Plan { drawn: [(asked.id.clone(), drawn)].into(), ..plan(vec![asked], json!({})) };
        let outcomes = vec![outcome("drawn", vec![answer(400, AnswerContent::Empty)])];
        let found = said(&contract, &plan, outcomes, |input| super::findings_of_drawn(input, &|_| true));
        found.iter().map(|(_, _, finding)| if finding.check == "admitted-value" { "admitted-value" } else { "another" }).collect()
    }

    fn put(place: &Value, value: &Value) -> Value {
        json!([{"place": place, "put": {"value": value}}])
    }

    #[test]
    fn a_refusal_of_another_value_than_the_servers_own_data_is_told() {
        assert_eq!(said_of(&put(&json!({"body": "/name"}), &json!("x"))), ["admitted-value"]);
        assert_eq!(said_of(&put(&json!({"body": "/columns/0/title"}), &json!("x"))), ["admitted-value"]);
        assert_eq!(said_of(&put(&json!({"query": "order"}), &json!("x"))), ["admitted-value"]);
        assert_eq!(said_of(&json!([{"place": {"body": "/key"}, "put": "absent"}])), ["admitted-value"]);
    }

    #[test]
    fn a_value_in_the_place_of_the_servers_own_data_may_be_refused() {
        let keys = json!([{"key": "x"}]);
        for (place, value) in [
            (json!({"body": "/key"}), json!("x")),
            (json!({"body": "/columns/0/key"}), json!("x")),
            (json!({"body": "/columns"}), keys),
            (json!({"query": "view"}), json!("x")),
        ] {
            assert!(said_of(&put(&place, &value)).is_empty(), "{place}");
        }
        let both = json!([{"place": {"body": "/name"}, "put": {"value": "x"}}, {"place": {"body": "/key"}, "put": {"value": "x"}}]);
        assert!(said_of(&both).is_empty());
    }
}
