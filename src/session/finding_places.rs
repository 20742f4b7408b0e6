//! Says of each finding in which line of which file its operation and its response stand.

use super::specification::Specification;
use crate::contract::is_within;
use crate::model::contract::{Contract, Operation, Response, Status};
use crate::model::file_place::WrittenPlaces;
use crate::model::report::Report;
use crate::model::verdict::Finding;

/// The cell of a finding: operation and status.
type OfCell = Option<(String, Status)>;

/// Gives every finding of a report its places. No file is read where there is no finding.
pub(super) fn add_to_report(report: &mut Report, specification: &Specification) {
    let mut findings: Vec<(OfCell, &mut Finding)> = Vec::new();
    for cell in &mut report.cells {
        let of = || Some((cell.operation.clone(), cell.status));
        findings.extend(cell.findings.iter_mut().map(|finding| (of(), finding)));
    }
    findings.extend(report.findings.iter_mut().map(|finding| (None, finding)));
    add(findings, specification);
}

/// Gives findings whose cells are not known their places.
pub(super) fn add_to_findings(findings: &mut [Finding], specification: &Specification) {
    add(findings.iter_mut().map(|finding| (None, finding)).collect(), specification);
}

fn add(findings: Vec<(OfCell, &mut Finding)>, specification: &Specification) {
    let places = |(of, finding): &(OfCell, &mut Finding)| Places::of(&specification.contract, of.as_ref(), finding);
    let places: Vec<Places<'_>> = findings.iter().map(places).collect();
    let written = specification.texts.places(places.iter().flat_map(|places| places.operation.into_iter().chain(places.response)));
    let position = |place: Option<&str>| place.and_then(|place| written.get(place).cloned());
    for ((_, finding), places) in findings.into_iter().zip(&places) {
        finding.written = WrittenPlaces { operation: position(places.operation), response: position(places.response) };
    }
}

/// Where operation and response of a finding stand: file and JSON Pointer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Places<'a> {
    operation: Option<&'a str>,
    response: Option<&'a str>,
}

impl<'a> Places<'a> {
    /// The operation that was asked where the finding names a place of it, else that of the cell; the response that the finding
    /// names, else that of the cell. What a finding says of another operation than the one of its cell is not put down to the cell.
    fn of(contract: &'a Contract, of_cell: Option<&(String, Status)>, finding: &Finding) -> Self {
        let asked = contract.operation(finding.probe.operation());
        let named = [asked, of_cell.and_then(|(operation, _)| contract.operation(operation))].into_iter().flatten();
        let speaks_of = |operation: &&Operation| is_within(&finding.contract, &operation.place) || response_named(operation, finding).is_some();
        let operation = named.clone().find(speaks_of).or_else(|| named.clone().last());
        let general = || contract.server_responses.iter().find(|response| is_within(&finding.contract, &response.place));
        let own_cell = of_cell.filter(|(id, _)| operation.is_none_or(|operation| operation.id == *id));
        let of_cell = || {
            let (_, status) = own_cell?;
            let general = || contract.server_responses.iter().find(|response| response.status == *status);
            operation.and_then(|operation| operation.response(*status)).or_else(general)
        };
        let response = operation.and_then(|operation| response_named(operation, finding)).or_else(general).or_else(of_cell);
        Self { operation: operation.map(|operation| operation.place.as_str()), response: response.map(|response| response.place.as_str()) }
    }
}

/// The response of an operation that a finding names a place of.
fn response_named<'a>(operation: &'a Operation, finding: &Finding) -> Option<&'a Response> {
    let all = operation.responses.iter().chain(operation.fallbacks.iter().map(|fallback| &fallback.response));
    all.into_iter().find(|response| is_within(&finding.contract, &response.place))
}
