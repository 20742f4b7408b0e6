//! Shapes with ids that are no path segment, and methods in a header or in the query.

use serde_json::json;

use crate::planted::acts::{clear, create, done, list, merge, nothing, object, read, remove, remove_named, replace};
use crate::planted::asked::Call;
use crate::planted::shape::{Shape, route};
use crate::planted::shapes::EMPTY;
use crate::planted::store::{Answer, Store};

const BOX: &str = r#"{"id": "b7", "name": "A box"}"#;
const BOXES: &str = r#"[{"id": "b7", "name": "A box"}]"#;
const THING: &str = r#"{"id": 1, "name": "A thing"}"#;
const LIST: &str = r#"[{"id": 1, "name": "A thing"}]"#;
const SENT: &str = r#"{"name": "A thing"}"#;

const PARCEL: &str = r#"{"id": 1, "depot_id": 77, "sealed": true}"#;
const PARCEL_SENT: &str = r#"{"depot_id": 77, "sealed": true}"#;

pub const SHAPES: &[Shape] = &[
    Shape {
        name: "odd-ids-in-a-list",
        planted: &[
            ("/boxes/..", r#"{"id": "..", "name": "Mine"}"#),
            ("/boxes/.", r#"{"id": ".", "name": "Mine"}"#),
            ("/boxes/", r#"{"id": "", "name": "Mine"}"#),
            ("/boxes/b7", r#"{"id": "b7", "name": "Mine"}"#),
        ],
        parameters: &[("box_id", r#"{"type": "string", "example": "b7"}"#)],
        routes: &[
            route("GET", "/boxes", list).gives(&[200], BOXES),
            route("GET", "/boxes/{box_id}", read).gives(&[200], BOX),
            route("PUT", "/boxes/{box_id}", replace).takes(SENT).gives(&[200], BOX),
            route("DELETE", "/boxes/{box_id}", remove),
            route("DELETE", "/boxes", clear).undocumented(),
            route("PUT", "/boxes", clear).undocumented(),
            route("DELETE", "/", clear_root).undocumented(),
            route("PUT", "/", clear_root).undocumented(),
        ],
        harmful: &[("DELETE", "/boxes/..", ""), ("DELETE", "/boxes/.", ""), ("DELETE", "/boxes/", ""), ("DELETE", "/boxes/%2e%2e", "")],
        ..EMPTY
    },
    Shape {
        name: "odd-ids-of-what-is-made",
        planted: &[("/crates/c1", r#"{"id": "c1", "name": "Mine"}"#), ("/crates/c2", r#"{"id": "c2", "name": "Mine"}"#)],
        parameters: &[("crate_id", r#"{"type": "string", "example": "c1"}"#)],
        routes: &[
            route("GET", "/crates", list).gives(&[200], BOXES),
            route("POST", "/crates", create_oddly).takes(SENT).gives(&[201], BOX),
            route("GET", "/crates/{crate_id}", read).gives(&[200], BOX),
            route("PUT", "/crates/{crate_id}", replace).takes(SENT).gives(&[200], BOX),
            route("DELETE", "/crates/{crate_id}", remove),
            route("DELETE", "/crates", clear).undocumented(),
            route("PUT", "/crates", clear).undocumented(),
            route("DELETE", "/", clear_root).undocumented(),
            route("PUT", "/", clear_root).undocumented(),
        ],
        harmful: &[("DELETE", "/crates/..", ""), ("PUT", "/crates/.", SENT)],
        leftovers: &["/crates"],
        ..EMPTY
    },
    Shape {
        name: "method-override-header",
        planted: &[("/gadgets/1", r#"{"id": 1, "name": "One"}"#), ("/gadgets/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/gadgets", list).gives(&[200], LIST),
            route("GET", "/gadgets/{gadget_id}", read).gives(&[200], THING),
            route("POST", "/gadgets/{gadget_id}", |_, _| nothing()).takes(SENT).gives(&[200], THING).with(
                r#"[{"name": "X-HTTP-Method-Override", "in": "header", "required": true, "schema": {"type": "string", "enum": ["DELETE", "PATCH"]}, "example": "DELETE"}]"#,
            ),
            route("PATCH", "/gadgets/{gadget_id}", merge).undocumented(),
            route("DELETE", "/gadgets/{gadget_id}", remove).undocumented(),
        ],
        harmful: &[("DELETE", "/gadgets/1", "")],
        ..EMPTY
    },
    Shape {
        name: "method-override-header-on-a-create",
        planted: &[("/gizmos/1", r#"{"id": 1, "name": "One"}"#), ("/gizmos/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/gizmos", list).gives(&[200], LIST),
            route("POST", "/gizmos", create).takes(SENT).gives(&[201], THING).with(
                r#"[{"name": "X-HTTP-Method-Override", "in": "header", "schema": {"type": "string", "enum": ["POST", "PUT", "DELETE"]}, "example": "DELETE"}]"#,
            ),
            route("DELETE", "/gizmos/{gizmo_id}", remove),
            route("PUT", "/gizmos", clear).undocumented(),
            route("DELETE", "/gizmos", clear).undocumented(),
        ],
        harmful: &[("DELETE", "/gizmos", ""), ("POST", "/gizmos?_method=DELETE", "")],
        ..EMPTY
    },
    Shape {
        name: "method-override-in-the-query",
        planted: &[("/gauges/1", r#"{"id": 1, "name": "One"}"#), ("/gauges/2", r#"{"id": 2, "name": "Two"}"#)],
        routes: &[
            route("GET", "/gauges", list).gives(&[200], LIST),
            route("POST", "/gauges", create).takes(SENT).gives(&[201], THING).with(
                r#"[{"name": "_method", "in": "query", "required": true, "schema": {"type": "string", "enum": ["POST", "DELETE"]}, "example": "DELETE"}]"#,
            ),
            route("DELETE", "/gauges/{gauge_id}", remove),
            route("DELETE", "/gauges", clear).undocumented(),
        ],
        harmful: &[("POST", "/gauges?_method=DELETE", SENT)],
        ..EMPTY
    },
    Shape {
        name: "removal-that-is-led-elsewhere",
        planted: &[("/originals/1", r#"{"id": 1, "name": "Mine"}"#), ("/aliases/1", r#"{"id": 1, "name": "Mine"}"#)],
        routes: &[
            route("GET", "/aliases", list).gives(&[200], LIST),
            route("POST", "/aliases", create).takes(SENT).gives(&[201], THING),
            route("GET", "/aliases/{alias_id}", read).gives(&[200], THING),
            route("PUT", "/aliases/{alias_id}", |_, _| (308, json!("/originals/1"))).takes(SENT).gives(&[200], THING),
            route("DELETE", "/aliases/{alias_id}", |_, _| (307, json!("/originals/1"))),
            route("GET", "/originals/{original_id}", read).undocumented(),
            route("PUT", "/originals/{original_id}", replace).undocumented(),
            route("DELETE", "/originals/{original_id}", remove).undocumented(),
        ],
        harmful: &[("DELETE", "/originals/1", ""), ("PUT", "/originals/1", SENT)],
        leftovers: &["/aliases"],
        ..EMPTY
    },
    Shape {
        name: "action-that-works-only-once",
        planted: &[
            ("/depots/1", r#"{"id": 1, "name": "Mine"}"#),
            ("/parcels/1", r#"{"id": 1, "depot_id": 1, "sealed": true}"#),
        ],
        routes: &[
            route("POST", "/depots", create).takes(r#"{"name": "A depot"}"#).gives(&[201], r#"{"id": 1, "name": "A depot"}"#),
            route("GET", "/depots/{depot_id}", read).gives(&[200], r#"{"id": 1, "name": "A depot"}"#),
            route("DELETE", "/depots/{depot_id}", remove),
            route("POST", "/parcels", create_in_depot).takes(PARCEL_SENT).gives(&[201], PARCEL),
            route("GET", "/parcels/{parcel_id}", read).gives(&[200], PARCEL),
            route("POST", "/parcels/{parcel_id}/unsealing", unseal),
            route("DELETE", "/parcels/{parcel_id}", remove),
        ],
        harmful: &[("POST", "/parcels/1/unsealing", "")],
        reached: &["POST /parcels ", "DELETE /parcels/5"],
        ..EMPTY
    },
];

/// What a server does that takes the root of the path for everything in it.
fn clear_root(store: &mut Store, _: &Call<'_>) -> Answer {
    remove_named(store, "/boxes", &[]);
    remove_named(store, "/crates", &[])
}

/// A thing with an id that leads elsewhere when it stands in a path; every fourth one is as it should be.
fn create_oddly(store: &mut Store, call: &Call<'_>) -> Answer {
    let number = store.fresh();
    let id = match number % 4 {
        1 => "..".to_owned(),
        2 => String::new(),
        3 => ".".to_owned(),
        _ => format!("k{number}"),
    };
    let value = object(call, &[("id", json!(id))]);
    store.put(&format!("{}/{id}", call.path), value.clone());
    (201, value)
}

/// A parcel in a depot that is there.
fn create_in_depot(store: &mut Store, call: &Call<'_>) -> Answer {
    let depot = format!("/depots/{}", call.body()["depot_id"]);
    if store.get(&depot).is_some() { create(store, call) } else { nothing() }
}

/// The seal of a parcel, which goes only once.
fn unseal(store: &mut Store, call: &Call<'_>) -> Answer {
    let parcel = call.path.trim_end_matches("/unsealing").to_owned();
    match store.get(&parcel).map(|parcel| parcel["sealed"] == true) {
        Some(true) => {
            store.merge(&parcel, &json!({"sealed": false}));
            done()
        }
        Some(false) => (409, json!({"error": "there is no seal"})),
        None => nothing(),
    }
}
