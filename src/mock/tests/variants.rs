//! Tests that each variant shows in some answer, and that none breaks the contract.

use super::faults::{asker_with, transcript_of};
use crate::mock::{Variant, all_variants};

/// Variants that only show on the wire, or to requests that the script does not send.
const ELSEWHERE: &[&str] = &[
    "access-last",
    "other-keys",
    "head-and-options",
    "other-data",
    "other-types",
    "features-refused",
    "features-hidden",
    "unlicensed-data",
    "slow-answers",
    "connection-close",
    "chunked",
    "compressed",
    "names-in-upper-case",
    "no-reason",
];

#[test]
fn every_variant_shows() {
    let usual = transcript_of(&asker_with(&[], &[]));
    let silent: Vec<&str> = all_variants().map(|variant| variant.name).filter(|name| transcript_of(&asker_with(&[], &[*name])) == usual).collect();
    assert_eq!(silent, ELSEWHERE);
}

#[test]
fn every_variant_keeps_the_contract() {
    // A media type in other letters is the same one, which `apply_validators` does not know.
    for variant in all_variants().filter(|variant| !variant.name.starts_with("media-type")) {
        let asker = asker_with(&[], &[variant.name]);
        for (told, answer) in transcript_of(&asker).into_iter().filter(|(told, _)| told != "state") {
            asker.hold(&answer);
            assert!(answer.status != 500, "{told} with {}", variant.name);
        }
    }
}

#[test]
fn unknown_names_are_told_what_is_near() {
    let error = Variant::parse("eror-rich").unwrap_err();
    assert!(error.contains("errors-rich"), "{error}");
}
