//! The bundled contract has the published number of operations and statuses, API by API.

use std::collections::BTreeMap;

use probity::model::contract::Status;

use crate::contract::CONTRACT;

/// File; operations; pairs of operation and status by certainty: documented, contradicted, seen, inferred; and how many of all
/// of them are the other side of another pair.
const APIS: &[(&str, usize, [usize; 4], usize)] = &[
    ("api_version", 1, [1, 0, 0, 0], 0),
    ("arguments", 2, [5, 0, 0, 0], 0),
    ("attributes", 5, [13, 2, 0, 0], 1),
    ("audit_trail", 5, [11, 0, 0, 0], 0),
    ("benchmark_associations_strategies", 5, [16, 0, 0, 0], 0),
    ("benchmark_compositions", 3, [8, 0, 0, 0], 0),
    ("benchmark_proxies", 6, [4, 0, 0, 5], 0),
    ("benchmarks", 10, [21, 0, 0, 0], 0),
    ("billable_portfolios", 10, [22, 0, 0, 7], 2),
    ("client_portal", 1, [3, 0, 0, 0], 0),
    ("composite_securities", 3, [6, 0, 0, 0], 0),
    ("constituent_attributes", 8, [30, 0, 0, 0], 0),
    ("contacts", 26, [85, 0, 0, 0], 0),
    ("data_timelines", 3, [2, 0, 0, 1], 0),
    ("derivatives", 11, [4, 0, 0, 10], 0),
    ("entities", 8, [34, 0, 0, 0], 0),
    ("entity_types", 3, [5, 0, 0, 1], 0),
    ("estimated_returns", 7, [7, 0, 0, 8], 2),
    ("external_id_types", 5, [16, 0, 0, 0], 0),
    ("fee_schedules", 13, [10, 0, 0, 14], 2),
    ("fees", 9, [2, 0, 0, 10], 1),
    ("files", 21, [71, 0, 0, 0], 0),
    ("generated_reports", 5, [18, 0, 0, 0], 0),
    ("group_types", 5, [17, 0, 0, 0], 0),
    ("groups", 17, [70, 0, 0, 0], 0),
    ("historical_prices", 3, [11, 0, 0, 0], 0),
    ("imported_benchmark_data", 2, [8, 0, 0, 0], 0),
    ("imports", 4, [8, 0, 0, 0], 0),
    ("jobs", 8, [20, 3, 1, 1], 1),
    ("payouts", 11, [5, 0, 0, 11], 2),
    ("portfolio", 5, [15, 0, 0, 0], 0),
    ("positions", 12, [45, 0, 0, 0], 0),
    ("pricing_datasets", 8, [5, 0, 0, 8], 0),
    ("report_generation", 1, [4, 0, 0, 0], 0),
    ("report_schedules", 6, [7, 0, 0, 6], 0),
    ("reports", 1, [3, 0, 0, 0], 0),
    ("roles", 7, [23, 0, 0, 0], 0),
    ("snapshots", 12, [33, 0, 0, 0], 0),
    ("target_allocations", 11, [38, 0, 0, 0], 0),
    ("teams", 9, [31, 0, 0, 0], 0),
    ("transaction_datasets", 2, [3, 0, 0, 1], 0),
    ("transaction_jobs", 8, [17, 1, 0, 0], 1),
    ("transactions", 15, [44, 0, 0, 0], 0),
    ("users", 16, [52, 0, 0, 0], 0),
    ("view_sets", 2, [5, 0, 0, 0], 0),
];

/// The sums of the table above, as they are published: operations, pairs that somebody vouches for, pairs that are inferred.
const OPERATIONS: usize = 335;
const PAIRS: usize = 865;
const INFERRED: usize = 83;

#[test]
fn the_table_adds_up() {
    assert_eq!(APIS.iter().map(|(_, operations, ..)| operations).sum::<usize>(), OPERATIONS);
    assert_eq!(APIS.iter().map(|(_, _, pairs, _)| pairs[..3].iter().sum::<usize>()).sum::<usize>(), PAIRS);
    assert_eq!(APIS.iter().map(|(_, _, pairs, _)| pairs[3]).sum::<usize>(), INFERRED);
}

#[test]
fn every_api_has_its_operations_and_statuses_with_their_certainty() {
    let mut found: BTreeMap<&str, (usize, [usize; 4], usize)> = BTreeMap::new();
    for operation in &CONTRACT.operations {
        let file = operation.place.split_once(".yaml#").unwrap().0;
        let sums = found.entry(file).or_default();
        sums.0 += 1;
        for response in operation.responses.iter().filter(|response| !response.general) {
            sums.1[response.certainty as usize] += 1;
            sums.2 += usize::from(response.alternative_to.is_some());
        }
    }
    let expected: BTreeMap<_, _> = APIS.iter().map(|(file, operations, pairs, sides)| (*file, (*operations, *pairs, *sides))).collect();
    assert_eq!(found, expected);
}

/// File by file, each operation with its method and its statuses, as they were written down from the published facts and not
/// from the contract. A mark stands behind a status: `!` contradicted, `*` seen, `?` inferred, and `/` before the status that it
/// is the other side of.
const PAIRS_OF_FACTS: &str = include_str!("pairs.txt");

#[test]
fn every_pair_is_that_of_the_facts_with_its_certainty_and_its_other_side() {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for operation in &CONTRACT.operations {
        let file = operation.place.split_once(".yaml#").unwrap().0;
        let own = operation.responses.iter().filter(|response| !response.general);
        let mut pairs: Vec<String> = own
            .map(|response| {
                let mark = ["", "!", "*", "?"][response.certainty as usize];
                let side = response.alternative_to.map(|main| format!("/{main}")).unwrap_or_default();
                format!("{}{mark}{side}", response.status)
            })
            .collect();
        pairs.sort();
        found.entry(file).or_default().push(format!("  {} {} {}", operation.id, operation.method.as_str(), pairs.join(" ")));
    }
    let mut told: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut file = "";
    for line in PAIRS_OF_FACTS.lines() {
        if line.starts_with("  ") { told.entry(file).or_default().push(line.to_owned()) } else { file = line }
    }
    for (file, mut operations) in told {
        let mut own = found.remove(file).unwrap_or_default();
        own.sort();
        operations.sort();
        assert_eq!(own, operations, "{file}");
    }
    assert!(found.is_empty(), "no facts are about {:?}", found.keys());
}

/// What the list says of the contract is what the table says of the facts.
#[test]
fn the_list_says_how_many_pairs_there_are_by_certainty() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_probity")).arg("list").output().expect("it runs");
    let said = String::from_utf8(output.stdout).expect("a text");
    let sum = |index: usize| APIS.iter().map(|(_, _, pairs, _)| pairs[index]).sum::<usize>();
    let sides = APIS.iter().map(|(.., sides)| sides).sum::<usize>();
    let line = format!("Pairs by certainty: {} documented, {} contradicted, {} seen, {INFERRED} inferred; {sides} pairs", sum(0), sum(1), sum(2));
    assert!(said.contains(&line), "{line}");
    assert!(said.contains(&format!("{OPERATIONS} operations, {PAIRS} documented pairs of operation and status.")));
}

/// Both sides are declared, and neither is the other side of a third.
#[test]
fn a_side_is_that_of_another_status_of_its_operation() {
    let mut sides = 0;
    for operation in &CONTRACT.operations {
        for response in &operation.responses {
            let Some(main) = response.alternative_to else { continue };
            let main = operation.response(main).unwrap_or_else(|| panic!("{} {}: no {main}", operation.id, response.status));
            assert!(main.alternative_to.is_none() && main.status != response.status, "{} {}", operation.id, response.status);
            sides += 1;
        }
    }
    assert_eq!(sides, APIS.iter().map(|(.., sides)| sides).sum::<usize>());
}

/// Nothing is inferred but successes: a refusal that nobody documents is nobody's promise.
#[test]
fn only_successes_are_inferred() {
    let inferred = CONTRACT.operations.iter().flat_map(|operation| operation.responses.iter().map(move |response| (operation, response)));
    let wrong: Vec<String> = inferred
        .filter(|(_, response)| response.certainty.is_inferred() && !response.status.is_success())
        .map(|(operation, response)| format!("{} {}", operation.id, response.status))
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn every_operation_has_the_general_statuses() {
    let mut general: BTreeMap<Status, usize> = BTreeMap::new();
    for operation in &CONTRACT.operations {
        let body = operation.request_body.as_ref().is_some_and(|body| body.required);
        for status in [401, 405, 500] {
            assert!(operation.response(Status(status)).is_some(), "{} has no {status}", operation.id);
        }
        assert_eq!(operation.response(Status(415)).is_some(), body, "{}: 415 belongs to a body that must be sent", operation.id);
        assert!(operation.response(Status(429)).is_none(), "{}: 429 belongs to the server", operation.id);
        for response in operation.responses.iter().filter(|response| response.general) {
            *general.entry(response.status).or_default() += 1;
        }
    }
    // One operation documents its 401 itself.
    assert_eq!(general, BTreeMap::from([(Status(401), OPERATIONS - 1), (Status(405), OPERATIONS), (Status(415), 147), (Status(500), OPERATIONS)]));
    let server: Vec<Status> = CONTRACT.server_responses.iter().map(|response| response.status).collect();
    assert_eq!(server, [Status(429)]);
}
