//! A second contract that has nothing in common with the bundled one is planned, served and proved by the same code.
//! It has plain objects, problem documents, bearer tokens and OpenAPI 3.0. Documents as they are found in the wild break
//! nothing and are accused of nothing.

use std::path::Path;

use probity::cli::{Specification, Stop, assemble, record, run_args};
use probity::model::report::Report;
use probity::model::verdict::Verdict;

use crate::support;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts");

/// A document from the wild: its cells, how many of them are proved against its own mock, and a reason that is given for
/// one of the others.
const WILD: [(&str, usize, usize, &str); 13] = [
    ("petstore.yaml", 33, 31, "there is no body"),
    ("nameless.yaml", 27, 23, "there is no security requirement"),
    ("keys.yaml", 17, 11, "there are no credentials for certificate"),
    ("circles.yaml", 7, 7, ""),
    ("modern.json", 13, 12, "the contract does not say when"),
    ("ranges.yaml", 9, 9, ""),
    ("segments.yaml", 5, 4, "its path names no resource"),
    ("swagger.json", 8, 8, ""),
    ("fields.yaml", 5, 5, ""),
    ("answers.yaml", 16, 16, ""),
    ("xml_pets.yaml", 11, 11, ""),
    ("xml_orders.yaml", 10, 10, ""),
    ("xml_albums.json", 7, 7, ""),
];

/// One fault of the mock for each check that this contract calls for, and for each state that it speaks of.
const FAULTS: [(&str, &str); 10] = [
    ("created-as-ok", "status"),
    ("unauthorized-accepted", "status"),
    ("duplicate-accepted", "status"),
    ("in-use-deleted", "status"),
    ("wrong-state-accepted", "status"),
    ("error-wrong-media-type", "media-type"),
    ("no-content-with-body", "no-content"),
    ("created-without-location", "headers"),
    ("success-missing-required", "body-schema"),
    ("error-status-member-wrong", "problem-details"),
];

fn run(words: &[&str]) -> Result<Report, Stop> {
    let args = run_args(words)?;
    let subject = Specification::load(&args.scope.files)?;
    record(&args, &subject).map(|recording| assemble(&subject, &recording))
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// Everything that is not proved, in words.
fn unproved(report: &Report) -> Vec<String> {
    let open = report.cells.iter().filter(|cell| !matches!(cell.verdict, Verdict::Conforms | Verdict::Held));
    let told = open.map(|cell| {
        let findings: Vec<&str> = cell.findings.iter().map(|finding| finding.message.as_str()).collect();
        let reason = cell.reason.as_deref().unwrap_or_default();
        format!("{} {} {}: {reason} {}", cell.operation, cell.status, cell.verdict.as_str(), findings.join(", "))
    });
    told.collect()
}

fn findings(report: &Report) -> Vec<String> {
    support::findings(report).into_iter().map(|finding| format!("{}: {}", finding.check, finding.message)).collect()
}

#[test]
fn every_cell_of_the_second_contract_is_proved() {
    let report = run(&["--suite", &path("books.suite.yaml")]).unwrap();
    assert_eq!(unproved(&report), Vec::<String>::new());
    assert_eq!(findings(&report), Vec::<String>::new());
    assert_eq!((report.cells.len(), report.totals.of(Verdict::Conforms), report.totals.of(Verdict::Held)), (56, 55, 1));
}

#[test]
fn it_needs_no_suite() {
    let report = run(&["--contract", &path("books.yaml")]).unwrap();
    assert_eq!((unproved(&report), findings(&report)), (Vec::new(), Vec::new()));
    assert_eq!(report.cells.len(), 56);
}

#[test]
fn what_the_mock_breaks_is_found() {
    for (fault, check) in FAULTS {
        let report = run(&["--suite", &path("books.suite.yaml"), "--fault", fault]).unwrap_or_else(|stop| panic!("{fault}: {stop}"));
        assert!(report.totals.of(Verdict::Violates) > 0, "{fault}: {:#?}", unproved(&report));
        let found = findings(&report);
        assert!(found.iter().any(|finding| finding.starts_with(&format!("{check}: "))), "{fault}: {found:#?}");
    }
}

#[test]
fn documents_from_the_wild_are_not_accused() {
    for (name, cells, proved, why) in WILD {
        let report = run(&["--contract", &path(&format!("wild/{name}"))]).unwrap_or_else(|stop| panic!("{name}: {stop}"));
        let open = unproved(&report);
        assert_eq!(findings(&report), Vec::<String>::new(), "{name}");
        assert_eq!((report.cells.len(), report.cells.len() - open.len()), (cells, proved), "{name}: {open:#?}");
        assert!(
            open.is_empty() == why.is_empty() && open.iter().all(|line| !line.contains("violates") && !line.contains("blocked")),
            "{name}: {open:#?}"
        );
        assert!(why.is_empty() || open.iter().any(|line| line.contains(why)), "{name}: {open:#?}");
    }
}

#[test]
fn every_wild_document_is_in_the_table() {
    let mut names: Vec<String> =
        Path::new(FOLDER).join("wild").read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !["silent.yaml", "broken.yaml"].contains(&name.as_str()));
    names.sort();
    let mut known: Vec<&str> = WILD.iter().map(|(name, ..)| *name).collect();
    known.sort_unstable();
    assert_eq!(names, known);
}

#[test]
fn a_document_without_a_single_status_says_so() {
    let stop = run(&["--contract", &path("wild/silent.yaml")]).unwrap_err();
    assert!(matches!(stop, Stop::Nothing(_)) && stop.to_string().contains("documents a status"), "{stop}");
}

#[test]
fn a_document_that_is_broken_in_part_is_used_in_part() {
    let report = run(&["--contract", &path("wild/broken.yaml")]).unwrap();
    let violated: Vec<&str> = report.cells.iter().filter(|cell| cell.verdict == Verdict::Violates).map(|cell| cell.operation.as_str()).collect();
    assert_eq!(violated, Vec::<&str>::new());
    // What cannot be read is asked for, and is no success.
    let of = |operation: &str| report.cells.iter().find(|cell| cell.operation == operation).map(|cell| (cell.verdict, !cell.probes.is_empty()));
    for operation in ["readNote", "gone", "never"] {
        assert_eq!(of(operation), Some((Verdict::Inconclusive, true)), "{operation}");
    }
    for operation in ["search", "opened", "closed", "once", "GET /again"] {
        assert_eq!(of(operation), Some((Verdict::Conforms, true)), "{operation}");
    }
    let issues: Vec<String> = report.document_issues.iter().map(ToString::to_string).collect();
    for (place, what) in [
        ("/paths/~1notes~1{note_id}:", "{note_id} of /notes/{note_id} is not declared"),
        ("/paths/~1search?term={term}&kind=all:", "has a query"),
        ("/paths/~1notes~1{note_id}#shared/get:", "cannot be told from those to readNote"),
        ("/paths/~1gone/get/responses/200:", "#/components/responses/Gone leads nowhere"),
        ("/paths/~1gone/get/responses/2000:", "no HTTP status"),
        ("/paths/~1twice/get/operationId:", "there twice"),
        ("/paths/~1again/get/operationId:", "another operation with the id \"once\""),
        ("/paths/~1never/get/responses/200/content/application~1json/schema:", "none of the values"),
        ("/components/schemas/Note/properties/code/pattern:", "no regular expression"),
        ("/components/schemas/Note/properties/author:", "people.yaml cannot be read"),
        ("/components/schemas/Note/properties/weight/type:", "type is float"),
    ] {
        let found = issues.iter().any(|issue| issue.starts_with(&format!("broken.yaml#{place}")) && issue.contains(what));
        assert!(found, "{place} {what} is not among\n{}", issues.join("\n"));
    }
    assert!(issues.iter().all(|issue| !issue.contains("nowhere.yaml")), "a reference in a value was followed:\n{}", issues.join("\n"));
}

#[test]
fn what_stands_for_many_statuses_is_written_so_everywhere() {
    let report = run(&["--contract", &path("wild/ranges.yaml")]).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let cells: Vec<String> =
        json["cells"].as_array().unwrap().iter().map(|cell| format!("{} {}", cell["operation"].as_str().unwrap(), cell["status"])).collect();
    assert_eq!(
        cells,
        [
            "things.list \"2XX\"",
            "things.create \"2XX\"",
            "things.create 400",
            "things.get 200",
            "things.get \"4XX\"",
            "things.get \"5XX\"",
            "things.replace \"default\"",
            "things.delete \"4XX\"",
            "things.delete \"default\""
        ]
    );
    let junit =
        probity::report::FORMATS.iter().find(|format| format.file_name == Some("junit.xml")).map(|format| (format.render)(&report).unwrap()).unwrap();
    assert!(junit.contains("things.get 4XX") && junit.contains("things.delete default"), "{junit}");
    let chosen = |status: &str| -> Vec<String> {
        let report = run(&["--contract", &path("wild/ranges.yaml"), "--status", status]).unwrap();
        report.cells.iter().map(|cell| format!("{} {}", cell.operation, cell.status)).collect()
    };
    assert_eq!(chosen("4XX"), ["things.create 400", "things.get 4XX", "things.delete 4XX"]);
    assert_eq!(chosen("default"), ["things.replace default", "things.delete default"]);
    assert_eq!(chosen("400"), ["things.create 400"]);
}

#[test]
fn a_document_that_is_broken_in_part_is_refused_on_demand() {
    let stop = run(&["--strict-document", "--contract", &path("wild/broken.yaml")]).unwrap_err();
    assert!(matches!(stop, Stop::Unusable(_)) && stop.to_string().contains("broken.yaml#/paths/~1gone/get/responses/200"), "{stop}");
}

#[test]
fn nothing_sent_is_nothing_proved() {
    let stop = run(&["--suite", &path("books.suite.yaml"), "--profile", "read-only", "--only", "addBook"]).unwrap_err();
    assert!(matches!(stop, Stop::Nothing(_)) && stop.to_string().contains("--allow-writes"), "{stop}");
}
