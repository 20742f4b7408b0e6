//! Finds ids in answers that only repeat what the request sent, and so prove no resource.
//! Such a value comes back as the id of something else: the run has not made what it names.

use crate::contract::annotations::marks;
use crate::contract::schema::visit;
use crate::model::assumption::Assumption;
use crate::model::contract::{Contract, Location, Operation};
use crate::model::plan::Place;
use crate::plan::values::ValidRequest;

/// The first value of a valid request that the answers to its path hand on as an id, and that is neither taken from the
/// server nor drawn for the run; in words.
pub fn echoed(contract: &Contract, operation: &Operation, base: &ValidRequest) -> Option<Assumption> {
    let media = operation.request_body.as_ref()?.content.get(base.media?)?;
    let body = base.request.body.value()?;
    let ids = pointers_to_ids(contract, operation);
    if ids.is_empty() {
        return None;
    }
    let marked = marks(contract, media, body);
    let mut found = None;
    visit(contract, media.schema.as_ref()?, body, &mut |at, _, value| {
        let known = marked.iter().any(|mark| mark.at == at) || base.needs.iter().any(|need| need.place == Place::Body(at.to_owned()));
        if found.is_none() && !known && (value.is_string() || value.is_number()) && ids.contains(&without_indices(at)) {
            found = Some(Assumption::Example(at.to_owned(), value.to_string()));
        }
    });
    found
}

/// Where the answers of the operations on a path hold ids, as their links tell, without the indices of lists.
fn pointers_to_ids(contract: &Contract, operation: &Operation) -> Vec<String> {
    let same = contract.operations_on(&operation.path).filter(|other| other.method == operation.method);
    let links = same.flat_map(Operation::successes).flat_map(|response| &response.links);
    let places = links.filter_map(|link| contract.operation(&link.operation).map(|target| (target, link))).flat_map(|(target, link)| {
        let names_resource = |name: &str| {
            let name = name.split_once('.').map_or(name, |(_, name)| name);
            let parameter = [Location::Path, Location::Query].into_iter().find_map(|location| target.parameter(location, name));
            parameter.is_some_and(|parameter| parameter.resource.is_some())
        };
        link.parameters.iter().filter(move |(name, _)| names_resource(name)).map(|(_, expression)| expression)
    });
    places.filter_map(|expression| expression.strip_prefix("$response.body#")).map(without_indices).collect()
}

fn without_indices(at: &str) -> String {
    at.split('/').skip(1).filter(|token| token.parse::<usize>().is_err()).fold(String::new(), |sum, token| sum + "/" + token)
}
