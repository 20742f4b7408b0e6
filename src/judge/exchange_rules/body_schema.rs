//! Check: the body fits its schema.

use std::collections::HashMap;

use serde_json::Value;

use super::declared_body::{BodyInterpretation, declared, reading};
use super::exchange_context::{body_at, describe, shorten, show};
use super::{Check, ExchangeContext, RuleViolation};
use crate::contract;
use crate::model::contract::{MediaType, SchemaRef};
use crate::model::exchange::AnswerContent;
use crate::model::media_range::{essence, is_xml};
use crate::model::verdict::Severity;

/// How many breaches of one body are told one by one.
const MOST_TOLD: usize = 5;

/// How deep the branches of `oneOf` and `anyOf` are looked into for what is really wrong.
const MOST_BRANCHES: usize = 4;

/// Source: `schema` of the media type (JSON Schema 2020-12).
pub(super) const CHECK: Check = Check { name: "body-schema", about: "the body is what the contract declares, and fits its schema", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let Some(media) = declared(context) else { return Vec::new() };
    let value = match reading(context, media) {
        BodyInterpretation::Value(value) => value,
        BodyInterpretation::Nothing => return not_json(context, media),
        BodyInterpretation::Malformed(what) => {
            return vec![missing_body(context, media, &format!("the body is not well-formed XML ({})", shorten(&what)))];
        }
        BodyInterpretation::Unread(_) => return missing(context, media),
    };
    let Some(schema) = &media.schema else { return Vec::new() };
    let contract::ValidationResult { breaches, more, .. } = context.schemas.judge(schema, &value);
    let found: Vec<contract::SchemaViolation> = breaches.into_iter().flat_map(|breach| nearest(context, &value, breach, 0)).collect();
    violations_as_findings(context, schema, &value, (&found, more))
}

/// JSON is declared and the body is none.
fn not_json(context: &ExchangeContext<'_>, media: &MediaType) -> Vec<RuleViolation> {
    // What our own bounds kept from being read may well be right.
    if matches!(context.answer.body, AnswerContent::TooLong(_) | AnswerContent::Unread(_) | AnswerContent::Withheld(_)) {
        return Vec::new();
    }
    let what = if context.answer.body == AnswerContent::Empty { "the body is missing" } else { "the body is not JSON" };
    vec![missing_body(context, media, what)]
}

/// No body came, of a type in which every body has a byte (XML 1.0, section 2.1; the signatures of the others).
fn missing(context: &ExchangeContext<'_>, media: &MediaType) -> Vec<RuleViolation> {
    let name = essence(&media.name).to_ascii_lowercase();
    let never_empty = is_xml(&name)
        || matches!(name.as_str(), "application/pdf" | "application/zip" | "application/gzip")
        || name.ends_with("+zip")
        || name.starts_with("image/");
    if never_empty && context.answer.body == AnswerContent::Empty { vec![missing_body(context, media, "the body is missing")] } else { Vec::new() }
}

fn missing_body(context: &ExchangeContext<'_>, media: &MediaType, what: &str) -> RuleViolation {
    RuleViolation {
        severity: Severity::Must,
        message: format!("{what} although {} declares {}", context.answer.status, media.name),
        expected: format!("a body of {}", media.name),
        actual: describe(&context.answer.body),
        contract: format!("{}/content/{}", context.place(), contract::escape(&media.name)),
        answer: "body".to_owned(),
        citation: context.citation(),
    }
}

fn violations_as_findings(
    context: &ExchangeContext<'_>,
    schema: &SchemaRef,
    document: &Value,
    (found, more): (&[contract::SchemaViolation], usize),
) -> Vec<RuleViolation> {
    let kinds = kinds(found);
    let found: Vec<&contract::SchemaViolation> = kinds.iter().map(|(breach, _)| *breach).collect();
    let told = |(breach, items): &(&contract::SchemaViolation, usize)| {
        let plain = finding_of(context, schema, document, breach);
        let more = match items {
            1 => String::new(),
            2 => "; the same with one more item".to_owned(),
            some => format!("; the same with {} more items", some - 1),
        };
        RuleViolation { message: plain.message + &more, ..plain }
    };
    let mut breaches: Vec<RuleViolation> = kinds.iter().take(MOST_TOLD).map(told).collect();
    if found.len() > MOST_TOLD || more > 0 {
        let places: Vec<String> = found.iter().skip(MOST_TOLD).map(|breach| body_at(&breach.at)).collect();
        breaches.push(RuleViolation {
            severity: Severity::Must,
            message: format!("the body breaks its schema in {} more places", places.len() + more),
            expected: "a body that fits its schema".to_owned(),
            actual: shorten(&places.join(", ")),
            contract: place(context, schema, &schema.0),
            answer: "body".to_owned(),
            citation: context.citation(),
        });
    }
    breaches
}

/// The first breach of each kind, with the number of them: one rule that items of an array break alike has one cause.
fn kinds(found: &[contract::SchemaViolation]) -> Vec<(&contract::SchemaViolation, usize)> {
    let key = |breach: &contract::SchemaViolation| {
        let place: Vec<&str> = breach.at.split('/').map(|token| if token.parse::<usize>().is_ok() { "*" } else { token }).collect();
        // A missing member stands in the message only.
        let missing = (breach.keyword == "required").then(|| breach.message.clone());
        (breach.rule.clone(), place.join("/"), missing)
    };
    let mut kinds: Vec<(&contract::SchemaViolation, usize)> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for breach in found {
        let index = *known.entry(key(breach)).or_insert(kinds.len());
        if index == kinds.len() {
            kinds.push((breach, 0));
        }
        kinds[index].1 += 1;
    }
    kinds
}

fn finding_of(context: &ExchangeContext<'_>, schema: &SchemaRef, document: &Value, breach: &contract::SchemaViolation) -> RuleViolation {
    let value = document.pointer(&breach.at).unwrap_or(&Value::Null);
    let demanded = context.contract.document.pointer(&breach.rule).map(show).unwrap_or_default();

    // Branches that do not exclude each other are the contract's own doing.
    let severity = if fitting(context, breach, value) > 1 { Severity::Should } else { Severity::Must };
    RuleViolation {
        severity,
        message: format!("{}: {}", body_at(&breach.at), shorten(&breach.message)),
        expected: format!("{}: {demanded}", breach.keyword),
        actual: show(value),
        contract: place(context, schema, &breach.rule),
        answer: body_at(&breach.at),
        citation: context.citation(),
    }
}

/// How many branches of a broken `oneOf` the value fits.
fn fitting(context: &ExchangeContext<'_>, breach: &contract::SchemaViolation, value: &Value) -> usize {
    let branches = match breach.keyword.as_str() {
        "oneOf" => context.contract.document.pointer(&breach.rule).and_then(Value::as_array).map_or(0, Vec::len),
        _ => 0,
    };
    (0..branches).filter(|index| context.schemas.fits(&SchemaRef(format!("{}/{index}", breach.rule)), value)).count()
}

/// Where a keyword stands: in the files when it is part of the response itself, else in the bundled document.
fn place(context: &ExchangeContext<'_>, schema: &SchemaRef, rule: &str) -> String {
    let own = schema.0.split_once("/content/").map_or(schema.0.as_str(), |(response, _)| response);
    match rule.strip_prefix(own) {
        Some(rest) if rest.starts_with('/') => format!("{}{rest}", context.place()),
        _ => format!("{}, #{rule}", context.place()),
    }
}

/// Of a value that fits no branch of `oneOf` or `anyOf`: what is wrong with it under the branch that it breaks the least.
fn nearest(context: &ExchangeContext<'_>, document: &Value, breach: contract::SchemaViolation, depth: usize) -> Vec<contract::SchemaViolation> {
    let branches = match breach.keyword.as_str() {
        "oneOf" | "anyOf" if depth < MOST_BRANCHES => context.contract.document.pointer(&breach.rule).and_then(Value::as_array).map_or(0, Vec::len),
        _ => 0,
    };
    let Some(value) = document.pointer(&breach.at) else { return vec![breach] };
    let mut best: Option<(bool, Vec<contract::SchemaViolation>)> = None;
    for index in 0..branches {
        let branch = SchemaRef(format!("{}/{index}", breach.rule));
        let Ok(found) = context.schemas.violations(&branch, value) else { continue };
        // Fitting two branches of `oneOf` is the breach itself.
        if found.is_empty() {
            return vec![breach];
        }
        // A branch for another kind of value says nothing of this one.
        let other_kind = found.iter().any(|inner| inner.at.is_empty() && matches!(inner.keyword.as_str(), "type" | "const" | "enum"));
        if best.as_ref().is_none_or(|(known_other, known)| (other_kind, found.len()) < (*known_other, known.len())) {
            best = Some((other_kind, found));
        }
    }
    match best {
        Some((false, found)) => found
            .into_iter()
            .map(|inner| contract::SchemaViolation { at: format!("{}{}", breach.at, inner.at), ..inner })
            .flat_map(|inner| nearest(context, document, inner, depth + 1))
            .collect(),
        _ => vec![breach],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::SmallExchange;
    use super::Severity;

    fn small_exchange(schema: &Value) -> SmallExchange {
        SmallExchange::new(json!({
            "200": {"description": "found", "content": {"application/json": {"schema": schema}, "text/csv": {"schema": {"type": "string"}}}},
            "202": {"description": "later"},
            "204": {"description": "done"}
        }))
    }

    fn thing() -> Value {
        json!({"$ref": "#/components/schemas/Thing"})
    }

    const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

    #[test]
    fn a_body_that_fits_passes_and_each_breach_of_another_is_told() {
        assert!(small_exchange(&thing()).findings_of_check("body-schema", 200, JSON, json!({"day": "2024-02-29", "more": 1})).is_empty());
        let breaches = small_exchange(&thing()).findings_of_check("body-schema", 200, JSON, json!({"day": "2023-02-29"}));
        assert_eq!(breaches.len(), 1);
        assert_eq!(breaches[0].message, "body /day: the value is not a \"date\"");
        assert_eq!((breaches[0].expected.as_str(), breaches[0].actual.as_str()), ("format: \"date\"", "\"2023-02-29\""));
        assert_eq!(breaches[0].contract, "t.yaml#/paths/~1things~1{id}/get/responses/200, #/components/schemas/Thing/properties/day/format");
        let breaches = small_exchange(&json!({"type": "object"})).findings_of_check("body-schema", 200, JSON, json!([]));
        assert_eq!(breaches[0].contract, "t.yaml#/paths/~1things~1{id}/get/responses/200/content/application~1json/schema/type");
    }

    #[test]
    fn many_breaches_end_in_a_count() {
        let members: serde_json::Map<String, Value> = "abcdefg".chars().map(|name| (name.to_string(), json!({"type": "string"}))).collect();
        let body = json!({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1});
        let breaches = small_exchange(&json!({"properties": members})).findings_of_check("body-schema", 200, JSON, body);
        assert_eq!(breaches.len(), 6);
        assert_eq!(breaches[5].message, "the body breaks its schema in 2 more places");
        assert_eq!(breaches[5].actual, "body /f, body /g");
    }

    #[test]
    fn what_every_item_breaks_alike_is_one_breach() {
        let told = |schema: &Value, body: Value| -> Vec<String> {
            small_exchange(schema).findings_of_check("body-schema", 200, JSON, body).into_iter().map(|breach| breach.message).collect()
        };
        let strings = told(&json!({"items": {"type": "string"}}), json!([1, 2, 3, "x", 5, 6, 7]));
        assert_eq!(strings, ["body /0: the value is not of type \"string\"; the same with 5 more items"]);
        let required = told(&json!({"items": {"required": ["a", "b"]}}), json!([{}, {"a": 1}, {}]));
        assert_eq!(
            required,
            [
                "body /0: \"a\" is a required property; the same with one more item",
                "body /0: \"b\" is a required property; the same with 2 more items"
            ]
        );
    }

    #[test]
    fn a_branch_is_told_by_what_is_wrong_in_it() {
        let schema = json!({"oneOf": [thing(), {"type": "array"}, {"type": "object", "required": ["a", "b"]}]});
        let breaches = small_exchange(&schema).findings_of_check("body-schema", 200, JSON, json!({"day": 5}));
        assert_eq!(breaches[0].message, "body /day: the value is not of type \"string\"");
        let breaches = small_exchange(&schema).findings_of_check("body-schema", 200, JSON, json!(5));
        assert!(breaches[0].expected.starts_with("oneOf: ") && breaches[0].severity == Severity::Must, "{:?}", breaches[0]);
        let breaches = small_exchange(&json!({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]})).findings_of_check(
            "body-schema",
            200,
            JSON,
            json!({"a": 1, "b": 1}),
        );
        assert!(breaches[0].expected.starts_with("oneOf: ") && breaches[0].severity == Severity::Should, "{:?}", breaches[0]);
    }

    #[test]
    fn json_that_is_declared_must_be_there() {
        let small_exchange = small_exchange(&thing());
        for body in [json!(null), json!("<html>")] {
            assert_eq!(small_exchange.findings_of_check("body-schema", 200, JSON, body).len(), 1);
        }
        // Under another type than declared it is judged all the same; under a declared one that is no JSON it is not.
        assert_eq!(small_exchange.findings_of_check("body-schema", 200, &[("content-type", "text/html")], json!("<html>")).len(), 1);
        assert!(small_exchange.findings_of_check("body-schema", 200, &[("content-type", "text/csv")], json!("a,b")).is_empty());
    }

    #[test]
    fn what_is_left_of_a_schema_is_judged_and_a_missing_part_accuses_no_server() {
        let broken = |schema: &Value, body: Value| -> Vec<String> {
            let breaches = small_exchange(schema).findings_of_check("body-schema", 200, JSON, body);
            breaches.into_iter().map(|breach| breach.message).collect()
        };
        let bad = json!({"pattern": "^(?i)abc\\Z"});
        let object = json!({"required": ["n"], "properties": {"n": {"type": "int"}, "s": bad}});
        assert_eq!(broken(&object, json!({"s": 5})), ["body: \"n\" is a required property"]);
        assert!(broken(&object, json!({"n": 1, "s": "x"})).is_empty());
        for turned in [
            json!({"not": bad}),
            json!({"oneOf": [bad, {"type": "string"}]}),
            json!({"if": bad, "then": false}),
            json!({"allOf": [{"if": {"$ref": "#/components/schemas/Thing"}, "else": {"not": bad}}]}),
            json!({"patternProperties": {"^(?i)a": {}}, "additionalProperties": false}),
            json!({"anyOf": [{"properties": {"a": {"type": "int"}}}], "unevaluatedProperties": false}),
            json!({"contains": bad, "maxContains": 0}),
            json!({"properties": {"a": {"oneOf": [{"const": "x"}, {"not": {"anyOf": [bad]}}]}}}),
        ] {
            for value in [json!("x"), json!({"a": "x"}), json!({"Ab": 1}), json!(["x"])] {
                assert!(broken(&json!({"properties": {"p": turned}}), json!({"p": value})).is_empty(), "{turned}: {value}");
            }
        }
        let one = json!({"oneOf": [{"allOf": [bad, {"type": "string"}]}, {"type": "boolean"}]});
        assert_eq!(broken(&json!({"properties": {"p": one}}), json!({"p": 5})).len(), 1, "it fits no branch, whatever the part says");
    }

    #[test]
    fn a_regular_expression_that_gives_up_accuses_no_server() {
        let slow = json!({"type": "string", "pattern": "^(a|aa|(?=b)b)+(?!c)$", "maxLength": 100});
        let long = "a".repeat(60) + "!";
        assert!(small_exchange(&slow).findings_of_check("body-schema", 200, JSON, json!([long])).len() == 1, "another type breaks it all the same");
        let small_exchange = |schema: &Value| small_exchange(&json!({"properties": {"a": schema}}));
        assert!(small_exchange(&slow).findings_of_check("body-schema", 200, JSON, json!({"a": long})).is_empty());
        assert!(small_exchange(&json!({"not": slow})).findings_of_check("body-schema", 200, JSON, json!({"a": long})).is_empty());
        assert_eq!(small_exchange(&slow).gaps(200, JSON, json!({"a": long})).unjudged.len(), 1);
        assert_eq!(small_exchange(&slow).findings_of_check("body-schema", 200, JSON, json!({"a": "!"})).len(), 1);
        assert!(small_exchange(&slow).gaps(200, JSON, json!({"a": "aab"})).unjudged.is_empty());
    }

    #[test]
    fn xml_that_is_not_well_formed_is_told_with_its_place() {
        let content = json!({"application/xml": {"schema": {"type": "object", "anyOf": [{}]}}, "image/svg+xml": {}, "text/*": {}});
        let exchange =
            || SmallExchange::new(json!({"200": {"description": "d", "content": content}, "206": {"description": "d", "content": content}}));
        let told = |exchange: SmallExchange, status, came: &str, body: Value| -> Vec<String> {
            exchange.findings_of_check("body-schema", status, &[("content-type", came)], body).into_iter().map(|found| found.message).collect()
        };
        for came in ["application/xml", "application/xml; charset=utf-8", "image/svg+xml"] {
            let found = told(exchange(), 200, came, json!("<a>\n<b></a>"));
            assert!(
                found.len() == 1 && found[0].starts_with("the body is not well-formed XML (") && found[0].contains("line 2, column 4)"),
                "{found:?}"
            );
            assert!(found[0].contains("although 200 declares"), "{found:?}");
        }
        assert_eq!(
            told(exchange(), 200, "application/xml", json!({"a": 1})),
            ["the body is not well-formed XML (it is JSON) although 200 declares application/xml"]
        );
        for (status, came, body) in [
            (200, "application/xml", "<a>\n<b/></a>"),
            (200, "application/xml; charset=\"utf-16\"", "<a>\n<b></a>"),
            (200, "text/xml", "<a>\n<b></a>"),
            (200, "text/plain", "<a>\n<b></a>"),
            (206, "application/xml", "<a>\n<b></a>"),
            (200, "application/xml", "<!DOCTYPE a>\n<b></a>"),
            (200, "application/xml", "<?xml version='1.0' encoding='latin1'?>\n<b></a>"),
        ] {
            assert_eq!(told(exchange(), status, came, json!(body)), Vec::<String>::new(), "{status} {came} {body}");
        }
        assert_eq!(told(exchange().echoing(), 200, "application/xml", json!("<a>[credentials]<b></a>")), Vec::<String>::new());
        let untyped = exchange().findings_of_check("body-schema", 200, &[], json!("<a>"));
        assert!(untyped.is_empty(), "it does not say that it is XML: {untyped:?}");
        assert!(exchange().gaps(200, &[("content-type", "application/xml")], json!("<a>")).unread.is_none(), "it is judged");
    }

    #[test]
    fn what_declares_no_body_is_not_judged() {
        let small_exchange = small_exchange(&thing());
        for status in [202, 204, 418] {
            assert!(small_exchange.findings_of_check("body-schema", status, JSON, json!({})).is_empty());
        }
        let xml = SmallExchange::new(
            json!({"200": {"description": "found", "content": {"application/xml": {}}}, "201": {"description": "made", "content": {"text/csv": {}}}}),
        );
        assert_eq!(
            xml.findings_of_check("body-schema", 200, &[], json!(null))[0].message,
            "the body is missing although 200 declares application/xml"
        );
        assert!(xml.findings_of_check("body-schema", 201, &[], json!(null)).is_empty(), "no line is a table, too");
        assert!(small_exchange.method("HEAD").findings_of_check("body-schema", 200, JSON, json!(null)).is_empty());
    }
}
