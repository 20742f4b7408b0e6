//! Shapes whose body, query or header names more than the path does, or whose creates answer in other ways.

use serde_json::{Value, json};

use crate::planted::acts::{create, done, list, merge, nothing, object, read, remove, remove_named};
use crate::planted::asked::Call;
use crate::planted::shape::{Shape, route};
use crate::planted::shapes::EMPTY;
use crate::planted::store::{Answer, Store};

const THING: &str = r#"{"id": 1, "name": "A thing"}"#;
const LIST: &str = r#"[{"id": 1, "name": "A thing"}]"#;
const SENT: &str = r#"{"name": "A thing"}"#;
const WHOLE: &str = r#"{"id": 1, "name": "A thing"}"#;

pub const SHAPES: &[Shape] = &[
    Shape {
        name: "id-in-the-body-goes-before-the-path",
        planted: &[("/docs/1", r#"{"id": 1, "name": "One"}"#), ("/docs/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/docs", list).gives(&[200], LIST),
            route("POST", "/docs", create).takes(SENT).gives(&[201], THING),
            route("GET", "/docs/{doc_id}", read).gives(&[200], THING),
            route("PATCH", "/docs/{doc_id}", merge_by_body).takes(WHOLE).gives(&[200], THING),
            route("DELETE", "/docs/{doc_id}", remove),
        ],
        harmful: &[("PATCH", "/docs/77", WHOLE), ("PATCH", "/docs/1", SENT)],
        ..EMPTY
    },
    Shape {
        name: "create-with-the-id-in-the-body",
        planted: &[("/entries/1", r#"{"id": 1, "name": "One"}"#), ("/entries/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/entries", list).gives(&[200], LIST),
            route("POST", "/entries", create_by_body).takes(WHOLE).gives(&[201], THING),
            route("GET", "/entries/{entry_id}", read).gives(&[200], THING),
            route("DELETE", "/entries/{entry_id}", remove),
        ],
        harmful: &[("POST", "/entries", WHOLE)],
        ..EMPTY
    },
    Shape {
        name: "create-for-an-account-in-a-header",
        planted: &[("/wallets/1", r#"{"id": 1, "name": "One", "balance": 5}"#), ("/wallets/2", r#"{"id": 2, "name": "Two", "balance": 5}"#)],
        routes: &[
            route("GET", "/wallets", list).gives(&[200], LIST),
            route("PATCH", "/wallets/{wallet_id}", merge).takes(SENT).gives(&[200], THING),
            route("POST", "/payments", |store, call| {
                store.merge("/wallets/1", &json!({"balance": 4}));
                create(store, call)
            })
            .takes(r#"{"amount": 1}"#)
            .gives(&[201], r#"{"id": 1, "amount": 1}"#)
            .with(r#"[{"name": "X-Wallet-Id", "in": "header", "required": true, "schema": {"type": "integer"}, "example": 1}]"#),
            route("DELETE", "/payments/{payment_id}", remove),
        ],
        harmful: &[("POST", "/payments", r#"{"amount": 1}"#)],
        ..EMPTY
    },
    Shape {
        name: "create-below-what-the-query-names",
        planted: &[("/albums/1", r#"{"id": 1, "name": "One", "songs": 0}"#), ("/albums/2", r#"{"id": 2, "name": "Two", "songs": 0}"#)],
        routes: &[
            route("GET", "/albums", list).gives(&[200], LIST),
            route("PATCH", "/albums/{album_id}", merge).takes(SENT).gives(&[200], THING),
            route("POST", "/songs", create_song)
                .takes(SENT)
                .gives(&[201], THING)
                .with(r#"[{"name": "album_id", "in": "query", "required": true, "schema": {"type": "integer"}, "example": 1}]"#),
            route("GET", "/songs", list).gives(&[200], LIST),
            route("DELETE", "/songs/{song_id}", remove),
        ],
        harmful: &[("POST", "/songs?album_id=2", SENT), ("POST", "/songs", "")],
        ..EMPTY
    },
    Shape {
        name: "delete-of-what-the-query-names",
        planted: &[("/cells/1", r#"{"id": 1, "name": "One"}"#), ("/cells/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/cells", list).gives(&[200], LIST),
            route("POST", "/cells", create).takes(SENT).gives(&[201], THING),
            route("GET", "/cells/{cell_id}", read).gives(&[200], THING),
            route("DELETE", "/cells", |store, call| {
                let ids: Vec<Value> = call.asked.query.get("cell_id").and_then(|id| id.parse::<u64>().ok()).map(Value::from).into_iter().collect();
                remove_named(store, "/cells", &ids)
            })
            .with(r#"[{"name": "cell_id", "in": "query", "required": true, "schema": {"type": "integer"}, "example": 1}]"#),
            route("DELETE", "/cells/{cell_id}", remove),
        ],
        harmful: &[("DELETE", "/cells", ""), ("DELETE", "/cells?cell_id=1", ""), ("DELETE", "/cells?cell_id=x", "")],
        ..EMPTY
    },
    Shape {
        name: "action-on-everything",
        planted: &[("/queue/1", r#"{"id": 1, "sent": false}"#), ("/queue/2", r#"{"id": 2, "sent": false}"#)],
        routes: &[
            route("POST", "/queue/flush", |store, _| {
                for place in store.below("/queue") {
                    store.merge(&place, &json!({"sent": true}));
                }
                (200, json!({"flushed": 2}))
            })
            .gives(&[200], r#"{"flushed": 2}"#),
            route("POST", "/queue/run", |store, _| {
                remove_named(store, "/queue", &[]);
                (202, Value::Null)
            })
            .gives(&[202], ""),
        ],
        harmful: &[("POST", "/queue/flush", ""), ("POST", "/queue/run", "")],
        ..EMPTY
    },
    Shape {
        name: "several-made-at-once",
        planted: &[("/seats/1", r#"{"id": 1, "name": "One"}"#)],
        routes: &[
            route("GET", "/seats", list).gives(&[200], LIST),
            route("POST", "/seats", create_several).takes(r#"[{"name": "A seat"}, {"name": "Another seat"}]"#).gives(&[201], LIST),
            route("GET", "/seats/{seat_id}", read).gives(&[200], THING),
            route("DELETE", "/seats/{seat_id}", remove),
        ],
        harmful: &[("DELETE", "/seats/1", "")],
        reached: &["POST /seats ", "DELETE /seats/5"],
        ..EMPTY
    },
    Shape {
        name: "create-answered-200",
        planted: &[("/cats/1", r#"{"id": 1, "name": "One"}"#)],
        routes: &[
            route("GET", "/cats", list).gives(&[200], LIST),
            route("POST", "/cats", |store, call| (200, create(store, call).1)).takes(SENT).gives(&[200], THING),
            route("GET", "/cats/{cat_id}", read).gives(&[200], THING),
            route("DELETE", "/cats/{cat_id}", remove),
        ],
        harmful: &[("DELETE", "/cats/1", "")],
        // What a faulty request made carries no mark, and 200 proves nothing.
        leftovers: &["/cats"],
        reached: &["POST /cats ", "DELETE /cats/5"],
        ..EMPTY
    },
    Shape {
        name: "create-answered-200-with-the-id-alone",
        planted: &[("/dogs/1", r#"{"id": 1, "name": "One"}"#)],
        routes: &[
            route("POST", "/dogs", |store, call| (200, json!({"id": create(store, call).1["id"]}))).takes(SENT).gives(&[200], r#"{"id": 1}"#),
            route("GET", "/dogs/{dog_id}", read).gives(&[200], THING),
            route("DELETE", "/dogs/{dog_id}", remove),
        ],
        harmful: &[("DELETE", "/dogs/1", "")],
        leftovers: &["/dogs"],
        ..EMPTY
    },
];

/// Changes what the body names, where it names something, else what the path names.
fn merge_by_body(store: &mut Store, call: &Call<'_>) -> Answer {
    let place = call.body()["id"].as_u64().map_or_else(|| call.path.clone(), |id| format!("{}/{id}", call.above()));
    let changes = object(call, &[]);
    if store.merge(&place, &changes) { (200, store.get(&place).cloned().unwrap_or(Value::Null)) } else { nothing() }
}

/// Makes a thing with the id that the body says, or overwrites it.
fn create_by_body(store: &mut Store, call: &Call<'_>) -> Answer {
    let Some(id) = call.body()["id"].as_u64() else { return create(store, call) };
    let value = object(call, &[]);
    store.put(&format!("{}/{id}", call.path), value.clone());
    (201, value)
}

/// A song of an album, which counts them; of the first one where none is named.
fn create_song(store: &mut Store, call: &Call<'_>) -> Answer {
    let album = call.asked.query.get("album_id").and_then(|id| id.parse::<u64>().ok()).unwrap_or(1);
    let place = format!("/albums/{album}");
    let Some(songs) = store.get(&place).map(|album| album["songs"].as_u64().unwrap_or_default()) else { return nothing() };
    store.merge(&place, &json!({"songs": songs + 1}));
    create(store, call)
}

/// One thing for each object of a list.
fn create_several(store: &mut Store, call: &Call<'_>) -> Answer {
    let mut made = Vec::new();
    for item in call.body().as_array().into_iter().flatten().filter(|item| item.is_object()) {
        let id = store.fresh();
        let mut item = item.clone();
        item["id"] = json!(id);
        store.put(&format!("{}/{id}", call.path), item.clone());
        made.push(item);
    }
    if made.is_empty() { done() } else { (201, Value::Array(made)) }
}
