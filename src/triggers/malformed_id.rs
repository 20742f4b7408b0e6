//! The id in the path is not of the documented form.

use super::{Ground, Trigger, Variation};
use crate::domain::contract::{Location, Parameter};
use crate::generate::malformed_id;

pub(super) const TRIGGER: Trigger = Trigger {
    name: "malformed-id",
    about: "the id in the path is not of the documented form",
    needs: "parameter in the path",
    source: "RFC 9110, section 15.5.1",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let mut parameters: Vec<&Parameter> = ground.operation.parameters.iter().filter(|parameter| parameter.location == Location::Path).collect();
    parameters.reverse();
    parameters.into_iter().filter_map(|parameter| ground.with_path_value(&parameter.name, &malformed_id(ground.mark))).collect()
}
