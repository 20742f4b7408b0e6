//! Plans lists that are asked again with a filter, or for one attribute only.
//! Whether the answer holds more than that is for the resource rules; whether the request is accepted is not judged.

use serde_json::Value;

use crate::contract::paging::{CURSORS, NUMBERS, OFFSETS, resources};
use crate::model::contract::{Location, Operation, Parameter, Status};
use crate::model::ids::ProbeId;
use crate::model::plan::{Binding, Place, Probe, Purpose, Slot, SlotId};
use crate::plan::resolver::Resolver;

impl Resolver<'_> {
    /// Asks each list that can be narrowed to what the run has made, or to some attributes.
    pub fn narrow_lists(&mut self) {
        let contract = self.context.contract;
        for operation in contract.operations.iter().filter(|operation| operation.method.is_get() && !operation.path.contains('{')) {
            let Some(Ok(success)) = self.successes.get(&operation.id) else { continue };
            let Some(list) =
                self.builder.plan().probe(success).filter(|list| list.purpose == Purpose::Probe && list.request.query.is_empty()).cloned()
            else {
                continue;
            };
            let own = operation.parameters.iter().find_map(|parameter| Some((parameter, self.resource_for_filter(operation, parameter)?)));
            let sparse = operation.parameters.iter().find_map(|parameter| Some((parameter, attribute(operation, parameter)?)));
            if own.is_some() || sparse.is_some() {
                self.add_filter_probe(operation, list, own, sparse);
            }
        }
    }

    fn add_filter_probe(&mut self, operation: &Operation, list: Probe, own: Option<(&Parameter, SlotId)>, sparse: Option<(&Parameter, String)>) {
        let id = ProbeId::for_cell(&operation.id, list.status, "narrowed");
        let control = list.id.clone();
        let mut request = list.request.clone();
        let mut needs = list.needs.clone();
        if let Some((parameter, slot)) = own {
            request.query.push((parameter.name.clone(), String::new()));
            request.fillings.push(Binding { place: Place::Query(parameter.name.clone()), slot: slot.clone() });
            needs.push(slot);
        }
        if let Some((parameter, name)) = sparse {
            request.query.push((parameter.name.clone(), name));
        }
        // What may not be sent is left out: no cell depends on it.
        let _ = self.builder.push(Probe {
            id,
            request,
            needs,
            purpose: Purpose::Fixture,
            // The contract does not say how the parameters go together, so no status is demanded.
            allowed: Vec::new(),
            captures: Vec::new(),
            after: list.after.iter().cloned().chain([control]).collect(),
            ..list
        });
    }

    /// The first thing that the run makes on the route of a list, when a parameter of the list asks for such by its id.
    fn resource_for_filter(&self, operation: &Operation, parameter: &Parameter) -> Option<SlotId> {
        let words = ["before", "exclude", "not"];
        let name = parameter.name.to_ascii_lowercase();
        let other = [CURSORS, NUMBERS, OFFSETS].concat().contains(&parameter.name.as_str()) || words.iter().any(|word| name.contains(word));
        let need = parameter.resource.as_ref().filter(|_| parameter.location == Location::Query && !other)?;
        let here =
            |slot: &Slot| slot.maker().and_then(|maker| self.builder.plan().probe(maker)).is_some_and(|maker| maker.request.path == operation.path);
        let mut made = self.builder.plan().slots.iter().filter(|(_, slot)| slot.kind == need.kind && here(slot));
        made.next().map(|(id, _)| id.clone())
    }
}

/// The first attribute of the list's own example, when the parameter takes the names of attributes of its type (JSON:API,
/// Sparse Fieldsets: `fields[TYPE]`).
fn attribute(operation: &Operation, parameter: &Parameter) -> Option<String> {
    let kind = parameter.name.strip_prefix("fields[")?.strip_suffix(']').filter(|_| parameter.location == Location::Query)?;
    let mut examples = operation.response(Status(200))?.content.iter().flat_map(|media| &media.examples);
    let shown = examples.find_map(|example| resources(&example.value).first().map(|resource| (*resource).clone()))?;
    let own = shown.get("type").and_then(Value::as_str) == Some(kind);
    let names: Vec<&String> = shown.get("attributes").and_then(Value::as_object).filter(|_| own)?.keys().collect();
    // One attribute alone would be all there is.
    (names.len() > 1).then(|| names[0].clone())
}
