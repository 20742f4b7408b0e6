//! Shapes with requests to a whole collection, or whose body says what of it is meant.

use serde_json::{Value, json};

use crate::planted::acts::{clear, create, done, ids, list, merge, named, read, remove, remove_named, replace};
use crate::planted::asked::Call;
use crate::planted::shape::{Shape, route};
use crate::planted::shapes::EMPTY;
use crate::planted::store::{Answer, Store};

const THING: &str = r#"{"id": 1, "name": "A thing"}"#;
const LIST: &str = r#"[{"id": 1, "name": "A thing"}]"#;
const SENT: &str = r#"{"name": "A thing"}"#;

const ASSET_SENT: &str = r#"{"data": {"type": "assets", "attributes": {"name": "An asset"}}}"#;
const ASSET: &str = r#"{"data": {"type": "assets", "id": "1", "attributes": {"name": "An asset"}}}"#;
const ASSETS: &str = r#"{"data": [{"type": "assets", "id": "1", "attributes": {"name": "An asset"}}]}"#;

pub const SHAPES: &[Shape] = &[
    Shape {
        name: "delete-of-a-collection",
        planted: &[("/logs/1", r#"{"id": 1, "name": "One"}"#), ("/logs/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/logs", list).gives(&[200], LIST),
            route("POST", "/logs", create).takes(SENT).gives(&[201], THING),
            route("DELETE", "/logs", clear),
            route("GET", "/logs/{log_id}", read).gives(&[200], THING),
            route("DELETE", "/logs/{log_id}", remove),
        ],
        harmful: &[("DELETE", "/logs", ""), ("DELETE", "/logs/", "")],
        ..EMPTY
    },
    Shape {
        name: "patch-of-a-collection",
        planted: &[("/orders/1", r#"{"id": 1, "name": "One", "status": "open"}"#), ("/orders/2", r#"{"id": 2, "name": "Two", "status": "open"}"#)],
        routes: &[
            route("GET", "/orders", list).gives(&[200], LIST),
            route("POST", "/orders", create).takes(SENT).gives(&[201], THING),
            route("PATCH", "/orders", merge_all).takes(r#"{"status": "done"}"#),
            route("GET", "/orders/{order_id}", read).gives(&[200], THING),
            route("DELETE", "/orders/{order_id}", remove),
        ],
        harmful: &[("PATCH", "/orders", r#"{"status": "done"}"#)],
        ..EMPTY
    },
    Shape {
        name: "bulk-by-filter-in-the-body",
        planted: &[("/flows/1", r#"{"id": 1, "name": "One"}"#), ("/flows/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/flows", list).gives(&[200], LIST),
            route("POST", "/flows", create).takes(SENT).gives(&[201], THING),
            route("POST", "/flows/bulk_delete", delete_matching).takes(r#"{"flows": {}, "limit": 50}"#).gives(&[200], r#"{"deleted": 1}"#),
            route("GET", "/flows/{flow_id}", read).gives(&[200], THING),
            route("DELETE", "/flows/{flow_id}", remove),
        ],
        harmful: &[("POST", "/flows/bulk_delete", r#"{"flows": {}, "limit": 50}"#), ("POST", "/flows/bulk_delete", "")],
        ..EMPTY
    },
    Shape {
        name: "bulk-delete-with-ids-in-the-body",
        planted: &[("/widgets/1", r#"{"id": 1, "name": "One"}"#), ("/widgets/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/widgets", list).gives(&[200], LIST),
            route("POST", "/widgets", create).takes(SENT).gives(&[201], THING),
            route("DELETE", "/widgets", |store, call| remove_named(store, &call.path, &ids(call, "widget_ids"))).takes(r#"{"widget_ids": [1]}"#),
            route("GET", "/widgets/{widget_id}", read).gives(&[200], THING),
            route("DELETE", "/widgets/{widget_id}", remove),
        ],
        harmful: &[("DELETE", "/widgets", ""), ("DELETE", "/widgets", r#"{"widget_ids"#), ("DELETE", "/widgets", r#"{"widget_ids": [1]}"#)],
        reached: &["POST /widgets ", "DELETE /widgets/5"],
        ..EMPTY
    },
    Shape {
        name: "bulk-delete-with-ids-only-of-the-example",
        planted: &[("/gears/1", r#"{"id": 1, "name": "One"}"#), ("/gears/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/gears", list).gives(&[200], LIST),
            route("POST", "/gears", create).takes(SENT).gives(&[201], THING),
            route("GET", "/gears/{gear_id}", read).gives(&[200], THING),
            route("DELETE", "/gears", |store, call| remove_named(store, &call.path, &ids(call, "ids"))).takes(r#"{"ids": [1, 2]}"#),
        ],
        harmful: &[("DELETE", "/gears", ""), ("DELETE", "/gears", r#"{"ids": [2]}"#)],
        leftovers: &["/gears"],
        ..EMPTY
    },
    Shape {
        name: "body-names-what-is-changed",
        planted: &[("/parts/1", r#"{"id": 1, "name": "One"}"#), ("/parts/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/parts", list).gives(&[200], LIST),
            route("POST", "/parts", create).takes(SENT).gives(&[201], THING),
            route("PATCH", "/parts", merge_named).takes(r#"[{"id": 1, "name": "A thing"}]"#).gives(&[200], LIST),
            route("GET", "/parts/{part_id}", read).gives(&[200], THING),
            route("DELETE", "/parts/{part_id}", remove),
        ],
        harmful: &[("PATCH", "/parts", r#"[{"id": 1, "name": "A thing"}]"#), ("PATCH", "/parts", r#"[{"name": "A thing"}]"#)],
        ..EMPTY
    },
    Shape {
        name: "json-api-documents-name-what-is-meant",
        planted: &[
            ("/assets/1", r#"{"id": "1", "type": "assets", "attributes": {"name": "One"}}"#),
            ("/assets/2", r#"{"id": "2", "type": "assets", "attributes": {"name": "Two"}}"#),
        ],
        parameters: &[("asset_id", r#"{"type": "string", "example": "1"}"#)],
        routes: &[
            route("GET", "/assets", |store, call| (200, json!({"data": list(store, call).1}))).gives(&[200], ASSETS),
            route("POST", "/assets", create_asset).takes(ASSET_SENT).gives(&[201], ASSET),
            route("PATCH", "/assets", merge_assets).takes(ASSETS),
            route("DELETE", "/assets", |store, call| {
                let ids: Vec<Value> = ids(call, "data").iter().filter_map(|item| item.get("id")).cloned().collect();
                remove_named(store, "/assets", &ids)
            })
            .takes(r#"{"data": [{"type": "assets", "id": "1"}]}"#),
            route("DELETE", "/assets/{asset_id}", remove),
        ],
        harmful: &[
            ("DELETE", "/assets", r#"{"data": [{"type": "assets", "id": "1"}]}"#),
            ("DELETE", "/assets", r#"{"data": []}"#),
            ("PATCH", "/assets", ASSETS),
        ],
        reached: &["POST /assets ", "DELETE /assets/5"],
        ..EMPTY
    },
    Shape {
        name: "merge-named-in-the-body",
        planted: &[
            ("/contacts/1", r#"{"id": 1, "name": "One"}"#),
            ("/contacts/2", r#"{"id": 2, "name": "Two"}"#),
            ("/contacts/3", r#"{"id": 3, "name": "Three"}"#),
        ],
        routes: &[
            route("GET", "/contacts", list).gives(&[200], LIST),
            route("POST", "/contacts", create).takes(SENT).gives(&[201], THING),
            route("POST", "/merge", |store, call| unite(store, call, "from", "into")).takes(r#"{"from": 1, "into": 2}"#).gives(&[200], THING),
            route("POST", "/contacts/merge", |store, call| unite(store, call, "contact_id", "into"))
                .takes(r#"{"contact_id": 1, "into": 2}"#)
                .gives(&[200], THING),
            route("GET", "/contacts/{contact_id}", read).gives(&[200], THING),
            route("DELETE", "/contacts/{contact_id}", remove),
        ],
        harmful: &[("POST", "/merge", r#"{"from": 1, "into": 2}"#), ("POST", "/contacts/merge", r#"{"contact_id": 99, "into": 2}"#)],
        ..EMPTY
    },
    Shape {
        name: "methods-that-the-contract-does-not-know",
        planted: &[("/marks/1", r#"{"id": 1, "name": "One"}"#), ("/marks/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/marks", list).gives(&[200], LIST),
            route("GET", "/marks/{mark_id}", read).gives(&[200], THING),
            route("POST", "/marks", create).undocumented(),
            route("PUT", "/marks", clear).undocumented(),
            route("DELETE", "/marks", clear).undocumented(),
            route("PATCH", "/marks", merge_all).undocumented(),
            route("PUT", "/marks/{mark_id}", replace).undocumented(),
            route("PATCH", "/marks/{mark_id}", merge).undocumented(),
            route("DELETE", "/marks/{mark_id}", remove).undocumented(),
        ],
        harmful: &[("DELETE", "/marks", ""), ("PUT", "/marks", ""), ("DELETE", "/marks/1", ""), ("PUT", "/marks/1", "")],
        leftovers: &["/marks"],
        ..EMPTY
    },
];

/// Changes everything of a collection; nothing where the body says nothing.
fn merge_all(store: &mut Store, call: &Call<'_>) -> Answer {
    for place in store.below(&call.path) {
        store.merge(&place, &call.body());
    }
    done()
}

/// Removes what a filter lets through, which is everything: it is always empty.
fn delete_matching(store: &mut Store, call: &Call<'_>) -> Answer {
    let places = store.below(call.above());
    for place in &places {
        store.remove(place);
    }
    (200, json!({"deleted": places.len()}))
}

/// Changes what the items of the body name; an item that names nothing changes everything.
fn merge_named(store: &mut Store, call: &Call<'_>) -> Answer {
    for item in call.body().as_array().into_iter().flatten() {
        let id = item.get("id").filter(|id| id.is_u64()).cloned();
        for place in named(store, &call.path, id.as_slice()) {
            store.merge(&place, item);
        }
    }
    (200, Value::Array(store.below(&call.path).iter().filter_map(|place| store.get(place)).cloned().collect()))
}

/// One more asset, with an id that is a text.
fn create_asset(store: &mut Store, call: &Call<'_>) -> Answer {
    let id = store.fresh().to_string();
    let asset = json!({"type": "assets", "id": id, "attributes": call.body()["data"]["attributes"]});
    store.put(&format!("/assets/{id}"), asset.clone());
    (201, json!({"data": asset}))
}

/// Changes the assets that the items of the body name; an item that names none changes all.
fn merge_assets(store: &mut Store, call: &Call<'_>) -> Answer {
    for item in ids(call, "data") {
        let id = item.get("id").filter(|id| id.is_string()).cloned();
        for place in named(store, "/assets", id.as_slice()) {
            store.merge(&place, &json!({"attributes": item["attributes"]}));
        }
    }
    done()
}

/// Makes one contact of two; where one is not named, the first is meant.
fn unite(store: &mut Store, call: &Call<'_>, from: &str, into: &str) -> Answer {
    let of = |store: &Store, member: &str| {
        let id = call.body().get(member).cloned();
        named(store, "/contacts", id.as_slice()).into_iter().next()
    };
    let (Some(first), Some(second)) = (of(store, from).or_else(|| Some(String::new())), of(store, into)) else { return (404, Value::Null) };
    store.merge(&second, &json!({"merged": call.body()}));
    if first != second {
        store.remove(&first);
    }
    (200, store.get(&second).cloned().unwrap_or(Value::Null))
}
