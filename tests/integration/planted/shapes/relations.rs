//! Shapes with nested resources, resources that refer to others, and resources that stay.

use serde_json::{Value, json};

use crate::planted::acts::{create, done, ids, list, merge, named, nothing, read, remove, remove_named, replace};
use crate::planted::asked::Call;
use crate::planted::shape::{Shape, route};
use crate::planted::shapes::EMPTY;
use crate::planted::store::{Answer, Store};

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
        reached: &["POST /racks ", "POST /racks/5", "DELETE /racks/5"],
        ..EMPTY
    },
    Shape {
        name: "singleton-below-what-is-found",
        planted: &[
            ("/members/1", r#"{"id": 1, "name": "One"}"#),
            ("/members/1/profile", r#"{"name": "Mine"}"#),
            ("/members/2", r#"{"id": 2, "name": "Two"}"#),
        ],
        routes: &[
            route("GET", "/members", list).gives(&[200], LIST),
            route("GET", "/members/{member_id}/profile", read).gives(&[200], SENT),
            route("PUT", "/members/{member_id}/profile", replace).takes(SENT).gives(&[200], SENT),
            route("PATCH", "/members/{member_id}/profile", merge).takes(SENT).gives(&[200], SENT),
            route("DELETE", "/members/{member_id}/profile", remove),
        ],
        harmful: &[("PUT", "/members/1/profile", SENT), ("DELETE", "/members/1/profile", "")],
        ..EMPTY
    },
    Shape {
        name: "linked-to-what-is-found",
        planted: &[("/teams/1", r#"{"id": 1, "name": "One", "players": 0}"#), ("/players/1", r#"{"id": 1, "name": "One", "teams": 0}"#)],
        routes: &[
            route("GET", "/teams", list).gives(&[200], LIST),
            route("POST", "/teams", create).takes(SENT).gives(&[201], THING),
            route("DELETE", "/teams/{team_id}", remove),
            route("GET", "/players", list).gives(&[200], LIST),
            route("PATCH", "/players/{player_id}", merge).takes(SENT).gives(&[200], THING),
            route("POST", "/teams/{team_id}/players", |store, call| link(store, call, 1)).takes(r#"{"player_ids": [1]}"#),
            route("DELETE", "/teams/{team_id}/players", |store, call| link(store, call, 2)).takes(r#"{"player_ids": [1]}"#),
        ],
        harmful: &[("POST", "/teams/1/players", r#"{"player_ids": [1]}"#), ("DELETE", "/teams/1/players", "")],
        ..EMPTY
    },
    Shape {
        name: "replace-of-a-collection",
        planted: &[("/tracks/1", r#"{"id": 1, "name": "One"}"#), ("/tracks/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/tracks", list).gives(&[200], LIST),
            route("PUT", "/tracks", |store, call| {
                remove_named(store, "/tracks", &[]);
                create(store, call);
                done()
            })
            .takes(LIST),
            route("DELETE", "/tracks/{track_id}", remove),
        ],
        harmful: &[("PUT", "/tracks", LIST), ("PUT", "/tracks", "")],
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

/// Puts players into a team or takes them out, which the players note as well; all of them where none is named.
fn link(store: &mut Store, call: &Call<'_>, note: u64) -> Answer {
    if store.get(call.above()).is_none() {
        return nothing();
    }
    store.merge(call.above(), &json!({"players": note}));
    for place in named(store, "/players", &ids(call, "player_ids")) {
        store.merge(&place, &json!({"teams": note}));
    }
    done()
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
