//! Finds the resource identifiers of JSON:API in a body: pairs of a type and an id that refer to other resources.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::{follow_references, property};
use crate::model::contract::{Contract, MediaType, Operation, ResourceNeed};
use crate::model::media_range::is_json;

/// The kind of resources that each type of JSON:API stands for, as the operations about single resources describe it.
pub(super) fn kinds_of_types(document: &Value, operations: &[Operation]) -> BTreeMap<String, String> {
    let mut kinds = BTreeMap::new();
    for operation in operations {
        let Some(need) = operation.item_parameter().and_then(|parameter| parameter.resource.as_ref()) else { continue };
        let answers = operation.successes().flat_map(|response| &response.content);
        let bodies = operation.request_body.iter().flat_map(|body| &body.content);
        for name in answers.chain(bodies).filter_map(|media| type_of_data(document, media)) {
            kinds.entry(name).or_insert_with(|| need.kind.clone());
        }
    }
    kinds
}

/// The one type that the primary data of a document has, whichever JSON it is said to be: many servers of JSON:API do not name it.
fn type_of_data(document: &Value, media: &MediaType) -> Option<String> {
    let schema = media.schema.as_ref().filter(|_| is_json(&media.name))?;
    let (_, described) = follow_references(document, &property(document, &property(document, &schema.0, "data")?, "type")?)?;
    let listed = || described.get("enum")?.as_array().filter(|names| names.len() == 1)?.first();
    described.get("const").or_else(listed)?.as_str().map(str::to_owned)
}

/// Tells which ids of one body belong to resource identifiers.
pub(super) struct ResourceIdentifiers<'a> {
    contract: &'a Contract,
    body: &'a Value,
    /// Whether the document is about a relationship, so that its primary data are such identifiers.
    is_linkage: bool,
}

impl<'a> ResourceIdentifiers<'a> {
    /// Reads a body; `None` where it can hold none.
    pub(super) fn of(contract: &'a Contract, media: &MediaType, body: &'a Value) -> Option<Self> {
        let schema = media.schema.as_ref().filter(|_| !contract.inferred.types.is_empty() && is_json(&media.name))?;
        Some(Self { contract, body, is_linkage: is_linkage(&contract.document, &schema.0) })
    }

    /// What the id at a place refers to.
    pub(super) fn need(&self, at: &str) -> Option<ResourceNeed> {
        let object = at.strip_suffix("/id").filter(|object| self.is_linkage || object.contains("/relationships/"))?;
        let name = self.body.pointer(&format!("{object}/type"))?.as_str()?;
        self.contract.inferred.types.get(name).map(|kind| ResourceNeed::any(kind))
    }
}

/// Whether the primary data of a document are described by type and id, and by nothing that only a resource has.
fn is_linkage(document: &Value, schema: &str) -> bool {
    let Some(data) = property(document, schema, "data") else { return false };
    let items = follow_references(document, &data).filter(|(_, schema)| schema.get("items").is_some()).map(|(at, _)| format!("{at}/items"));
    let one = items.unwrap_or(data);
    let has = |name: &str| property(document, &one, name).is_some();
    has("type") && has("id") && !has("attributes") && !has("relationships")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::contract::annotations::resource_needs;
    use crate::contract::{bundle, read};
    use crate::model::contract::{Contract, JSON_API};

    fn identifier(name: &str) -> Value {
        json!({"type": "object", "required": ["type", "id"], "properties": {"type": {"const": name}, "id": {"type": "string"}}})
    }

    /// A contract of two kinds, with this body of `PATCH` at a path.
    fn contract(media: &str, path: &str, data: &Value) -> Contract {
        let content = |data: &Value| json!({media: {"schema": {"type": "object", "required": ["data"], "properties": {"data": data}}}});
        let parameters = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        let item =
            |name: &str| json!({"parameters": parameters, "get": {"responses": {"200": {"description": "", "content": content(&identifier(name))}}}});
        let mut paths = json!({"/people/{id}": item("persons"), "/books/{id}": item("books")});
        paths[path]["parameters"] = parameters.clone();
        paths[path]["patch"] = json!({"requestBody": {"content": content(data)}, "responses": {"204": {"description": ""}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
        read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap()
    }

    fn named(path: &str, data: &Value, body: &Value) -> Vec<String> {
        let named = [JSON_API, "application/json"].map(|media| named_as(media, path, data, body));
        assert_eq!(named[0], named[1], "the media type is another one, the document is the same");
        named[0].clone()
    }

    fn named_as(media: &str, path: &str, data: &Value, body: &Value) -> Vec<String> {
        let contract = contract(media, path, data);
        let operation = contract.operations.iter().find(|operation| operation.method.is_patch()).unwrap();
        let media = &operation.request_body.as_ref().unwrap().content[0];
        resource_needs(&contract, media, body).into_iter().map(|need| format!("{}: {}", need.at, need.what.kind)).collect()
    }

    #[test]
    fn a_relationship_names_resources_of_the_collection_that_has_its_type() {
        let author = json!({"type": "object", "properties": {"data": identifier("persons")}});
        let mut book = identifier("books");
        book["properties"]["relationships"] = json!({"type": "object", "properties": {"author": author}});
        let body = json!({"data": {"type": "books", "id": "1", "relationships": {"author": {"data": {"type": "persons", "id": "2"}}}}});
        assert_eq!(named("/books/{id}", &book, &body), ["/data/relationships/author/data/id: people"]);
    }

    #[test]
    fn the_data_of_a_relationship_of_its_own_are_identifiers() {
        let list = json!({"type": "array", "items": identifier("persons")});
        let body = json!({"data": [{"type": "persons", "id": "2"}, {"type": "birds", "id": "3"}]});
        assert_eq!(named("/books/{id}/relationships/readers", &list, &body), ["/data/0/id: people"]);
        let one = json!({"oneOf": [identifier("persons"), {"type": "null"}]});
        assert_eq!(named("/books/{id}/relationships/author", &one, &json!({"data": {"type": "persons", "id": "2"}})), ["/data/id: people"]);
        assert_eq!(named("/books/{id}/relationships/author", &one, &json!({"data": null})), [""; 0]);
    }
}
