//! Every name in contract and suite resolves, and every file and path is used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use probity::model::contract::{Condition, Operation};
use probity::plan::triggers;
use probity::session::open;
use probity::session::open::Source;
use serde_json::Value;

use crate::contract::{CONTRACT, folder, walk};

fn conditions() -> impl Iterator<Item = (&'static Operation, &'static Condition)> {
    let operations = CONTRACT.operations.iter();
    operations.flat_map(|operation| {
        operation.responses.iter().flat_map(move |response| response.conditions.iter().map(move |condition| (operation, condition)))
    })
}

/// What is promised can be looked up: an address of the publisher's, and which of its pages it is.
#[test]
fn every_clause_has_the_address_of_its_page() {
    let responses =
        CONTRACT.operations.iter().flat_map(|operation| operation.responses.iter().map(move |response| (operation.id.as_str(), response)));
    let server = CONTRACT.server_responses.iter().map(|response| ("*", response));
    let nowhere = |source: &str| {
        let rest = source.split_once("https://").map(|(_, rest)| rest.split_once("/docs, ").or_else(|| rest.split_once('/')));
        rest.flatten().is_none_or(|(_, page)| page.trim().is_empty() || page == "docs")
    };
    let bare: Vec<String> = responses
        .chain(server)
        .filter(|(_, response)| nowhere(&response.source))
        .map(|(id, response)| format!("{id} {}: {:?}", response.status, response.source))
        .collect();
    assert!(bare.is_empty(), "{}", bare.join("\n"));
}

#[test]
fn every_trigger_exists() {
    let unknown: Vec<String> = conditions()
        .filter(|(_, condition)| triggers::by_trigger_name(&condition.trigger).is_none())
        .map(|(operation, condition)| format!("{}: {}", operation.id, condition.trigger))
        .collect();
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn every_condition_names_operations_and_kinds_that_exist() {
    let kinds = kinds();
    let mut found = Vec::new();
    for (operation, condition) in conditions() {
        let by = condition.by.iter().filter(|by| CONTRACT.operation(by).is_none());
        let kind = condition.kind.iter().filter(|kind| !kinds.contains(*kind));
        found.extend(by.chain(kind).map(|name| format!("{} {}: {name} does not exist", operation.id, condition.trigger)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Every kind of resource that an operation takes or that stands in a path.
fn kinds() -> BTreeSet<String> {
    let mut kinds: BTreeSet<String> = CONTRACT
        .operations
        .iter()
        .flat_map(|operation| &operation.parameters)
        .filter_map(|parameter| Some(parameter.resource.as_ref()?.kind.clone()))
        .collect();
    walk(&CONTRACT.document, "", &mut |_, part| {
        let kind = part.get("x-probity-resource").map(|kind| kind.get("kind").unwrap_or(kind));
        kinds.extend(kind.and_then(Value::as_str).map(str::to_owned));
    });
    kinds
}

#[test]
fn every_link_leads_to_an_operation_that_takes_what_it_gives() {
    let (mut found, mut links) = (Vec::new(), 0);
    for operation in &CONTRACT.operations {
        for link in operation.responses.iter().flat_map(|response| &response.links) {
            links += 1;
            let Some(target) = CONTRACT.operation(&link.operation) else {
                found.push(format!("{}: a link leads to {}, which does not exist", operation.id, link.operation));
                continue;
            };
            for (name, expression) in &link.parameters {
                if !target.parameters.iter().any(|parameter| parameter.name == *name) {
                    found.push(format!("{}: {} has no parameter {name}", operation.id, target.id));
                }
                if !["$response.body#/", "$response.header.", "$request.path."].iter().any(|start| expression.starts_with(start)) {
                    found.push(format!("{}: {expression} is no expression that a link is read from", operation.id));
                }
            }
        }
    }
    assert!(links > 0);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Suites whose documents belong to others and are not here.
const ELSEWHERE: [&str; 2] = ["unit.yaml", "up.yaml"];

#[test]
fn every_operation_that_the_suites_name_exists() {
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites");
    let mut named = 0;
    for entry in std::fs::read_dir(suites).unwrap() {
        let path = entry.unwrap().path();
        let (suite, contract) = open::suite(&Source::File(path.clone())).unwrap();
        // Contracts of others are not ours to ship: their suites say where they are to be had.
        if matches!(&contract, Source::File(file) if !file.exists()) {
            assert!(ELSEWHERE.iter().any(|name| path.ends_with(name)), "{}: its contract is not there", path.display());
            continue;
        }
        let contract = open::contract(&contract).unwrap();
        for name in suite.effects.values().flatten().chain(suite.skip.keys()) {
            named += 1;
            assert!(contract.operation(name).is_some(), "{}: {name} does not exist", path.display());
        }
    }
    assert!(named > 0);
}

/// The files of the contract beside the root, and what each of them holds.
fn files() -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "openapi.yaml" {
            files.insert(name, serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
        }
    }
    files
}

fn root() -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(folder().join("openapi.yaml")).unwrap()).unwrap()
}

#[test]
fn every_file_of_the_contract_is_referred_to() {
    let root = root();
    let files = files();
    // The shared file is reached through the others.
    let reached: BTreeSet<String> = std::iter::once(("openapi.yaml", &root))
        .chain(files.iter().map(|(name, document)| (name.as_str(), document)))
        .flat_map(|(name, document)| probity::contract::file_references(name, document))
        .map(|(file, _)| file)
        .collect();
    for name in files.keys() {
        assert!(reached.contains(name), "nothing refers to {name}");
    }
}

#[test]
fn every_path_of_every_file_is_in_the_root_and_every_api_has_a_tag() {
    let root = root();
    let reached: BTreeMap<&str, &str> =
        root["paths"].as_object().unwrap().iter().map(|(path, item)| (path.as_str(), item["$ref"].as_str().unwrap())).collect();
    let mut paths = 0;
    for (name, document) in &files() {
        for path in document.get("paths").and_then(Value::as_object).into_iter().flat_map(|paths| paths.keys()) {
            paths += 1;
            let expected = format!("{name}#{}", probity::contract::append("/paths", path));
            assert_eq!(reached.get(path.as_str()), Some(&expected.as_str()), "{path} of {name}");
        }
    }
    assert_eq!(paths, reached.len(), "the root has paths that no file has");
    let declared: BTreeSet<&str> = root["tags"].as_array().unwrap().iter().filter_map(|tag| tag["name"].as_str()).collect();
    let used: BTreeSet<&str> = CONTRACT.operations.iter().map(|operation| operation.api.as_str()).collect();
    assert_eq!(declared, used);
}

#[test]
fn every_component_is_used() {
    let text = serde_json::to_string(&CONTRACT.document).unwrap();
    let mut unused = Vec::new();
    for (name, document) in &files() {
        for (section, entries) in document["components"].as_object().into_iter().flatten() {
            for component in entries.as_object().into_iter().flat_map(|entries| entries.keys()) {
                let stem = name.trim_end_matches(".yaml");
                let used = [component.clone(), format!("{stem}.{component}")]
                    .iter()
                    .any(|name| text.contains(&format!("\"#/components/{section}/{name}\"")));
                if !used {
                    unused.push(format!("{name}#/components/{section}/{component}"));
                }
            }
        }
    }
    assert!(unused.is_empty(), "{}", unused.join("\n"));
}
