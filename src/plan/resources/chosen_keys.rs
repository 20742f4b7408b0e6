//! Chooses the ids that a request sets itself: keys of resources made by PUT, and ids in bodies.

use serde_json::Value;

use crate::contract::{get_mut, remove, replace_or_add, unescape};
use crate::model::contract::{Location, Operation, SchemaRef};
use crate::model::effect::{Effect, Provenance};
use crate::model::plan::{Binding, Place, Slot, SlotId};
use crate::model::text::unquoted_text;
use crate::plan::bound_request::BoundRequest;
use crate::plan::effect::{ClassifiedRequest, reads};
use crate::plan::operation_effects::removes;
use crate::plan::resolver::Resolver;
use crate::plan::values::{ValidRequest, nth_unknown_id, with_mark};

impl Resolver<'_> {
    /// The parameter with the key that a PUT makes something at.
    pub(in crate::plan) fn key_of(&self, operation: &Operation) -> Option<String> {
        let id_source = self.context.feeds_by(&operation.id).find(|id_source| id_source.makes && operation.method.is_put())?;
        id_source.expression.strip_prefix("$request.path.").map(str::to_owned)
    }

    /// Chooses a new key for a PUT that makes something, unless it is to replace what is there or the key is given.
    pub(in crate::plan) fn choose_key(&mut self, operation: &Operation, base: &mut ValidRequest, fixed: &[SlotId]) -> Option<String> {
        let name = self.key_of(operation).filter(|_| !self.replaces)?;
        let place = Place::Path(name.clone());
        let kind = base.needs.iter().find(|need| need.place == place).map(|need| need.resource.kind.clone())?;
        if fixed.iter().any(|slot| self.builder.plan().slots.get(slot).is_some_and(|known| known.kind == kind)) {
            return None;
        }
        self.marks += 1;
        let example = base.request.path_values.get(&name).cloned().unwrap_or_default();
        let parameter = operation.parameter(Location::Path, &name)?;
        let fits = |value: &Value| parameter.schema.as_ref().is_none_or(|schema| self.allows(schema, value));
        let named = Value::from(with_mark(&example, &format!("{}-{}", self.context.options.mark, self.marks)));
        let is_number = !example.is_empty() && example.bytes().all(|byte| byte.is_ascii_digit());
        let named = Some(named).filter(|value| !is_number && fits(value));
        let key = named.or_else(|| nth_unknown_id(&Value::from(example), &self.context.options.mark, self.marks as u64, fits))?;
        let key = unquoted_text(&key);
        base.request.path_values.insert(name, key.clone());
        base.request.reset_style(&place);
        base.needs.retain(|need| need.place != place);
        Some(key)
    }

    fn allows(&self, schema: &SchemaRef, value: &Value) -> bool {
        let text = unquoted_text(value);
        let readings = [Some(Value::from(text.as_str())), serde_json::from_str(&text).ok()];
        readings.into_iter().flatten().any(|value| self.context.schemas.violations(schema, &value).map_or(true, |breaches| breaches.is_empty()))
    }

    /// Lets the body of a request on one thing name the thing that its path names.
    pub(in crate::plan) fn equate(&mut self, operation: &Operation, key: Option<&str>, bound_request: &mut BoundRequest) {
        let Some(parameter) =
            operation.item_parameter().filter(|_| !self.context.contract.inferred.annotated && matches!(operation.method.as_str(), "PUT" | "PATCH"))
        else {
            return;
        };
        let place = Place::Path(parameter.name.clone());
        let slot = bound_request.base.request.fillings.iter().find(|binding| binding.place == place).map(|binding| binding.slot.clone());
        // The member that the kind is known by may be called otherwise: another value would give the thing another name.
        let kind = parameter.resource.as_ref().map(|need| &need.kind);
        let feeds = kind.into_iter().flat_map(|kind| self.context.feeds_of(kind));
        let members = feeds.filter(|id_source| id_source.expression.contains('#'));
        let known: Vec<String> = members.filter_map(|id_source| id_source.expression.rsplit('/').next()).map(unescape).collect();
        let names: Vec<&str> = [parameter.name.as_str(), "id"].into_iter().chain(known.iter().map(String::as_str)).collect();
        for name in names {
            for at in [format!("/{name}"), format!("/data/{name}")] {
                let Some(body) = bound_request.base.request.body.value_mut() else { return };
                let Some(value) = get_mut(body, &at).filter(|value| value.is_string() || value.is_number()) else { continue };
                match (key, &slot) {
                    (Some(key), _) => {
                        *value = if value.is_number() { key.parse::<i64>().map_or_else(|_| Value::from(key), Value::from) } else { Value::from(key) }
                    }
                    (None, Some(slot)) => {
                        let binding = Binding { place: Place::Body(at), slot: slot.clone() };
                        if bound_request.base.request.fillings.iter().all(|known| known.place != binding.place) {
                            bound_request.base.request.fillings.push(binding);
                        }
                    }
                    (None, None) => {}
                }
            }
        }
    }

    /// The same for parameters that can be left out.
    fn neutralise_parameters(&self, operation: &Operation, bound_request: &mut BoundRequest) {
        let known = |slot: &SlotId| self.builder.plan().slots.get(slot).map_or(Provenance::Example, Slot::provenance);
        let request = bound_request.base.request.clone();
        let open = self.context.rules.foreign_parameters(&ClassifiedRequest {
            operation,
            request: &request,
            fault: None,
            known: &known,
            mark: &self.context.options.mark,
        });
        for place in open {
            let (location, name) = match &place {
                Place::Query(name) => (Location::Query, name.clone()),
                Place::Header(name) => (Location::Header, name.clone()),
                _ => continue,
            };
            let request = &mut bound_request.base.request;
            let pairs = if location == Location::Query { &mut request.query } else { &mut request.headers };
            let Some(parameter) = operation.parameter(location, &name) else { continue };
            if !parameter.required {
                pairs.retain(|(known, _)| *known != name);
            }
        }
    }

    /// Takes ids out of a body that may belong to another user, where they can be left out. The id of the thing itself that is
    /// made is drawn; no other id is invented. Where things of other users may be changed, nothing but that own id is new: two
    /// things of the run are two, and none takes the place of what is there.
    pub(in crate::plan) fn neutralise(&mut self, operation: &Operation, bound_request: &mut BoundRequest) {
        if reads(operation, self.context.suite, &self.context.options.permission) || removes(operation) {
            return;
        }
        let borrows = self.context.options.permission.allows(Effect::Borrowed);
        let known = |slot: &SlotId| self.builder.plan().slots.get(slot).map_or(Provenance::Example, Slot::provenance);
        let request = bound_request.base.request.clone();
        let foreign = self.context.rules.foreign_ids(&ClassifiedRequest {
            operation,
            request: &request,
            fault: None,
            known: &known,
            mark: &self.context.options.mark,
        });
        if !borrows {
            self.neutralise_parameters(operation, bound_request);
        }
        let schema = bound_request.base.media.and_then(|media| operation.request_body.as_ref()?.content.get(media)?.schema.clone());
        for at in foreign.into_iter().filter(|at| !borrows || (operation.method.is_post() && is_own_id(at))) {
            let Some(body) = bound_request.base.request.body.value_mut() else { return };
            let was_valid = schema.as_ref().is_none_or(|schema| self.context.schemas.fits(schema, body));
            let valid = |body: &Value| !was_valid || schema.as_ref().is_none_or(|schema| self.context.schemas.fits(schema, body));
            let mut without = body.clone();
            let is_item = at.rsplit('/').next().is_some_and(|token| token.parse::<usize>().is_ok());
            if !is_item && remove(&mut without, &at) && valid(&without) {
                *body = without;
                continue;
            }
            self.marks += 1;
            let Some(example) = body.pointer(&at).filter(|_| is_own_id(&at)).cloned() else { continue };
            let with = |value: &Value| {
                let mut with = body.clone();
                replace_or_add(&mut with, &at, value.clone());
                with
            };
            if let Some(value) = nth_unknown_id(&example, &self.context.options.mark, self.marks as u64, |value| valid(&with(value))) {
                *body = with(&value);
            }
        }
    }
}

/// Whether a place in a body is the id of the thing that is made.
fn is_own_id(at: &str) -> bool {
    let rest = at.strip_prefix("/data").unwrap_or(at);
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let (first, last) = rest.split_once('/').unwrap_or(("0", rest));
    first.parse::<usize>().is_ok() && matches!(last.to_ascii_lowercase().as_str(), "id" | "uuid" | "guid")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::{Value, json};

    use crate::contract::{Schemas, bundle, read};
    use crate::model::effect::Permission;
    use crate::model::plan::Body;
    use crate::model::suite::Suite;
    use crate::plan::{PlanningOptions, plan};

    /// The ids that the creates of a plan send, where everything is allowed and the body of a create has to have one or not.
    fn sent_ids(required: bool) -> Vec<Option<Value>> {
        let names = if required { json!(["id", "name"]) } else { json!(["name"]) };
        let schema = json!({"type": "object", "required": names, "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}});
        let thing = json!({"application/json": {"schema": schema}});
        let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}]);
        let make =
            json!({"requestBody": {"required": true, "content": thing.clone()}, "responses": {"201": {"description": "", "content": thing.clone()}}});
        let responses = json!({"200": {"description": "", "content": thing}, "404": {"description": ""}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"post": make}, "/things/{id}": {
            "get": {"parameters": id.clone(), "responses": responses}, "delete": {"parameters": id, "responses": {"204": {"description": ""}}}}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let schemas = Schemas::new(&contract);
        let suite: Suite = serde_json::from_value(json!({"name": "t", "contract": "t.yaml"})).unwrap();
        let options = PlanningOptions { permission: Permission::everything(), mark: "mark".to_owned(), ..PlanningOptions::default() };
        let planned = plan(&contract, &schemas, &suite, &options).unwrap();
        let bodies = planned.probes.iter().filter(|probe| probe.fault.is_none()).map(|probe| &probe.request.body);
        bodies.filter_map(|body| if let Body::Json(body) = body { Some(body.get("id").cloned()) } else { None }).collect()
    }

    #[test]
    fn a_new_thing_never_takes_the_id_of_what_is_there() {
        let drawn = sent_ids(true);
        let distinct: BTreeSet<String> = drawn.iter().flatten().map(ToString::to_string).collect();
        assert!(!drawn.is_empty() && distinct.len() == drawn.len() && !distinct.contains("1"), "{drawn:?}");
        let optional = sent_ids(false);
        assert!(!optional.is_empty() && optional.iter().all(Option::is_none), "{optional:?}");
    }
}
