//! Infers the links that a contract leaves out.
//! `POST /things` makes what `/things/{thing_id}` names, `GET /things` finds it, and the id stands in the answer.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::member_search::MemberSearch;
use super::pointer::append;
use super::schema::follow_references;
use crate::model::contract::{Link, Location, Operation, Response};
use crate::model::path::parameter_of;
use crate::model::text::without_separators;

/// Resolves references of links to operations, and adds to the operations on collections the links that they lack.
pub fn complete(document: &Value, operations: &mut [Operation]) {
    resolve(operations);
    let items = items(operations);
    let mut led = kinds_reached_by_links(document, operations);
    for index in 0..operations.len() {
        let Some((link, kind)) = missing(document, operations, &operations[index], &items, &led) else { continue };
        let operation = &mut operations[index];
        led.extend(link.parameters.values().map(|expression| (kind.clone(), makes(document, operation, expression))));
        let classes = operation.fallbacks.iter_mut().map(|fallback| &mut fallback.response);
        if let Some(response) = operation.responses.iter_mut().chain(classes).find(|response| response.status.is_success()) {
            response.links.push(link);
        }
    }
}

/// An operation by its index, and the parameter of it that names an item of a collection.
type ItemOperation = (usize, String);

/// The first operation about one item of a collection, by the path of the collection; where the items have no path of their
/// own, the first operation on what stands below one.
fn items(operations: &[Operation]) -> HashMap<String, ItemOperation> {
    let mut items: HashMap<String, ItemOperation> = HashMap::new();
    for below in [false, true] {
        for (index, operation) in operations.iter().enumerate() {
            let segments: Vec<&str> = operation.segments().collect();
            let last = segments.len().saturating_sub(1);
            for at in (0..segments.len()).filter(|at| below != (*at == last)) {
                let Some(name) = parameter_of(segments[at]) else { continue };
                if operation.parameter(Location::Path, name).is_some_and(|parameter| parameter.resource.is_some()) {
                    items.entry(segments[..at].join("/")).or_insert_with(|| (index, name.to_owned()));
                }
            }
        }
    }
    items
}

/// Kinds that links lead to, each with whether what is found was made there.
fn kinds_reached_by_links(document: &Value, operations: &[Operation]) -> HashSet<(String, bool)> {
    let by_id: HashMap<&str, &Operation> = operations.iter().rev().map(|operation| (operation.id.as_str(), operation)).collect();
    let mut led = HashSet::new();
    for operation in operations {
        for link in operation.successes().flat_map(|response| &response.links) {
            let Some(target) = by_id.get(link.operation.as_str()) else { continue };
            for (name, expression) in &link.parameters {
                let name = name.split_once('.').map_or(name.as_str(), |(_, name)| name);
                let parameter = [Location::Path, Location::Query].into_iter().find_map(|location| target.parameter(location, name));
                if let Some(need) = parameter.and_then(|parameter| parameter.resource.as_ref()) {
                    led.insert((need.kind.clone(), makes(document, operation, expression)));
                }
            }
        }
    }
    led
}

/// Whether what a link finds in an answer was made by the request: it writes, and does not answer with a list that it did
/// not send. What is answered 201 was made (RFC 9110, section 15.3.2).
pub fn makes(document: &Value, operation: &Operation, expression: &str) -> bool {
    let many = expression.split(['#', '/']).any(|token| token.parse::<usize>().is_ok());
    let writes = operation.method.is_post() || operation.method.is_put();
    // 201: one or more new resources were created (RFC 9110, section 15.3.2), however they are shown.
    let creates = || operation.responses.iter().any(|response| response.status.0 == 201 && response.alternative_to.is_none());
    let sends_many = || {
        let media = operation.request_body.as_ref().and_then(|body| body.content.first())?;
        let shown = media.examples.first().map(|sent| sent.value.get("data").unwrap_or(&sent.value).is_array());
        shown.or_else(|| Some(follow_references(document, &media.schema.as_ref()?.0)?.1.get("items").is_some()))
    };
    writes && (!many || creates() || sends_many() == Some(true))
}

/// `operationRef` of a link within the document, as the id of the operation (OpenAPI, Link Object).
fn resolve(operations: &mut [Operation]) {
    let names: HashMap<String, String> = operations
        .iter()
        .rev()
        .map(|operation| {
            let place = append(&append("#/paths", &operation.path), &operation.method.as_str().to_ascii_lowercase());
            (place, operation.id.clone())
        })
        .collect();
    let responses = operations.iter_mut().flat_map(|operation| {
        let classes = operation.fallbacks.iter_mut().map(|fallback| &mut fallback.response);
        operation.responses.iter_mut().chain(classes)
    });
    for link in responses.flat_map(|response| &mut response.links) {
        if let Some(id) = names.get(&link.operation) {
            link.operation.clone_from(id);
        }
    }
}

/// The link from a collection to its items and the kind of these, unless the contract has one for the kind already.
fn missing(
    document: &Value,
    operations: &[Operation],
    operation: &Operation,
    items: &HashMap<String, ItemOperation>,
    led: &HashSet<(String, bool)>,
) -> Option<(Link, String)> {
    let is_post = operation.method.is_post();
    if operation.item_parameter().is_some() || !(is_post || operation.method.is_get()) {
        return None;
    }
    let segments: Vec<&str> = operation.segments().collect();
    let (index, name) = items.get(&segments.join("/"))?;
    let item = operations.get(*index)?;
    let parameter = item.parameter(Location::Path, name)?;
    let kind = &parameter.resource.as_ref()?.kind;
    if led.contains(&(kind.clone(), is_post)) {
        return None;
    }
    let response = operation.successes().next()?;
    let names = names(&parameter.name, kind);
    let collection = operation.segments().next_back().unwrap_or_default();
    let found = place(document, response, &names, collection, !is_post).map(|at| format!("$response.body#{at}"));
    // A server that answers 201 says where the new resource is (RFC 9110, section 15.3.2).
    let located = response.status.0 == 201 || response.headers.iter().any(|header| header.name.eq_ignore_ascii_case("location"));
    let expression = found.or_else(|| (is_post && located).then(|| "$response.header.Location".to_owned()))?;
    Some((Link { operation: item.id.clone(), parameters: [(parameter.name.clone(), expression)].into() }, kind.clone()))
}

/// What the id may be called, the likeliest first, without regard to case and separators.
fn names(parameter: &str, kind: &str) -> Vec<String> {
    let kind = without_separators(kind.rsplit('/').next().unwrap_or(kind));
    let singular = kind.strip_suffix('s').unwrap_or(&kind);
    vec![without_separators(parameter), "id".to_owned(), format!("{singular}id"), "uuid".to_owned()]
}

/// Where an answer holds the id: by its schema, else by its example.
fn place(document: &Value, response: &Response, names: &[String], collection: &str, many: bool) -> Option<String> {
    let media = response.content.iter().find(|media| media.name.contains("json")).or_else(|| response.content.first())?;
    let search = MemberSearch { document };
    let by_schema = media
        .schema
        .as_ref()
        .and_then(|schema| if many { search.id_in_items(&schema.0, names, 0) } else { search.single(&schema.0, names, collection) });
    by_schema.or_else(|| id_place_in_example(&media.examples.first()?.value, names, many))
}

/// Where an example shows the id.
fn id_place_in_example(example: &Value, names: &[String], many: bool) -> Option<String> {
    let own = |value: &Value| {
        let members = value.as_object()?;
        names.iter().find_map(|wanted| members.keys().find(|name| without_separators(name) == *wanted)).cloned()
    };
    let mut places = vec![String::new()];
    places.extend(
        example.as_object().into_iter().flatten().filter(|(name, member)| *name == "data" || member.is_array()).map(|(name, _)| append("", name)),
    );
    places.iter().find_map(|at| {
        let at = if many { format!("{at}/0") } else { at.clone() };
        Some(append(&at, &own(example.pointer(&at)?)?))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use crate::contract::{bundle, read};

    /// The expressions of all links of a small contract, by operation.
    fn expressions(document: serde_json::Value) -> Vec<String> {
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let links = contract.operations.iter().flat_map(|operation| {
            let links = operation.responses.iter().flat_map(|response| &response.links);
            links.flat_map(|link| link.parameters.iter().map(|(name, at)| format!("{} {name} {at} {}", operation.id, link.operation)))
        });
        links.collect()
    }

    fn document(parameter: &str, created: &serde_json::Value, listed: &serde_json::Value) -> serde_json::Value {
        let content = |schema: &serde_json::Value| json!({"application/json": {"schema": schema}});
        json!({
            "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "components": {"schemas": {"Thing": {"type": "object", "properties": {"title": {}, "id": {}, "slug": {}}}}},
            "paths": {
                "/things/": {
                    "get": {"operationId": "list", "responses": {"200": {"description": "", "content": content(listed)}}},
                    "post": {"operationId": "make", "responses": {"201": {"description": "", "content": content(created)}}}
                },
                format!("/things/{{{parameter}}}/"): {"get": {
                    "operationId": "get", "responses": {"200": {"description": ""}},
                    "parameters": [{"name": parameter, "in": "path", "required": true, "schema": {}}]
                }}
            }
        })
    }

    #[test]
    fn what_answers_201_with_a_list_has_made_it_and_what_finds_with_a_post_has_not() {
        let of = |responses: serde_json::Value| {
            let paths = json!({"/things": {"post": {"operationId": "post", "requestBody": {"content": {"application/json": {"example": {"data": {}}}}},
                                                    "responses": responses}}});
            let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
            let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
            super::makes(&contract.document, &contract.operations[0], "$response.body#/data/0/id")
        };
        assert!(of(json!({"201": {"description": "made"}})));
        assert!(of(json!({"201": {"description": "made"}, "200": {"description": "made", "x-probity-alternative-to": 201}})));
        assert!(!of(json!({"200": {"description": "found"}})));
        assert!(!of(json!({"200": {"description": "found"}, "201": {"description": "found", "x-probity-alternative-to": 200}})));
    }

    #[test]
    fn an_id_is_found_by_its_name_in_the_schema_of_the_answer() {
        let thing = json!({"$ref": "#/components/schemas/Thing"});
        let listed = json!({"properties": {"total": {}, "_embedded": {"properties": {"things": {"items": thing}}}}});
        assert_eq!(
            expressions(document("thing-id", &thing, &listed)),
            ["list thing-id $response.body#/_embedded/things/0/id get", "make thing-id $response.body#/id get"]
        );
        let wrapped = json!({"properties": {"author": {"properties": {"id": {}}}, "thing": {"allOf": [thing]}}});
        assert_eq!(
            expressions(document("slug", &wrapped, &json!({"items": thing}))),
            ["list slug $response.body#/0/slug get", "make slug $response.body#/thing/slug get"]
        );
    }

    #[test]
    fn a_created_resource_that_is_not_shown_is_found_by_its_location() {
        assert_eq!(expressions(document("id", &json!({}), &json!({}))), ["make id $response.header.Location get"]);
    }

    #[test]
    fn a_link_that_is_there_is_kept_and_may_name_its_operation_by_place() {
        let thing = json!({"$ref": "#/components/schemas/Thing"});
        let mut document = document("id", &thing, &json!({}));
        document["paths"]["/things/"]["post"]["responses"]["201"]["links"] =
            json!({"get": {"operationRef": "#/paths/~1things~1{id}~1/get", "parameters": {"id": "$response.body#/slug"}}});
        assert_eq!(expressions(document), ["make id $response.body#/slug get"]);
    }

    #[test]
    fn an_id_is_found_in_an_array_and_in_wrappers() {
        let thing = json!({"$ref": "#/components/schemas/Thing"});
        let array = json!({"type": "array", "items": thing});
        assert_eq!(expressions(document("id", &array, &json!({})))[0], "make id $response.body#/0/id get");
        let items = json!({"properties": {"items": array}});
        assert_eq!(expressions(document("id", &items, &json!({})))[0], "make id $response.body#/items/0/id get");
        let wrapped = json!({"properties": {"status": {}, "data": {"properties": {"thing": {"properties": {"thingNo": {}, "owner": {"properties": {"id": {}}}}}}}}});
        assert_eq!(expressions(document("thing_no", &wrapped, &json!({})))[0], "make thing_no $response.body#/data/thing/thingNo get");
        let deep = json!({"properties": {"outcome": {"properties": {"slug": {}, "id": {}}}}});
        assert_eq!(expressions(document("slug", &deep, &json!({})))[0], "make slug $response.body#/outcome/slug get");
        assert_eq!(expressions(document("id", &deep, &json!({})))[0], "make id $response.header.Location get", "it may be the id of something else");
    }

    #[test]
    fn what_has_no_path_of_its_own_is_named_by_what_stands_below_it() {
        let thing = json!({"$ref": "#/components/schemas/Thing"});
        let mut document = document("id", &thing, &json!({"items": thing}));
        let get = document["paths"].as_object_mut().unwrap().remove("/things/{id}/").unwrap();
        document["paths"]["/things/{id}/parts/{part}"] = get;
        assert_eq!(expressions(document), ["list id $response.body#/0/id get", "make id $response.body#/id get"]);
    }
}
