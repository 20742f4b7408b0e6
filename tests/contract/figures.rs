//! How much the contract holds, API by API, as the published facts have it.

use std::collections::BTreeMap;

use probity::domain::contract::Status;

use crate::CONTRACT;

/// File, operations, documented pairs of operation and status.
const APIS: &[(&str, usize, usize)] = &[
    ("arguments", 2, 5),
    ("attributes", 5, 14),
    ("audit_trail", 5, 11),
    ("benchmark_associations_strategies", 5, 16),
    ("benchmark_compositions", 3, 8),
    ("benchmarks", 10, 21),
    ("billable_portfolios", 3, 12),
    ("client_portal", 1, 3),
    ("composite_securities", 3, 6),
    ("constituent_attributes", 8, 30),
    ("contacts", 26, 85),
    ("entities", 8, 34),
    ("entity_types", 2, 5),
    ("external_id_types", 5, 16),
    ("files", 21, 71),
    ("generated_reports", 5, 18),
    ("group_types", 5, 17),
    ("groups", 17, 70),
    ("historical_prices", 3, 11),
    ("imported_benchmark_data", 2, 8),
    ("imports", 4, 8),
    ("jobs", 6, 17),
    ("portfolio", 5, 15),
    ("positions", 12, 45),
    ("report_generation", 1, 4),
    ("reports", 1, 3),
    ("roles", 7, 23),
    ("snapshots", 12, 33),
    ("target_allocations", 11, 38),
    ("teams", 9, 31),
    ("transaction_jobs", 8, 17),
    ("transactions", 15, 44),
    ("users", 16, 52),
    ("view_sets", 2, 5),
];

/// The sums of the table above, as they are published.
const OPERATIONS: usize = 248;
const PAIRS: usize = 796;

#[test]
fn the_table_adds_up() {
    assert_eq!(APIS.iter().map(|(_, operations, _)| operations).sum::<usize>(), OPERATIONS);
    assert_eq!(APIS.iter().map(|(_, _, pairs)| pairs).sum::<usize>(), PAIRS);
}

#[test]
fn every_api_has_its_operations_and_documented_statuses() {
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for operation in &CONTRACT.operations {
        let file = operation.place.split_once(".yaml#").unwrap().0;
        let sums = found.entry(file).or_default();
        sums.0 += 1;
        sums.1 += operation.responses.iter().filter(|response| !response.general).count();
    }
    let expected: BTreeMap<&str, (usize, usize)> = APIS.iter().map(|(file, operations, pairs)| (*file, (*operations, *pairs))).collect();
    assert_eq!(found, expected);
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
    assert_eq!(general, BTreeMap::from([(Status(401), OPERATIONS - 1), (Status(405), OPERATIONS), (Status(415), 111), (Status(500), OPERATIONS)]));
    let server: Vec<Status> = CONTRACT.server_responses.iter().map(|response| response.status).collect();
    assert_eq!(server, [Status(429)]);
}
