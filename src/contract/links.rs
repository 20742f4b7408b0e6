//! Infers the links that a contract leaves out.
//! `POST /things` makes what `/things/{thing_id}` names, `GET /things` finds it, and the id stands in the answer.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::pointer::append;
use super::schema::follow_references;
use crate::model::contract::{Link, Location, MediaType, Operation, Response, SchemaRef};
use crate::model::media_range::is_xml;
use crate::model::path::parameter_of;
use crate::model::text::without_separators;

/// How deep envelopes and branches are opened in search of an id.
const MOST_NESTED: usize = 4;

/// What envelopes call that which they wrap.
const WRAPPERS: [&str; 12] = ["data", "result", "results", "item", "items", "record", "response", "payload", "body", "content", "value", "resource"];

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

/// The schema of the JSON form of a body, else of its form in XML.
pub fn schema_of_parts(content: &[MediaType]) -> Option<&SchemaRef> {
    let json = content.iter().find(|media| media.name.contains("json"));
    json.or_else(|| content.iter().find(|media| is_xml(&media.name)))?.schema.as_ref()
}

/// Whether a body holds a member that is called like a parameter, by its schema, however deep.
pub fn has_member_named_like(document: &Value, content: &[MediaType], parameter: &str) -> bool {
    let names = [without_separators(parameter)];
    let search = LinkSearch { document, names: &names, collection: "" };
    schema_of_parts(content).is_some_and(|schema| search.nearest(&schema.0, &names, &|_| true).is_some())
}

/// The members that a body holds at the top or in a wrapper, by its schema: each name, without separators, with the nearest place
/// (JSON Pointer).
pub fn wrapped_members(document: &Value, schema: &str) -> Vec<(String, String)> {
    let search = LinkSearch { document, names: &[], collection: "" };
    let opens = |name: &str| WRAPPERS.contains(&without_separators(name).as_str());
    let mut found: Vec<(String, String)> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    search.each_object(schema, &opens, &mut |at, schema| {
        for (name, _) in search.plain_members(schema) {
            let plain = without_separators(&name);
            if known.insert(plain.clone()) {
                found.push((plain, append(at, &name)));
            }
        }
        false
    });
    found
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
    let search = LinkSearch { document, names, collection };
    let by_schema = media.schema.as_ref().and_then(|schema| if many { search.id_in_items(&schema.0, 0) } else { search.single(&schema.0) });
    by_schema.or_else(|| id_place_in_example(&media.examples.first()?.value, names, many))
}

struct LinkSearch<'a> {
    document: &'a Value,
    names: &'a [String],
    collection: &'a str,
}

impl LinkSearch<'_> {
    /// In an object, in one that it wraps, or in the items of an array that stands in such a place: the nearest one. A member
    /// that is called like the parameter is the id in whatever it stands; one that is called `id` only in what is a wrapper by
    /// its name, because other objects have ids of their own.
    fn single(&self, schema: &str) -> Option<String> {
        let wraps = |name: &str| {
            WRAPPERS.contains(&without_separators(name).as_str())
                || (name.len() > 2 && without_separators(self.collection).starts_with(&without_separators(name)))
        };
        self.nearest(schema, self.names, &wraps).or_else(|| {
            let parameter = self.names.get(..1).filter(|names| !["id", "uuid", "name"].contains(&names[0].as_str()))?;
            self.nearest(schema, parameter, &|_| true)
        })
    }

    /// The nearest member of one of these names, through members for which `opens` says so.
    fn nearest(&self, schema: &str, names: &[String], opens: &dyn Fn(&str) -> bool) -> Option<String> {
        let mut found = None;
        self.each_object(schema, opens, &mut |at, schema| {
            found = self.id_member(schema, names).map(|name| append(at, &name));
            found.is_some()
        });
        found
    }

    /// Visits the schemas of objects with their places, breadth first, each once, until `visit` says that it is enough.
    fn each_object(&self, schema: &str, opens: &dyn Fn(&str) -> bool, visit: &mut dyn FnMut(&str, &str) -> bool) {
        let mut level = vec![(String::new(), schema.to_owned())];
        // What was nearer once is nearer in all its parts.
        let mut seen: HashSet<String> = HashSet::new();
        for _ in 0..MOST_NESTED {
            let mut below = Vec::new();
            for (at, schema) in level {
                let (at, schema) = match self.items(&schema, 0) {
                    Some(items) => (format!("{at}/0"), items),
                    None => (at, schema),
                };
                let Some((schema, _)) = follow_references(self.document, &schema).filter(|(schema, _)| seen.insert(schema.clone())) else { continue };
                if visit(&at, &schema) {
                    return;
                }
                let members = self.members(&schema, 0).into_iter().filter(|(name, _)| opens(name));
                below.extend(members.map(|(name, inner)| (append(&at, &name), inner)));
            }
            level = below;
        }
    }

    /// In the items of an array, or of an array that an envelope holds.
    fn id_in_items(&self, schema: &str, depth: usize) -> Option<String> {
        if let Some(items) = self.items(schema, 0) {
            return self.id_member(&items, self.names).map(|name| append("/0", &name));
        }
        if depth > 2 {
            return None;
        }
        self.members(schema, 0).into_iter().find_map(|(name, inner)| Some(append("", &name) + &self.id_in_items(&inner, depth + 1)?))
    }

    /// The member of an object that is the id.
    fn id_member(&self, schema: &str, names: &[String]) -> Option<String> {
        let members = self.plain_members(schema);
        names.iter().find_map(|wanted| members.iter().find(|(name, _)| without_separators(name) == *wanted)).map(|(name, _)| name.clone())
    }

    /// The members of an object that have no parts of their own: what has some is no id.
    fn plain_members(&self, schema: &str) -> Vec<(String, String)> {
        let mut members = self.members(schema, 0);
        members.retain(|(_, at)| {
            let found = follow_references(self.document, at).map(|(_, found)| found);
            found.is_none_or(|found| ["properties", "items"].iter().all(|keyword| found.get(*keyword).is_none()))
        });
        members
    }

    /// Members of an object with the places of their schemas, through references and branches.
    fn members(&self, schema: &str, depth: usize) -> Vec<(String, String)> {
        let Some((at, found)) = follow_references(self.document, schema).filter(|_| depth < MOST_NESTED) else { return Vec::new() };
        let properties = found.get("properties").and_then(Value::as_object).into_iter().flatten();
        let own = properties.map(|(name, _)| (name.clone(), append(&format!("{at}/properties"), name)));
        let branches = branches(&at, found).into_iter().flat_map(|branch| self.members(&branch, depth + 1));
        own.chain(branches).collect()
    }

    /// The schema of the items of an array, through references and branches.
    fn items(&self, schema: &str, depth: usize) -> Option<String> {
        let (at, found) = follow_references(self.document, schema).filter(|_| depth < MOST_NESTED)?;
        if found.get("items").is_some() {
            return Some(format!("{at}/items"));
        }
        branches(&at, found).into_iter().find_map(|branch| self.items(&branch, depth + 1))
    }
}

/// The branches of a schema.
fn branches(at: &str, schema: &Value) -> Vec<String> {
    let of = |keyword: &'static str| {
        let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).map(move |index| format!("{at}/{keyword}/{index}"))
    };
    ["allOf", "anyOf", "oneOf"].into_iter().flat_map(of).collect()
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
