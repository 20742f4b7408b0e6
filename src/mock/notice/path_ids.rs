//! Detects ids in the path that name nothing, or something that was deleted.

use super::{MockState, Noticed, RoutedRequest};
use crate::contract::annotations::is_server_data;
use crate::mock::invented_ids::same_style;
use crate::mock::job;
use crate::mock::store::id_text;
use crate::mock::styled_parameters::StyledReader;
use crate::mock::variants::BehaviourChoice;
use crate::model::contract::{Location, Parameter};
use crate::model::trigger_name::TriggerName;

/// Looks at every path parameter.
pub(super) fn detect(routed: &RoutedRequest<'_>, state: &MockState, noticed: &mut Vec<Noticed>) {
    for (name, value) in &routed.path_values {
        let Some(parameter) = routed.operation.parameter(Location::Path, name) else { continue };
        let kind = parameter.resource.as_ref().map(|need| need.kind.as_str());
        let marked = parameter.schema.as_ref().is_some_and(|schema| is_server_data(&routed.core.contract.document, schema));
        if marked && routed.core.variants.has(BehaviourChoice::Unlicensed) {
            noticed.push(Noticed::new(super::SERVER_DATA, format!("{name} {value} needs a licence.")).with_status(400).at_parameter(name));
        }
        let held = kind.is_some_and(|kind| state.store.get(kind, value).is_some());
        if !held && is_malformed(routed, parameter, value) {
            let detail = format!("{value:?} does not have the form of {name}.");
            noticed.push(Noticed::new(TriggerName::MALFORMED_ID, detail).or(TriggerName::BAD_VALUE).at_parameter(name));
        }
        if let Some(kind) = kind.filter(|kind| state.store.knows(kind)) {
            resource(routed, state, name, kind, value, noticed);
        }
    }
}

fn is_malformed(routed: &RoutedRequest<'_>, parameter: &Parameter, value: &str) -> bool {
    let breaks_schema = parameter.schema.as_ref().is_some_and(|schema| {
        let reader = StyledReader {
            contract: &routed.core.contract,
            schemas: &routed.core.schemas,
            schema: Some(schema),
            serialization: parameter.serialization,
        };
        let value = reader.in_segment(&parameter.name, value);
        routed.core.schemas.violations(schema, &value).is_ok_and(|breaches| !breaches.is_empty())
    });
    let style = parameter.example.as_ref().and_then(id_text);
    // Where ids are UUIDs, the example does not tell their form.
    let styled = |style: String| parameter.resource.is_some() && !same_style(value, &style) && !routed.core.variants.has(BehaviourChoice::UuidIds);
    breaks_schema || style.is_some_and(styled)
}

fn resource(routed: &RoutedRequest<'_>, state: &MockState, name: &str, kind: &str, id: &str, noticed: &mut Vec<Noticed>) {
    // A delete of what is not there leaves the state that was asked for, and a PUT that may create needs nothing.
    let unconcerned =
        routed.operation.method.is_delete() || (routed.operation.method.is_put() && routed.operation.response(super::Status(201)).is_some());
    let seen = |noticed: Noticed| {
        let noticed = noticed.of_kind(kind).at_parameter(name);
        if unconcerned { noticed } else { noticed.with_status(404) }
    };
    let Some(resource) = state.store.get(kind, id) else {
        noticed.push(if state.store.was_deleted(kind, id) {
            seen(Noticed::new(TriggerName::DELETED_RESOURCE, format!("{kind} {id} was deleted.")).or(TriggerName::UNKNOWN_ID))
        } else {
            seen(Noticed::new(TriggerName::UNKNOWN_ID, format!("There is no {kind} {id}.")))
        });
        return;
    };
    if resource.of_other != routed.by_other && resource.created_by.is_some() {
        noticed.push(Noticed::new(TriggerName::OTHER_OWNER, format!("There is no {kind} {id} for this account.")).at_parameter(name));
    }
    if resource.expired {
        noticed.push(Noticed::new(TriggerName::EXPIRED, format!("{kind} {id} has expired.")).at_parameter(name));
    } else if routed.listed(TriggerName::FINISHED).next().is_some() && !job::is_finished(&routed.core.contract, kind, resource) {
        noticed.push(Noticed::new(TriggerName::UNFINISHED, format!("{kind} {id} has not finished.")).at_parameter(name));
    }
}
