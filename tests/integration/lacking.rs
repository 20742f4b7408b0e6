//! Servers that name things differently or lack them: cells are proved, or blocked with a true reason.

use std::process::Output;

use crate::support::{Folder, text};
use serde_json::{Value, json};

/// A run against the embedded mock, and the report.
fn run(folder: &Folder, words: &[&str]) -> (Output, Value) {
    let output = folder.run(&[&["run"], words].concat());
    (output, folder.report())
}

/// The JSON body of the first request that was sent for a probe.
fn body(folder: &Folder, probe: &str) -> Value {
    let recording = folder.json("reports/recording.json");
    let outcomes = recording["outcomes"]["outcomes"].as_array().expect("outcomes");
    let outcome = outcomes.iter().find(|outcome| outcome["probe"] == probe).unwrap_or_else(|| panic!("{probe} was not sent"));
    let sent = outcome["exchanges"][0]["request"]["body"].as_str().expect("a body");
    serde_json::from_str(sent).expect("a body of JSON")
}

fn cells<'r>(report: &'r Value, operation: &str) -> Vec<&'r Value> {
    report["cells"].as_array().expect("cells").iter().filter(|cell| cell["operation"] == operation).collect()
}

const CREATE: &str = "allocation_models.create";
const KEYS: &str = "/data/attributes/attribute_ids";

#[test]
fn keys_are_taken_from_the_list_that_the_server_shows() {
    let folder = Folder::new("keys");
    let (output, report) = run(&folder, &["--variant", "other-keys", "--only", CREATE]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(cells(&report, CREATE).iter().any(|cell| cell["status"] == 200 && cell["verdict"] == "conforms"));
    assert_eq!(body(&folder, "allocation_models.create::200::success").pointer(KEYS), Some(&json!(["asset_class_17", "sector_17"])));
}

#[test]
fn where_the_list_is_refused_the_example_is_sent_and_its_refusal_only_blocks() {
    let folder = Folder::new("no-list");
    let (output, report) = run(&folder, &["--variant", "other-keys", "--fault", "always-500@attributes.list", "--only", CREATE]);
    assert_eq!(body(&folder, "allocation_models.create::200::success").pointer(KEYS), Some(&json!(["asset_class", "sector"])));
    let found = cells(&report, CREATE);
    let success = found.iter().find(|cell| cell["status"] == 200).expect("a success");
    assert!(found.iter().all(|cell| cell["verdict"] != "violates"), "{}", text(&output));
    assert_eq!(success["verdict"], "blocked", "{}", text(&output));
    assert!(success["reason"].as_str().is_some_and(|reason| reason.contains("attribute_ids/0 is data of the server")), "{success}");
}

#[test]
fn a_feature_that_is_not_there_is_one_line() {
    for (variant, status) in [("features-refused", 403), ("features-hidden", 404)] {
        let folder = Folder::new(variant);
        let (output, report) = run(&folder, &["--variant", variant, "--only", "fees.*", "--only", "entities.list"]);
        let said = text(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        let line = format!("valid requests was refused with {status}; the account may not have this feature, and no promise is broken");
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert_eq!(said.matches(&line).count(), 1, "{said}");
        assert!(said.contains("of them for features that the account may not have") && !said.contains("for one cause"), "{said}");
        assert_eq!(folder.text("reports/report.md").matches(&line).count(), 1);
        let create = cells(&report, "fees.list").into_iter().find(|cell| cell["status"] == 200).cloned().expect("a success");
        assert_eq!((&create["code"], &create["because"]["status"]), (&json!({"unavailable": status}), &json!(status)), "{create}");
    }
}

#[test]
fn a_licence_that_is_missing_blocks_and_says_so() {
    let folder = Folder::new("licence");
    let (output, report) = run(&folder, &["--variant", "unlicensed-data", "--only", "portfolio_views.results_json"]);
    let found = cells(&report, "portfolio_views.results_json");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(found.iter().all(|cell| !text(&output).contains("none of portfolio_views") && cell["verdict"] != "violates"), "{}", text(&output));
    let success = found.iter().find(|cell| cell["status"] == 200).expect("a success");
    assert!(success["reason"].as_str().is_some_and(|reason| reason.contains("or is licensed for it")), "{success}");
}

#[test]
fn a_type_that_the_firm_does_not_have_blocks_and_says_what_to_do() {
    let folder = Folder::new("other-type");
    let (output, report) = run(&folder, &["--variant", "other-data", "--only", "entities.create"]);
    let found = cells(&report, "entities.create");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(found.iter().all(|cell| cell["verdict"] != "violates"), "{}", text(&output));
    let success = found.iter().find(|cell| cell["status"] == 201).expect("a success");
    let reason = success["reason"].as_str().expect("a reason");
    assert!(success["verdict"] == "blocked" && reason.contains("/data/attributes/model_type is data of the server"), "{success}");
    assert!(reason.contains("`requests` in the suite names a request that it takes"), "{reason}");
}

/// A firm has types of its own: the one in the example is refused there, so that the run has to look for another one, unless a
/// person names one.
#[test]
fn a_request_of_a_persons_own_is_taken_at_once_where_the_example_is_not() {
    let words = ["--variant", "other-types", "--only", "entities.create"];
    let folder = Folder::new("own-type");
    let (output, report) = run(&folder, &words);
    let success = |report: &Value| cells(report, "entities.create").into_iter().find(|cell| cell["status"] == 201).cloned().expect("a success");
    assert_eq!(report["found_requests"][0]["operation"], "entities.create", "{}", text(&output));
    assert_ne!(success(&report)["verdict"], "violates");

    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/addepar/openapi.yaml");
    let mut own = json!({"data": {"type": "entities", "attributes": {"original_name": "Probity", "currency_factor": "CHF"}}});
    own["data"]["attributes"]["model_type"] = json!("TYPE_OF_THE_FIRM");
    folder.write("own.json", own.to_string());
    folder.write("suite.yaml", format!("name: firm\ncontract: {contract}\nrequests:\n  entities.create: own.json\n"));
    let (output, report) = run(&folder, &[&words[..], &["--suite", "suite.yaml", "--target", "mock"]].concat());
    assert_eq!(success(&report)["verdict"], "conforms", "{}", text(&output));
    assert!(cells(&report, "entities.create").iter().all(|cell| cell["verdict"] != "violates"), "{}", text(&output));
    assert_eq!(report["own_requests"], json!(["entities.create"]));
    assert!(report["found_requests"].as_array().is_none_or(Vec::is_empty), "{}", text(&output));
}

/// A saved view may be missing or need a licence; a query needs neither.
#[test]
fn what_is_needed_is_made_without_data_of_the_server_where_that_can_be() {
    let folder = Folder::new("made");
    let (output, _) = run(&folder, &["--variant", "features-hidden", "--only", "jobs.get"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let recording = folder.json("reports/recording.json");
    let probes = recording["plan"]["probes"].as_array().expect("probes");
    let asked = |operation: &str| probes.iter().any(|probe| probe["operation"] == operation);
    assert!(asked("jobs.create_query") && !asked("jobs.create_view"));
}

/// A server may look at the state before it looks at permissions.
#[test]
fn who_has_no_permission_asks_while_the_valid_request_would_be_taken() {
    let folder = Folder::new("state");
    let output = folder.run(&["plan", "--format", "json", "--only", "contacts.revoke", "--only", "contacts.restore"]);
    let plan: Value = serde_json::from_slice(&output.stdout).expect("a plan");
    let waits = |probe: &str, before: &str| {
        let probes = plan["probes"].as_array().expect("probes");
        let probe = probes.iter().find(|known| known["id"] == probe).unwrap_or_else(|| panic!("{probe} is not planned"));
        probe["after"].as_array().is_some_and(|after| after.contains(&json!(before)))
    };
    for operation in ["contacts.revoke", "contacts.restore"] {
        assert!(waits(&format!("{operation}::204::success"), &format!("{operation}::403::limited-credentials")), "{operation}");
    }
    assert!(waits("contacts.revoke::403::limited-credentials", "contacts.restore::204::success"));
}

/// What the documents are of two minds about, and which of the variants shows which side: the status, and the field or body
/// that comes with it.
#[test]
fn each_side_that_documents_name_is_shown_by_a_variant() {
    let operations = ["attributes.query", "jobs.cancel", "jobs.get"];
    let asked: Vec<&str> = operations.iter().flat_map(|operation| ["--only", operation]).collect();
    let takes = |variant: &str| {
        let folder = Folder::new(&format!("side-{variant}"));
        let words = if variant.is_empty() { asked.clone() } else { [&["--variant", variant], &asked[..]].concat() };
        let (output, report) = run(&folder, &words);
        assert!(report["totals"]["violates"].as_u64().unwrap_or(0) == 0, "{}", text(&output));
        let recording = folder.json("reports/recording.json");
        let outcomes = recording["outcomes"]["outcomes"].as_array().expect("outcomes");
        let exchanges = outcomes.iter().filter_map(|outcome| outcome["exchanges"].as_array()).flatten();
        let end = exchanges.filter(|exchange| exchange["answer"]["status"] == 303).map(|exchange| &exchange["answer"]["body"]);
        let bodies: Vec<bool> = end.map(|body| *body != json!("empty")).collect();
        let took = |operation: &str| {
            let sides = report["alternatives"].as_array().expect("sides");
            let side = sides.iter().find(|side| side["operation"] == operation).unwrap_or_else(|| panic!("{variant}: no side of {operation}"));
            side["takes"].as_str().expect("a side").to_owned()
        };
        (operations.map(took), bodies.contains(&true), bodies.contains(&false))
    };
    let sides = |texts: [&str; 3]| texts.map(str::to_owned);
    assert_eq!(takes(""), (sides(["200", "204", "303"]), false, true));
    let (sides_of_redirect, with_body, _) = takes("job-with-redirect");
    assert_eq!((sides_of_redirect, with_body), (sides(["200", "204", "303"]), true));
    assert_eq!(takes("no-redirect"), (sides(["200", "204", "200"]), false, false));
    let (sides_of_other, ..) = takes("other-side");
    assert_eq!(sides_of_other[..2], ["201".to_owned(), "200".to_owned()]);
}
