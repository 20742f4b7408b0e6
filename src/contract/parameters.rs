//! Reads parameters, and which of them name resources.

use serde_json::Value;

use super::operations::Reader;
use super::path_keys::{PathKey, names};
use super::pointer::{append, at_pointer};
use super::schema::{follow_references, resource_need};
use super::unjudged_schemas::UNREAD;
use crate::model::contract::{Location, Parameter, ResourceNeed, SchemaRef};
use crate::model::serialization::{Serialization, Style};
use crate::model::text::without_separators;

/// What a parameter that is broken means.
const LEFT_OUT: &str = "this parameter is left out";

impl<'a> Reader<'a> {
    /// The parameters of an operation: its own, those of its path item, and those that only the path names.
    pub(super) fn parameters(&self, path: &PathKey, item: &str, own: &str) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for list in [append(item, "parameters"), own.to_owned()] {
            let count = match at_pointer(self.document, &list) {
                Some(Value::Array(items)) => items.len(),
                None | Some(Value::Null) => continue,
                Some(_) => {
                    self.note_issue(&list, "parameters must be a list", "they are left out");
                    continue;
                }
            };
            for index in 0..count {
                let Some(parameter) = self.parameter(&path.path, &format!("{list}/{index}")) else { continue };
                parameters.retain(|known| known.name != parameter.name || known.location != parameter.location);
                parameters.push(parameter);
            }
        }
        in_query(path, &mut parameters);
        for name in path.parameters() {
            if !parameters.iter().any(|parameter| parameter.location == Location::Path && parameter.name == name) {
                parameters.push(self.undeclared(path, item, name, &parameters));
            }
        }
        // What the path does not name has no place in a request.
        let named: Vec<&str> = path.parameters().collect();
        parameters.retain(|parameter| parameter.location != Location::Path || named.contains(&parameter.name.as_str()));
        parameters
    }

    /// A parameter that the path names and no declaration has, like one whose name is spelled otherwise.
    fn undeclared(&self, path: &PathKey, item: &str, name: &str, known: &[Parameter]) -> Parameter {
        let alike =
            known.iter().find(|parameter| parameter.location == Location::Path && without_separators(&parameter.name) == without_separators(name));
        let what = format!("the path parameter {{{name}}} of {} is not declared", path.key);
        let meaning = match alike {
            Some(other) => format!("it is taken for {}", other.name),
            None => "any text is sent for it".to_owned(),
        };
        self.note_issue(item, what, &meaning);
        let resource = kind_from_path(&path.path, name).map(|kind| ResourceNeed::any(&kind));
        let other = alike.cloned().unwrap_or_else(|| required_parameter(name, Location::Path));
        Parameter { name: name.to_owned(), resource, ..other }
    }

    fn parameter(&self, path: &str, pointer: &str) -> Option<Parameter> {
        let (at, value) = self.follow_reference(pointer)?;
        if value.get(UNREAD).is_some() {
            return None;
        }
        let Some(name) = value.get("name").and_then(Value::as_str) else {
            self.note_issue(pointer, "a parameter has no name", LEFT_OUT);
            return None;
        };
        let location = value.get("in").cloned().unwrap_or_default();
        let Ok(location) = serde_json::from_value::<Location>(location) else {
            self.note_issue(pointer, format!("the parameter {name} has no `in` of path, query, header or cookie"), LEFT_OUT);
            return None;
        };
        let is_true = |name: &str| value.get(name) == Some(&Value::Bool(true));
        let (required, sent) = (is_true("required"), is_true("x-probity-send"));
        let (at, value, serialization) = self.described(&at, value, Serialization::read(value, Serialization::default_style(location)));
        let schema = value.get("schema").map(|_| append(&at, "schema"));
        let resolved = schema.as_ref().and_then(|schema| follow_references(self.document, schema)).map(|(_, schema)| schema);
        let annotated = resolved.and_then(|schema| {
            let schema = schema.get("items").unwrap_or(schema);
            schema.get("x-probity-resource").and_then(resource_need)
        });
        let resource = annotated.or_else(|| {
            // Neither a date nor one of a few words names a resource.
            let format = resolved.and_then(|schema| schema.get("format")?.as_str()).unwrap_or_default();
            let listed = resolved.is_some_and(|schema| schema.get("enum").is_some() || schema.get("const").is_some());
            (location == Location::Path && !format.starts_with("date") && !listed)
                .then(|| kind_from_path(path, name))
                .flatten()
                .map(|kind| ResourceNeed::any(&kind))
        });
        let example = value.get("example").or_else(|| value.get("examples")?.as_object()?.values().next()?.get("value"));
        let example = example.or_else(|| resolved?.get("example")).or_else(|| resolved?.get("examples")?.get(0));
        Some(Parameter {
            name: name.to_owned(),
            location,
            required: location == Location::Path || required,
            schema: schema.map(SchemaRef),
            example: example.cloned(),
            resource,
            serialization,
            sent,
        })
    }

    /// What describes the value of a parameter, and where: the parameter itself, or its `content`, which has one media type.
    fn described(&self, at: &str, parameter: &'a Value, serialization: Serialization) -> (String, &'a Value, Serialization) {
        let content = parameter.get("content").and_then(Value::as_object).and_then(|content| content.iter().next());
        let Some((name, _)) = content.filter(|_| parameter.get("schema").is_none()) else { return (at.to_owned(), parameter, serialization) };
        let own = append(&append(at, "content"), name);
        let Some((own, media)) = self.follow_reference(&own) else { return (at.to_owned(), parameter, serialization) };
        let style = if name.contains("json") { Style::Json } else { serialization.style };
        (own, media, Serialization { style, ..serialization })
    }
}

/// Puts what a path says of the query into parameters.
fn in_query(path: &PathKey, parameters: &mut Vec<Parameter>) {
    for (name, value) in &path.query {
        let inner = names(value).next();
        // A pair such as `term={term}` may be declared as part of the path, or not at all.
        if let Some(inner) = inner {
            let declared =
                parameters.iter_mut().find(|parameter| parameter.name == inner && matches!(parameter.location, Location::Path | Location::Query));
            let mut parameter = declared.map_or_else(|| required_parameter(name, Location::Query), |parameter| parameter.clone());
            parameters.retain(|known| known.name != inner || !matches!(known.location, Location::Path | Location::Query));
            (parameter.name, parameter.location) = (name.clone(), Location::Query);
            parameter.required = true;
            parameters.push(parameter);
        } else if !parameters.iter().any(|parameter| parameter.location == Location::Query && parameter.name == *name) {
            parameters.push(Parameter { example: Some(Value::from(value.as_str())), sent: true, ..required_parameter(name, Location::Query) });
        }
    }
    for parameter in parameters.iter_mut().filter(|parameter| parameter.location == Location::Path && path.names.contains(&parameter.name)) {
        (parameter.location, parameter.required) = (Location::Query, false);
    }
}

/// A required parameter of which nothing but its name is known.
fn required_parameter(name: &str, location: Location) -> Parameter {
    Parameter {
        name: name.to_owned(),
        location,
        required: true,
        schema: None,
        example: None,
        resource: None,
        serialization: Serialization::default_style(location),
        sent: false,
    }
}

/// The kind of resource that a path parameter names when the contract does not say: the segment before it, when the
/// parameter stands for the whole segment.
fn kind_from_path(path: &str, name: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let index = segments.iter().position(|segment| *segment == format!("{{{name}}}"))?;
    segments.get(index.checked_sub(1)?).filter(|segment| !segment.is_empty() && !segment.starts_with('{')).map(|segment| (*segment).to_owned())
}
