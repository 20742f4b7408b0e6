//! Reads parameters, and which of them name resources.

use serde_json::Value;

use super::ContractError;
use super::operations::Reader;
use super::pointer::append;
use super::schema::{follow, resource_need};
use crate::domain::contract::{Location, Parameter, ResourceNeed, SchemaRef};

impl Reader<'_> {
    pub(super) fn parameters(&self, path: &str, item: &str, own: &str) -> Result<Vec<Parameter>, ContractError> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for list in [append(item, "parameters"), own.to_owned()] {
            let count = self.document.pointer(&list).and_then(Value::as_array).map_or(0, Vec::len);
            for index in 0..count {
                let parameter = self.parameter(path, &format!("{list}/{index}"))?;
                parameters.retain(|known| known.name != parameter.name || known.location != parameter.location);
                parameters.push(parameter);
            }
        }
        for name in template_names(path) {
            if !parameters.iter().any(|parameter| parameter.location == Location::Path && parameter.name == name) {
                return Err(self.error(item, format!("the path parameter {{{name}}} of {path} is not declared")));
            }
        }
        Ok(parameters)
    }

    fn parameter(&self, path: &str, pointer: &str) -> Result<Parameter, ContractError> {
        let (at, value) = self.resolved(pointer)?;
        let Some(name) = value.get("name").and_then(Value::as_str) else { return Err(self.error(pointer, "a parameter has no name")) };
        let location = value.get("in").cloned().unwrap_or_default();
        let location: Location = serde_json::from_value(location)
            .map_err(|_| self.error(&at, format!("the parameter {name} has no `in` of path, query, header or cookie")))?;
        let schema = value.get("schema").map(|_| append(&at, "schema"));
        let resolved = schema.as_ref().and_then(|schema| follow(self.document, schema)).map(|(_, schema)| schema);
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
                .map(|kind| ResourceNeed { kind, like: Value::Null })
        });
        let example = value.get("example").or_else(|| value.get("examples")?.as_object()?.values().next()?.get("value"));
        let example = example.or_else(|| resolved?.get("example")).or_else(|| resolved?.get("examples")?.get(0));
        Ok(Parameter {
            name: name.to_owned(),
            location,
            required: location == Location::Path || value.get("required") == Some(&Value::Bool(true)),
            schema: schema.map(SchemaRef),
            example: example.cloned(),
            resource,
            explode: value.get("explode") != Some(&Value::Bool(false)),
            sent: value.get("x-probity-send") == Some(&Value::Bool(true)),
        })
    }
}

/// The names in a path template, of which a segment may hold several (`{kind}:{number}`; OpenAPI, Path Templating).
fn template_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').flat_map(|segment| segment.split('{').skip(1)).filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// The kind of resource that a path parameter names when the contract does not say: the segment before it, when the
/// parameter stands for the whole segment.
fn kind_from_path(path: &str, name: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let index = segments.iter().position(|segment| *segment == format!("{{{name}}}"))?;
    segments.get(index.checked_sub(1)?).filter(|segment| !segment.is_empty() && !segment.starts_with('{')).map(|segment| (*segment).to_owned())
}
