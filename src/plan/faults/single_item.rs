//! Reduces a faulty request about several resources to the faulty item alone.
//!
//! A server may write those that are right and refuse the wrong one, unless the contract says that they are written
//! together (`x-probity-atomic`). Alone, the wrong one takes no other with it and leaves nothing behind.

use serde_json::Value;

use super::preconditions::PreparedFault;
use crate::model::contract::Operation;
use crate::model::plan::Place;

/// The request with nothing but the resource that its fault is in; as it is when it holds no other, or when the contract
/// has them written together.
pub(in crate::plan) fn alone(operation: &Operation, mut settled: PreparedFault, is_enough: impl Fn(&str) -> bool) -> PreparedFault {
    let Some(Place::Body(wrong)) = settled.fault.as_ref().map(|fault| fault.place.clone()) else { return settled };
    let Some(body) = settled.request.body.value_mut() else { return settled };
    let Some((list, index)) = listed(body, &wrong).filter(|(list, _)| !operation.atomic && is_enough(list)) else { return settled };
    if let Some(Value::Array(items)) = body.pointer_mut(&list) {
        *items = items.get(index).cloned().into_iter().collect();
    }
    let moved = |place: &Place| match place {
        Place::Body(at) => first(at, &list, index).map(Place::Body),
        other => Some(other.clone()),
    };
    settled.request.fillings = std::mem::take(&mut settled.request.fillings)
        .into_iter()
        .filter_map(|mut binding| {
            binding.place = moved(&binding.place)?;
            Some(binding)
        })
        .collect();
    if let Some((fault, at)) = settled.fault.as_mut().zip(first(&wrong, &list, index)) {
        fault.words = fault.words.replace(&wrong, &at);
        fault.place = Place::Body(at);
    }
    settled
}

/// The list of several resources that a place is in, at the top of the body or right below it, and which of them.
fn listed(body: &Value, at: &str) -> Option<(String, usize)> {
    let tokens: Vec<&str> = at.split('/').skip(1).collect();
    let lists = [(String::new(), 0), (tokens.first().map(|name| format!("/{name}")).unwrap_or_default(), 1)];
    lists.into_iter().find_map(|(list, depth)| {
        let items = body.pointer(&list)?.as_array().filter(|items| items.len() > 1)?;
        let index = tokens.get(depth)?.parse().ok()?;
        (index < items.len()).then_some((list, index))
    })
}

/// Where a place is when only one of the list is left; `None` when it went with another.
fn first(at: &str, list: &str, index: usize) -> Option<String> {
    let Some(rest) = at.strip_prefix(list).and_then(|rest| rest.strip_prefix('/')) else { return Some(at.to_owned()) };
    let (token, below) = rest.split_once('/').map_or((rest, String::new()), |(token, below)| (token, format!("/{below}")));
    match token.parse::<usize>() {
        Ok(number) if number == index => Some(format!("{list}/0{below}")),
        Ok(_) => None,
        Err(_) => Some(at.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_at_the_top() {
        let body = json!({"data": [{"tags": ["a", "b"]}, {"tags": ["c", "d"]}]});
        assert_eq!(listed(&body, "/data/1/tags/0"), Some(("/data".to_owned(), 1)));
        assert_eq!(listed(&json!([1, 2]), "/1"), Some((String::new(), 1)));
        assert_eq!(listed(&json!({"data": {"tags": ["a", "b"]}}), "/data/tags/0"), None);
        assert_eq!(listed(&json!({"data": [1]}), "/data/0"), None);
        assert_eq!(listed(&body, "/data"), None);
    }

    #[test]
    fn places_move_with_the_one_that_is_left() {
        assert_eq!(first("/data/1/id", "/data", 1).as_deref(), Some("/data/0/id"));
        assert_eq!(first("/data/0/id", "/data", 1), None);
        assert_eq!(first("/meta", "/data", 1).as_deref(), Some("/meta"));
        assert_eq!(first("/1", "", 1).as_deref(), Some("/0"));
    }
}
