//! Trigger: the id in the path does not have the documented form.

use serde_json::Value;

use super::{Mutation, Trigger, TriggerContext};
use crate::model::contract::{Location, Parameter};
use crate::model::trigger_name::TriggerName;
use crate::plan::values::malformed_id;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MALFORMED_ID,
    about: "the id in the path is not of the documented form",
    needs: "parameter in the path",
    source: "RFC 9110, section 15.5.1",
    mutations,
};

/// Each parameter that does not take the text; where an author writes that it is refused, any one.
fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let mut parameters: Vec<&Parameter> =
        trigger_context.operation.parameters.iter().filter(|parameter| parameter.location == Location::Path).collect();
    parameters.reverse();
    let text = Value::from(malformed_id(trigger_context.mark));
    // What the standards leave open tolerates other statuses; an author who marks ids has said which there are.
    let written = trigger_context.condition.or.is_empty() || trigger_context.contract.inferred.annotated;
    parameters.retain(|parameter| written || !trigger_context.parameter_allows(parameter, &text));
    parameters.into_iter().filter_map(|parameter| trigger_context.with_path_value(&parameter.name, &malformed_id(trigger_context.mark))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::plan::triggers::small_contracts::faults;

    #[test]
    fn only_what_does_not_take_any_text_is_malformed() {
        let parameter = |name: &str, schema: serde_json::Value| json!({"name": name, "in": "path", "required": true, "schema": schema});
        let get = |schemas: [serde_json::Value; 2], written: serde_json::Value| {
            let [times, text] = schemas;
            let refused = json!({"description": "", "x-probity-when": written});
            json!({"parameters": [parameter("times", times), parameter("text", text)], "responses": {"200": {"description": ""}, "400": refused}})
        };
        let open = |schemas| {
            let mut get = get(schemas, json!([]));
            get["responses"]["400"].as_object_mut().unwrap().remove("x-probity-when");
            faults("malformed-id", ("/repeat/{times}/{text}", "get", 400), &get, &json!({}))
        };
        let (number, text, uuid) = (|| json!({"type": "integer"}), || json!({"type": "string"}), || json!({"type": "string", "format": "uuid"}));
        let broken = open([number(), text()]);
        assert!(broken.len() == 1 && broken[0].starts_with("times "), "{broken:?}");
        let broken = open([text(), uuid()]);
        assert!(broken.len() == 1 && broken[0].starts_with("text "), "{broken:?}");
        assert_eq!(open([text(), text()]), Vec::<String>::new());
        let written = faults("malformed-id", ("/repeat/{times}/{text}", "get", 400), &get([text(), text()], json!(["malformed-id"])), &json!({}));
        assert_eq!(written.len(), 2, "its author says so: {written:?}");
    }
}
