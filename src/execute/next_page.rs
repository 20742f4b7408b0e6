//! Finds the request for the next page of a list.

use url::Url;

use crate::contract::paging::{CURSORS, NextPageLocation, next_page, paging};
use crate::model::contract::{Contract, Operation};
use crate::model::exchange::Answer;

/// The address of the page that follows the one at `url`: the one that the answer names, or the same with the cursor that it
/// names in the parameter that the contract declares for cursors. `None` where nothing says where the next page is.
pub(super) fn next(contract: &Contract, operation: &Operation, url: &str, answer: &Answer) -> Option<String> {
    let page = Some(answer).filter(|answer| answer.status.is_success())?.body.value()?;
    let token = match next_page(page)? {
        NextPageLocation::Address(address) => return Some(address.to_owned()),
        NextPageLocation::Cursor(token) => token,
    };
    let turn = paging(contract, operation)?.turn;
    // A parameter such as `after` may take an id just as well.
    if !CURSORS.contains(&turn.as_str()) || !turn.contains("cursor") {
        return None;
    }
    let mut next = Url::parse(url).ok()?;
    let kept: Vec<(String, String)> = next.query_pairs().into_owned().filter(|(name, _)| *name != turn).collect();
    next.query_pairs_mut().clear().extend_pairs(kept).append_pair(&turn, token);
    Some(next.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{bundle, read};
    use crate::model::contract::Status;
    use crate::model::exchange::AnswerContent;

    /// The next page of a list whose pages are turned by a parameter of this name.
    fn after(parameter: &str, next_is: &Value) -> Option<String> {
        let query = |name: &str| json!({"name": name, "in": "query", "schema": {}});
        let get = json!({"operationId": "list", "parameters": [query("limit"), query(parameter)], "responses": {"200": {"description": ""}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/events": {"get": get}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let body = AnswerContent::Json(json!({"items": [], "next": next_is}));
        let answer = Answer { status: Status(200), headers: Vec::new(), body, millis: 1, echoes_credentials: false };
        next(&contract, &contract.operations[0], "http://t/events?limit=1&cursor=old", &answer)
    }

    #[test]
    fn a_cursor_goes_into_the_parameter_for_cursors() {
        assert_eq!(after("cursor", &json!("aWQ6Mw==")).as_deref(), Some("http://t/events?limit=1&cursor=aWQ6Mw%3D%3D"));
        assert_eq!(after("after", &json!("aWQ6Mw==")), None, "it may be meant for an id");
        assert_eq!(after("page", &json!("3")), None);
        assert_eq!(after("cursor", &json!("/events?cursor=x")).as_deref(), Some("/events?cursor=x"));
        assert_eq!(after("cursor", &json!(null)), None);
    }
}
