//! Detects bodies that do not fit their schema, and which documented fault that is.

use crate::model::trigger_name::TriggerName;
use serde_json::Value;

use super::{Noticed, RoutedRequest};
use crate::contract::annotations::{all_server_data, resource_needs, server_data};
use crate::contract::{SchemaViolation, append};
use crate::mock::request::{Payload, is_json};
use crate::mock::store::id_text;
use crate::mock::variants::BehaviourChoice;
use crate::mock::violation_cause::{into_best_branch, missing_member};

/// Looks at the body.
pub(super) fn detect(routed: &RoutedRequest<'_>, noticed: &mut Vec<Noticed>) {
    let Some(body) = routed.body() else {
        let required = routed.operation.request_body.as_ref().is_some_and(|body| body.required);
        if required && routed.payload == Payload::Empty {
            noticed.push(Noticed::new(TriggerName::MISSING_DATA, "There is no body.").or(TriggerName::MALFORMED_JSON).at_pointer(""));
        }
        return;
    };
    if let Some((at, value)) = routed.media.and_then(|media| server_data(&routed.core.contract, media, body))
        && routed.core.variants.has(BehaviourChoice::OtherData)
    {
        noticed.push(Noticed::new(super::SERVER_DATA, format!("There is no {value} here.")).with_status(400).at_pointer(&at));
    }
    if let Some((at, value)) = shown_data(routed, body)
        && routed.core.variants.has(BehaviourChoice::OtherTypes)
    {
        noticed.push(Noticed::new(super::SERVER_DATA, format!("There is no {value} here.")).with_status(400).at_pointer(&at));
    }
    let mut found: Vec<(u8, Noticed)> = listed_values(routed, body).map(|noticed| (0, noticed)).collect();
    found.extend(listed_places(routed, body).map(|noticed| (0, noticed)));
    if let Some(schema) = routed.media.and_then(|media| media.schema.as_ref()) {
        let mut breaches = into_best_branch(&routed.core.contract, &routed.core.schemas, schema, body);
        // Text of a language that is not read here, such as XML or YAML, may well be what the schema describes.
        if body.is_string() && !routed.media.is_some_and(|media| is_json(&media.name)) {
            breaches.retain(|breach| breach.keyword != "type" || !breach.at.is_empty());
        }
        found.extend(breaches.iter().map(|breach| classify(breach, body)));
    }
    found.extend(id_mismatch(routed, body).map(|noticed| (3, noticed)));
    found.sort_by_key(|(rank, _)| *rank);
    noticed.extend(found.into_iter().map(|(_, noticed)| noticed));
}

/// The first place of a body that holds data of the server which an example of the contract shows as well, with the value.
fn shown_data(routed: &RoutedRequest<'_>, body: &Value) -> Option<(String, Value)> {
    let media = routed.media?;
    let contract = &routed.core.contract;
    // Another form of the same request shows data of the same server.
    let forms = contract.operations.iter().filter(|form| form.path == routed.operation.path && form.method == routed.operation.method);
    let media_types = forms.flat_map(|form| &form.request_body).flat_map(|body| &body.content);
    let shown: Vec<Value> = media_types
        .flat_map(|media| media.examples.iter().flat_map(move |example| all_server_data(contract, media, &example.value)))
        .map(|(_, value)| value)
        .collect();
    all_server_data(contract, media, body).into_iter().find(|(_, value)| shown.contains(value))
}

/// Values that the contract names as bad.
fn listed_values<'s>(routed: &'s RoutedRequest<'_>, body: &'s Value) -> impl Iterator<Item = Noticed> + 's {
    routed.listed(TriggerName::BAD_VALUE).filter_map(|condition| {
        let at = condition.at.as_deref().filter(|at| at.is_empty() || at.starts_with('/'))?;
        // A value of null is read as none.
        let bad = condition.value.as_ref().unwrap_or(&Value::Null);
        let at = in_any_item(body, at).into_iter().find(|at| body.pointer(at) == Some(bad))?;
        Some(Noticed::new(TriggerName::BAD_VALUE, format!("The value at {at} is not allowed.")).at_pointer(&at))
    })
}

/// The places that a pointer of the contract names: of several resources it means each.
fn in_any_item(body: &Value, at: &str) -> Vec<String> {
    let listed = at.strip_prefix("/data/").and_then(|rest| rest.split_once('/')).filter(|(index, _)| index.parse::<usize>().is_ok());
    let items = body.get("data").and_then(Value::as_array);
    match listed.zip(items) {
        Some(((_, below), items)) => (0..items.len()).map(|index| format!("/data/{index}/{below}")).collect(),
        None => vec![at.to_owned()],
    }
}

/// Places that the contract singles out although the schema allows what stands there: something the example sends is
/// left out, or is of another JSON type.
fn listed_places<'s>(routed: &'s RoutedRequest<'_>, body: &'s Value) -> impl Iterator<Item = Noticed> + 's {
    let example = routed.sample().map(|(example, _)| example).unwrap_or_default();
    let conditions = routed.listed(TriggerName::MISSING_ATTRIBUTE).chain(routed.listed(TriggerName::WRONG_ATTRIBUTE_TYPE));
    conditions.filter_map(move |condition| {
        let at = condition.at.as_deref().filter(|at| at.starts_with('/'))?;
        let usual = example.pointer(at)?;
        let is_wrong = |at: &String| match (condition.trigger == TriggerName::MISSING_ATTRIBUTE, body.pointer(at)) {
            (true, None) => at.rsplit_once('/').and_then(|(parent, _)| body.pointer(parent)).is_some_and(Value::is_object),
            (false, Some(value)) => !value.is_null() && std::mem::discriminant(value) != std::mem::discriminant(usual),
            _ => false,
        };
        let trigger =
            if condition.trigger == TriggerName::MISSING_ATTRIBUTE { TriggerName::MISSING_ATTRIBUTE } else { TriggerName::WRONG_ATTRIBUTE_TYPE };
        let at = in_any_item(body, at).into_iter().find(is_wrong)?;
        Some(Noticed::new(trigger, format!("What is expected at {at} is not there.")).at_pointer(&at))
    })
}

fn classify(breach: &SchemaViolation, body: &Value) -> (u8, Noticed) {
    let at = breach.at.as_str();
    let value = body.pointer(at).unwrap_or(&Value::Null);
    let detail = format!("{}.", breach.message);
    match breach.keyword.as_str() {
        "required" => {
            let at = missing_member(breach).map_or_else(|| at.to_owned(), |name| append(at, &name));
            if breach.at.is_empty() {
                (1, Noticed::new(TriggerName::MISSING_DATA, detail).or(TriggerName::MISSING_ATTRIBUTE).at_pointer(&at))
            } else {
                (4, Noticed::new(TriggerName::MISSING_ATTRIBUTE, detail).at_pointer(&at))
            }
        }
        "const" | "enum" if is_resource_type(at) => (2, Noticed::new(TriggerName::WRONG_TYPE, detail).or(TriggerName::BAD_VALUE).at_pointer(at)),
        "const" | "enum" if value.is_string() => (6, Noticed::new(TriggerName::BAD_ENUM, detail).or(TriggerName::BAD_VALUE).at_pointer(at)),
        "const" | "enum" => {
            (5, Noticed::new(TriggerName::WRONG_ATTRIBUTE_TYPE, detail).or(TriggerName::BAD_ENUM).or(TriggerName::BAD_VALUE).at_pointer(at))
        }
        "type" if at.matches('/').count() < 2 => {
            (5, Noticed::new(TriggerName::WRONG_ATTRIBUTE_TYPE, detail).or(TriggerName::MISSING_DATA).or(TriggerName::BAD_VALUE).at_pointer(at))
        }
        "type" => (5, Noticed::new(TriggerName::WRONG_ATTRIBUTE_TYPE, detail).or(TriggerName::BAD_VALUE).at_pointer(at)),
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
            (7, Noticed::new(TriggerName::OVER_LIMIT, detail).or(TriggerName::BAD_VALUE).at_pointer(at))
        }
        "oneOf" | "anyOf" | "dependentRequired" => {
            (8, Noticed::new(TriggerName::MISSING_ATTRIBUTE, detail).or(TriggerName::BAD_VALUE).at_pointer(at))
        }
        _ => (8, Noticed::new(TriggerName::BAD_VALUE, detail).or(TriggerName::WRONG_ATTRIBUTE_TYPE).at_pointer(at)),
    }
}

/// Whether a pointer leads to `type` of primary data (JSON:API, "Resource Objects").
fn is_resource_type(at: &str) -> bool {
    let Some(owner) = at.strip_suffix("/type") else { return false };
    owner.ends_with("/data") && owner.matches('/').count() <= 2
        || owner.rsplit_once('/').is_some_and(|(data, index)| data == "/data" && index.parse::<usize>().is_ok())
}

/// The id of the resource in the body, when the path names another.
fn id_mismatch(routed: &RoutedRequest<'_>, body: &Value) -> Option<Noticed> {
    let (kind, id) = routed.owner()?;
    if routed.profile.tail.first().is_some_and(|tail| tail == "relationships") {
        return None;
    }
    let (at, item) = routed.items().into_iter().next()?;
    let at = append(&at, "id");
    let sent = id_text(item.get("id")?)?;
    let needs = routed.media.map(|media| resource_needs(&routed.core.contract, media, body)).unwrap_or_default();
    let marked = needs.iter().find(|need| need.at == at).map(|need| need.what.kind.as_str());
    let own = marked.map_or(routed.profile.on_item, |marked| marked == kind);
    (own && sent != id).then(|| Noticed::new(TriggerName::ID_MISMATCH, format!("The path names {id}, the body {sent}.")).at_pointer(&at))
}
