//! Things below others, things that refer to others, and things that stay.

use serde_json::{Value, json};

use crate::acts::{create, list, merge, nothing, read, remove};
use crate::asked::Call;
use crate::shape::{Shape, route};
use crate::shapes::EMPTY;
use crate::store::{Answer, Store};

const THING: &str = r#"{"id": 1, "name": "A thing"}"#;
const LIST: &str = r#"[{"id": 1, "name": "A thing"}]"#;
const SENT: &str = r#"{"name": "A thing"}"#;
const TRANSFER: &str = r#"{"id": 1, "account_id": 1, "amount": 5}"#;

pub const SHAPES: &[Shape] = &[
    Shape {
        name: "below-what-is-found",
        planted: &[
            ("/shelves/1", r#"{"id": 1, "name": "One", "revision": 1}"#),
            ("/shelves/1/slots/1", r#"{"id": 1, "name": "Mine"}"#),
            ("/shelves/2", r#"{"id": 2, "name": "Two", "revision": 1}"#),
        ],
        routes: &[
            route("GET", "/shelves", list).gives(&[200], LIST),
            route("GET", "/shelves/{shelf_id}", read).gives(&[200], THING),
            route("GET", "/shelves/{shelf_id}/slots", list).gives(&[200], LIST),
            route("POST", "/shelves/{shelf_id}/slots", create_below).takes(SENT).gives(&[201], THING),
            route("GET", "/shelves/{shelf_id}/slots/{slot_id}", read).gives(&[200], THING),
            route("PATCH", "/shelves/{shelf_id}/slots/{slot_id}", merge).takes(SENT).gives(&[200], THING),
            route("DELETE", "/shelves/{shelf_id}/slots/{slot_id}", remove),
        ],
        harmful: &[("POST", "/shelves/2/slots", SENT), ("DELETE", "/shelves/1/slots/1", "")],
        ..EMPTY
    },
    Shape {
        name: "below-what-can-be-made",
        planted: &[("/racks/1", r#"{"id": 1, "name": "One", "revision": 1}"#), ("/racks/1/bins/1", r#"{"id": 1, "name": "Mine"}"#)],
        routes: &[
            route("GET", "/racks", list).gives(&[200], LIST),
            route("POST", "/racks", create).takes(SENT).gives(&[201], THING),
            route("DELETE", "/racks/{rack_id}", remove_with_what_is_below),
            route("GET", "/racks/{rack_id}/bins", list).gives(&[200], LIST),
            route("POST", "/racks/{rack_id}/bins", create_below).takes(SENT).gives(&[201], THING),
            route("PATCH", "/racks/{rack_id}/bins/{bin_id}", merge).takes(SENT).gives(&[200], THING),
            route("DELETE", "/racks/{rack_id}/bins/{bin_id}", remove),
        ],
        harmful: &[("POST", "/racks/1/bins", SENT), ("DELETE", "/racks/1", ""), ("PATCH", "/racks/1/bins/1", SENT)],
        ..EMPTY
    },
    Shape {
        name: "create-that-changes-what-it-refers-to",
        planted: &[("/accounts/1", r#"{"id": 1, "name": "One", "balance": 100}"#), ("/accounts/2", r#"{"id": 2, "name": "Two", "balance": 100}"#)],
        routes: &[
            route("GET", "/accounts", list).gives(&[200], LIST),
            route("GET", "/accounts/{account_id}", read).gives(&[200], THING),
            route("PATCH", "/accounts/{account_id}", merge).takes(SENT).gives(&[200], THING),
            route("GET", "/transfers", list).gives(&[200], r#"[{"id": 1, "account_id": 1, "amount": 5}]"#),
            route("POST", "/transfers", transfer).takes(r#"{"account_id": 1, "amount": 5}"#).gives(&[201], TRANSFER),
            route("GET", "/transfers/{transfer_id}", read).gives(&[200], TRANSFER),
            route("DELETE", "/transfers/{transfer_id}", remove),
        ],
        harmful: &[("POST", "/transfers", r#"{"account_id": 1, "amount": 5}"#), ("POST", "/transfers", "")],
        ..EMPTY
    },
    Shape {
        name: "create-without-a-delete",
        planted: &[("/events/1", r#"{"id": 1, "name": "Mine"}"#)],
        routes: &[
            route("GET", "/events", list).gives(&[200], LIST),
            route("POST", "/events", create).takes(SENT).gives(&[201], THING),
            route("GET", "/events/{event_id}", read).gives(&[200], THING),
        ],
        leftovers: &["/events"],
        ..EMPTY
    },
];

/// A thing below another, which notes that it was touched.
fn create_below(store: &mut Store, call: &Call<'_>) -> Answer {
    let Some(revision) = store.get(call.above()).map(|above| above["revision"].as_u64().unwrap_or_default()) else { return nothing() };
    store.merge(call.above(), &json!({"revision": revision + 1}));
    create(store, call)
}

fn remove_with_what_is_below(store: &mut Store, call: &Call<'_>) -> Answer {
    for place in store.below(&format!("{}/bins", call.path)) {
        store.remove(&place);
    }
    remove(store, call)
}

/// Moves money; without an account it is the first one's, without an amount it is one.
fn transfer(store: &mut Store, call: &Call<'_>) -> Answer {
    let body = call.body();
    let account = body["account_id"].as_u64().unwrap_or(1);
    let place = format!("/accounts/{account}");
    let Some(balance) = store.get(&place).map(|account| account["balance"].as_i64().unwrap_or_default()) else { return (404, Value::Null) };
    store.merge(&place, &json!({"balance": balance - body["amount"].as_i64().unwrap_or(1)}));
    create(store, call)
}
