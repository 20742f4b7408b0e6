//! The self-test from the command line: what it says, and how it ends.

use std::process::{Command, Output};

fn self_test(words: &[&str]) -> (String, Option<i32>) {
    let Output { status, stdout, .. } = Command::new(env!("CARGO_BIN_EXE_probity")).arg("self-test").args(words).output().expect("it runs");
    (String::from_utf8_lossy(&stdout).into_owned(), status.code())
}

#[test]
fn a_fault_is_caught_and_a_variant_raises_nothing() {
    let (text, code) = self_test(&["--fault", "conflict-as-bad-request", "--variant", "errors-rich"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("1 faults: 1 caught, 0 warned of, 0 survived") && text.contains("1 variants: 0 accused"), "{text}");
}

#[test]
fn a_survivor_breaks_the_test_and_what_proves_nothing_has_no_verdict() {
    // Nothing follows the Location of a job so far.
    let (text, code) = self_test(&["--fault", "accepted-location-wrong"]);
    assert!(code == Some(1) && text.contains("SURVIVED"), "{text}");
    let (text, code) = self_test(&["--fault", "limit-ignored"]);
    assert!(code == Some(3) && text.contains("1 without a verdict"), "{text}");
}

#[test]
fn a_name_that_nobody_knows_is_refused() {
    assert_eq!(self_test(&["--fault", "no-such-fault"]).1, Some(2));
    assert_eq!(self_test(&["--variant", "no-such-variant"]).1, Some(2));
}
