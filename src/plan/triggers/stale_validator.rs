//! The request is for a version of the resource that cannot be the current one.

use serde_json::Value;

use super::{Mutation, Trigger, TriggerContext};
use crate::model::contract::Location;
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;

/// The header field.
const IF_MATCH: &str = "If-Match";

/// The least number that stands for no version: nothing that a run makes is changed so often, and points of time are later.
const LEAST: u32 = 10_000_000;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::STALE_VALIDATOR,
    about: "If-Match names a version that cannot be the current one",
    needs: "",
    source: "RFC 9110, sections 13.1.1 and 15.5.13",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let parameter =
        trigger_context.operation.parameters.iter().find(|known| known.location == Location::Header && known.name.eq_ignore_ascii_case(IF_MATCH));
    let number = trigger_context.mark.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % LEAST + LEAST;
    // Some servers read no version but a number, whatever their contract says of the field.
    let tags = [format!("\"{number}\""), format!("\"{}-stale\"", trigger_context.mark), number.to_string()];
    let is_allowed = |tag: &String| parameter.is_none_or(|parameter| trigger_context.parameter_allows(parameter, &Value::from(tag.as_str())));
    let Some(tag) = tags.into_iter().find(is_allowed) else { return Vec::new() };
    let mut request = trigger_context.base.request.clone();
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(IF_MATCH));
    request.headers.push((IF_MATCH.to_ascii_lowercase(), tag.clone()));
    vec![Mutation::fault(request, Place::Header(IF_MATCH.to_owned()), format!("{IF_MATCH} is {tag}"))]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::LEAST;
    use crate::plan::triggers::small_contracts::fields;

    /// The If-Match fields of the one request that names no version, where the field has this schema; none where it is not known.
    fn sent(schema: Option<&Value>) -> Vec<Vec<String>> {
        let parameter = schema.map(|schema| json!({"name": "If-Match", "in": "header", "required": true, "schema": schema}));
        let parameters: Vec<Value> = parameter.into_iter().collect();
        let operation = json!({"parameters": parameters, "responses": {"200": {"description": ""}, "412": {"description": ""}}});
        fields("stale-validator", ("/a", "put", 412), &operation, "If-Match")
    }

    #[test]
    fn the_version_is_none_that_can_be_current_in_a_form_that_the_contract_allows() {
        let quoted = |value: &str| value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map(str::to_owned);
        for schema in [None, Some(json!({"type": "string"}))] {
            let [fields] = &sent(schema.as_ref())[..] else { panic!("one request") };
            let [field] = &fields[..] else { panic!("one field: {fields:?}") };
            assert!(quoted(field).and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number >= LEAST), "{field}");
        }
        assert_eq!(sent(Some(&json!({"type": "string", "pattern": "^\"[a-z-]+\"$"}))), [["\"mark-stale\""]]);
        let [fields] = &sent(Some(&json!({"type": "integer"})))[..] else { panic!("one request") };
        assert!(fields.len() == 1 && fields[0].parse::<u32>().is_ok_and(|number| number >= LEAST), "{fields:?}");
        assert_eq!(sent(Some(&json!({"enum": [1, 2]}))), Vec::<Vec<String>>::new());
    }
}
