//! The bundled contract is valid OpenAPI, complete, and agrees with the published figures.

mod examples;
mod figures;
mod openapi;
mod references;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use probity::model::contract::Contract;
use probity::session::open;
use probity::session::open::Source;
use serde_json::Value;

/// The folder of the contract.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/addepar")
}

/// The contract as the program reads it.
static CONTRACT: LazyLock<Contract> = LazyLock::new(|| open::contract(&Source::File(folder().join("openapi.yaml"))).unwrap());

/// Every part of a document, with the JSON Pointer to it.
fn walk<'a>(value: &'a Value, at: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(at, value);
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| walk(member, &probity::contract::append(at, name), visit)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{at}/{index}"), visit)),
        _ => {}
    }
}
