//! Draws values that a schema allows.

use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use serde_json::{Map, Number, Value, json};

use super::body_places::{BodyPlace, body_places, dereference, is_filled, json_body};
use super::{SeededRandom, applied, drawn_texts};
use crate::contract::Schemas;
use crate::contract::annotations::resource_needs;
use crate::contract::schema::is_of_type;
use crate::model::contract::{Contract, Location, Operation, Parameter, SchemaRef};
use crate::model::drawn::{DrawnChange, DrawnValue};
use crate::model::plan::{Body, Place};
use crate::plan::values::ValidRequest;

/// How many places of one request are changed at most.
const MOST_CHANGES: usize = 4;

/// How often a place is drawn before the request is taken as it is.
const MOST_DRAWS: usize = 16;

/// How many objects within each other are drawn.
const DEEPEST: usize = 3;

/// How many items an array is given at most where its schema sets no limit.
const MOST_ITEMS: usize = 3;

/// Whole numbers are drawn up to here where nothing limits them: what every server can count to.
const LARGEST: i64 = 0x7fff_ffff;

/// Keywords by which a schema decides which values of its type are admitted.
const DECIDING: &[&str] =
    &["enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// Changes that leave a valid request valid, and whether the contract decides that they do: a schema that says nothing but
/// `string` does not mean that every text is welcome.
pub fn valid_changes(
    contract: &Contract,
    schemas: &Schemas,
    operation: &Operation,
    base: &ValidRequest,
    luck: &mut SeededRandom,
) -> (Vec<DrawnChange>, bool) {
    let (mut changes, mut decided) = (Vec::new(), true);
    let places = body_places(contract, operation, base);
    let queries = queries(contract, operation);
    let wanted = 1 + luck.below(MOST_CHANGES);
    for _ in 0..MOST_DRAWS {
        if changes.len() >= wanted {
            break;
        }
        let drawn = match luck.pick(&places) {
            Some(spot) if queries.is_empty() || luck.below(4) > 0 => in_body(contract, base, spot, luck),
            _ => luck.pick(&queries).copied().and_then(|parameter| in_query(contract, parameter, luck)),
        };
        let Some((change, certain)) = drawn else { continue };
        let mut more: Vec<DrawnChange> = changes.clone();
        more.push(change);
        let apart = !changes.iter().any(|other: &DrawnChange| places_overlap(&other.place, &more[more.len() - 1].place));
        if apart && admits(contract, schemas, operation, base, &more) {
            changes = more;
            decided &= certain;
        }
    }
    (changes, decided)
}

/// Whether one place is the other, or in it.
fn places_overlap(one: &Place, other: &Place) -> bool {
    match (one, other) {
        (Place::Body(one), Place::Body(other)) => one.starts_with(other.as_str()) || other.starts_with(one.as_str()),
        (one, other) => one == other,
    }
}

/// Whether a request with these changes still fits its schema, and names no resource that it did not name before.
pub fn admits(contract: &Contract, schemas: &Schemas, operation: &Operation, base: &ValidRequest, changes: &[DrawnChange]) -> bool {
    let Some(request) = applied(&base.request, changes) else { return false };
    let Some((media, before)) = json_body(operation, base) else { return true };
    let Body::Json(after) = &request.body else { return true };
    let needs = |body: &Value| resource_needs(contract, media, body).len();
    media.schema.as_ref().is_none_or(|schema| schemas.fits(schema, after)) && needs(after) <= needs(before)
}

fn in_body(contract: &Contract, base: &ValidRequest, spot: &BodyPlace<'_>, luck: &mut SeededRandom) -> Option<(DrawnChange, bool)> {
    if is_filled(base, &spot.at) {
        return None;
    }
    let change = |put: DrawnValue| DrawnChange { place: Place::Body(spot.at.clone()), put };
    if spot.value.is_some() && spot.optional && luck.below(3) == 0 {
        return Some((change(DrawnValue::Absent), true));
    }
    if spot.marked {
        let drawn = luck.draw(drawn_texts::text(&json!({"maxLength": 40})))?;
        return Some((change(DrawnValue::Marked(drawn.as_str()?.to_owned())), false));
    }
    let schema =
        spot.schemas.iter().find(|schema| ["type", "enum", "oneOf", "anyOf", "allOf"].iter().any(|keyword| schema.get(*keyword).is_some()))?;
    let value = luck.draw(strategy(contract, schema, 0)?)?;
    if Some(&value) == spot.value {
        return None;
    }
    let certain = decides(contract, schema, &value, 0);
    if let (Value::Number(number), true) = (&value, schema.get("type") == Some(&json!("number")))
        && luck.below(3) == 0
    {
        // The same number in another form (RFC 8259, section 6).
        let form = if number.is_f64() { format!("{number}0") } else { format!("{number}.0e0") };
        return Some((change(DrawnValue::Spelled(form)), certain));
    }
    Some((change(DrawnValue::Value(value)), certain))
}

/// Documented query parameters that may be left out, with a schema that tells which values are good.
fn queries<'a>(contract: &Contract, operation: &'a Operation) -> Vec<&'a Parameter> {
    let free =
        |parameter: &&Parameter| parameter.location == Location::Query && !parameter.required && !parameter.sent && parameter.resource.is_none();
    let certain = |parameter: &&Parameter| {
        let schema =
            parameter.schema.as_ref().and_then(|SchemaRef(at)| contract.document.pointer(at)).and_then(|schema| dereference(contract, schema));
        // A format tells how a value is written, and not which there are; a pattern even less.
        schema.is_some_and(|schema| {
            ["enum", "minimum", "maximum"].iter().any(|keyword| schema.get(*keyword).is_some()) || schema.get("type") == Some(&json!("boolean"))
        })
    };
    operation.parameters.iter().filter(free).filter(certain).collect()
}

fn in_query(contract: &Contract, parameter: &Parameter, luck: &mut SeededRandom) -> Option<(DrawnChange, bool)> {
    let schema = contract.document.pointer(&parameter.schema.as_ref()?.0).and_then(|schema| dereference(contract, schema))?;
    let value = luck.draw(strategy(contract, schema, 0)?)?;
    (!value.is_null()).then_some((DrawnChange { place: Place::Query(parameter.name.clone()), put: DrawnValue::Value(value) }, true))
}

/// Whether a schema says in so many words that a value is good, all the way down.
fn decides(contract: &Contract, schema: &Value, value: &Value, depth: usize) -> bool {
    let Some(schema) = dereference(contract, schema).filter(|_| depth <= DEEPEST) else { return false };
    let within = |name: &str, value: &Value| {
        schema.pointer(&crate::contract::append("/properties", name)).is_some_and(|schema| decides(contract, schema, value, depth + 1))
    };
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::String(_) | Value::Number(_) => DECIDING.iter().any(|keyword| schema.get(*keyword).is_some()),
        Value::Array(items) => schema.get("items").is_some_and(|schema| items.iter().all(|item| decides(contract, schema, item, depth + 1))),
        Value::Object(members) => members.iter().all(|(name, member)| within(name, member)),
    }
}

/// Values that a schema admits, as far as it is understood here; `None` where that is not far enough.
fn strategy(contract: &Contract, schema: &Value, depth: usize) -> Option<BoxedStrategy<Value>> {
    let schema = dereference(contract, schema)?;
    if schema.get("x-probity-resource").is_some() || depth > DEEPEST {
        return None;
    }
    if let Some(constant) = schema.get("const") {
        return Some(Just(constant.clone()).boxed());
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()) {
        return Some(prop::sample::select(values.clone()).boxed());
    }
    for keyword in ["oneOf", "anyOf"] {
        let branches = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let branches: Vec<_> = branches.filter_map(|branch| strategy(contract, branch, depth)).collect();
        if !branches.is_empty() {
            return Some(proptest::strategy::Union::new(branches).boxed());
        }
    }
    if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
        && schema.get("properties").is_none()
    {
        return strategy(contract, only, depth);
    }
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let of_types: Vec<_> = names.into_iter().filter_map(|name| of_type(contract, schema, name, depth)).collect();
    (!of_types.is_empty()).then(|| proptest::strategy::Union::new(of_types).boxed())
}

fn of_type(contract: &Contract, schema: &Value, name: &str, depth: usize) -> Option<BoxedStrategy<Value>> {
    match name {
        "null" => Some(Just(Value::Null).boxed()),
        "boolean" => Some(any::<bool>().prop_map(Value::from).boxed()),
        "string" => Some(drawn_texts::text(schema)),
        "integer" => Some(integers(schema)),
        "number" => Some(prop_oneof![2 => integers(schema), 1 => broken(schema)].boxed()),
        "array" => array(contract, schema, depth),
        "object" => object(contract, schema, depth),
        _ => None,
    }
}

/// The bounds of a number, both allowed, as whole numbers.
fn bounds(schema: &Value) -> (i64, i64) {
    let bound_request = |name: &str| schema.get(name).and_then(Value::as_f64);
    #[allow(clippy::cast_possible_truncation, reason = "a bound beyond 64 bits is as good as the last of them")]
    let whole = |number: f64| number as i64;
    let above = bound_request("exclusiveMinimum").map(|number| whole(number.floor()) + 1);
    let least = bound_request("minimum").map(|number| whole(number.ceil())).max(above);
    let below = bound_request("exclusiveMaximum").map(|number| whole(number.ceil()) - 1);
    let most = match (bound_request("maximum").map(|number| whole(number.floor())), below) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    match (least, most) {
        (Some(least), Some(most)) => (least, most.max(least)),
        (Some(least), None) => (least, least.max(LARGEST)),
        (None, Some(most)) => ((-LARGEST).min(most), most),
        (None, None) => (-LARGEST, LARGEST),
    }
}

/// Whole numbers: the bounds themselves, and what lies between them.
fn integers(schema: &Value) -> BoxedStrategy<Value> {
    let (least, most) = bounds(schema);
    let step = schema.get("multipleOf").and_then(Value::as_i64).filter(|step| *step > 0).unwrap_or(1);
    let stepped = move |number: i64| Value::from((number / step * step).clamp(least, most));
    let near = if least <= 0 && most >= 0 { 0 } else { least };
    prop_oneof![1 => Just(least), 1 => Just(most), 1 => Just(near), 3 => near..=most.min(near.saturating_add(1000)), 2 => least..=most]
        .prop_map(stepped)
        .boxed()
}

/// Numbers with a fraction that binary can hold.
fn broken(schema: &Value) -> BoxedStrategy<Value> {
    let (least, most) = bounds(schema);
    let (least, most) = (least.max(-100_000), most.min(100_000));
    (least.min(most)..=most.max(least), 0..4_u8)
        .prop_map(|(number, quarters)| {
            #[allow(clippy::cast_precision_loss, reason = "it is below a million")]
            let number = number as f64 + f64::from(quarters) / 4.0;
            Number::from_f64(number).map_or(Value::from(0), Value::Number)
        })
        .boxed()
}

fn array(contract: &Contract, schema: &Value, depth: usize) -> Option<BoxedStrategy<Value>> {
    let bound_request = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|bound_request| usize::try_from(bound_request).ok());
    let least = bound_request("minItems").unwrap_or(0);
    let most = bound_request("maxItems").unwrap_or(MOST_ITEMS).min(least.max(MOST_ITEMS) + 2).max(least);
    let items = strategy(contract, schema.get("items")?, depth + 1)?;
    Some(prop::collection::vec(items, least..=most).prop_map(Value::from).boxed())
}

fn object(contract: &Contract, schema: &Value, depth: usize) -> Option<BoxedStrategy<Value>> {
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut members: Vec<BoxedStrategy<Option<(String, Value)>>> = Vec::new();
    for (name, member) in schema.get("properties").and_then(Value::as_object)? {
        let read_only = dereference(contract, member).is_some_and(|member| member.get("readOnly") == Some(&Value::Bool(true)));
        let own = name.clone();
        match strategy(contract, member, depth + 1).filter(|_| !read_only) {
            Some(values) if required.contains(&name.as_str()) => members.push(values.prop_map(move |value| Some((own.clone(), value))).boxed()),
            Some(values) => members.push(prop::option::of(values.prop_map(move |value| (own.clone(), value))).boxed()),
            None if required.contains(&name.as_str()) => return None,
            None => {}
        }
    }
    Some(members.prop_map(|members| Value::Object(members.into_iter().flatten().collect::<Map<_, _>>())).boxed())
}

/// Whether a value of another JSON type might be read as one of these.
pub(super) fn is_admitted(schemas: &[&Value], value: &Value) -> bool {
    schemas.iter().filter_map(|schema| schema.get("type")).all(|kind| match kind {
        Value::String(name) => is_of_type(value, name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(|name| is_of_type(value, name)),
        _ => true,
    })
}
