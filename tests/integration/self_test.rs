//! The self-test from the command line: its output and its exit codes.

use std::process::{Command, Output};

fn self_test(words: &[&str]) -> (String, Option<i32>) {
    let Output { status, stdout, .. } = Command::new(env!("CARGO_BIN_EXE_probity")).arg("self-test").args(words).output().expect("it runs");
    (String::from_utf8_lossy(&stdout).into_owned(), status.code())
}

#[test]
fn a_fault_is_caught_and_a_variant_raises_nothing() {
    let (text, code) = self_test(&["--fault", "conflict-as-bad-request", "--variant", "errors-rich"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("1 faults: 1 caught, 0 refused, 0 warned of, 0 survived") && text.contains("1 variants: 0 accused"), "{text}");
}

#[test]
fn a_survivor_breaks_the_test() {
    // A contract whose lists have no pages cannot show what is wrong with them.
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/wild/circles.yaml");
    let (text, code) = self_test(&["--contract", contract, "--fault", "page-loop"]);
    assert!(code == Some(1) && text.contains("SURVIVED"), "{text}");
}

#[test]
fn who_refuses_to_judge_has_not_missed_the_fault() {
    // A 500 to a valid request is a violation; a job that goes on for ever is none, and nothing can be said of its end.
    let (text, code) = self_test(&["--fault", "always-500", "--fault", "job-never-finishes"]);
    assert!(code == Some(0) && text.contains("2 faults: 1 caught, 1 refused"), "{text}");
}

#[test]
fn no_request_has_two_faults_and_no_order_of_checks_is_accused() {
    let (text, code) = self_test(&["--variant", "access-last", "--variant", "looks-reversed"]);
    assert!(code == Some(0) && !text.contains("more than one thing is wrong"), "{text}");
    assert!(text.contains("2 variants: 0 accused, 0 with cells unproved") && text.contains("cells otherwise"), "{text}");
}

/// What clients of real servers report, and where the documents of those servers contradict each other.
#[test]
fn a_server_that_differs_where_its_documents_do_is_not_accused() {
    let names = [
        "other-side",
        "no-redirect",
        "job-with-redirect",
        "jobs-at-once",
        "job-states-spelled-otherwise",
        "retry-after-instead",
        "pages-other-cursor",
        "ids-as-numbers",
        "other-keys",
    ];
    let words: Vec<&str> = names.iter().flat_map(|name| ["--variant", name]).collect();
    let (text, code) = self_test(&words);
    assert!(code == Some(0) && !text.contains("nothing came of it"), "{text}");
    assert!(text.contains("9 variants: 0 accused, 0 with cells unproved"), "{text}");
}

/// What a server lacks blocks cells and violates none.
#[test]
fn a_server_without_the_data_of_the_examples_is_not_accused() {
    let names = ["other-data", "features-refused", "features-hidden", "unlicensed-data"];
    let words: Vec<&str> = names.iter().flat_map(|name| ["--variant", name]).collect();
    let (text, code) = self_test(&words);
    assert!(code == Some(0) && text.contains("4 variants: 0 accused, 0 with cells unproved"), "{text}");
    assert_eq!(text.matches("cells lacking").count(), names.len(), "{text}");
}

#[test]
fn a_name_that_nobody_knows_is_refused() {
    assert_eq!(self_test(&["--fault", "no-such-fault"]).1, Some(2));
    assert_eq!(self_test(&["--variant", "no-such-variant"]).1, Some(2));
}
