//! Shapes in which a path names a resource by an id that another user's resource may have.

use serde_json::{Value, json};

use crate::planted::acts::{create, list, merge, nothing, read, remove, replace, upsert};
use crate::planted::asked::Call;
use crate::planted::shape::{Shape, route};
use crate::planted::shapes::EMPTY;
use crate::planted::store::{Answer, Store};

const THING: &str = r#"{"id": 1, "name": "A thing"}"#;
const LIST: &str = r#"[{"id": 1, "name": "A thing"}]"#;
const SENT: &str = r#"{"name": "A thing"}"#;

pub const SHAPES: &[Shape] = &[
    Shape {
        name: "put-by-integer-id",
        planted: &[
            ("/items/1", r#"{"id": 1, "name": "One"}"#),
            ("/items/2", r#"{"id": 2, "name": "Two"}"#),
            ("/items/3", r#"{"id": 3, "name": "Three"}"#),
        ],
        routes: &[
            route("GET", "/items", list).gives(&[200], LIST),
            route("GET", "/items/{item_id}", read).gives(&[200], THING),
            route("PUT", "/items/{item_id}", upsert).takes(SENT).gives(&[200, 201], THING),
        ],
        harmful: &[("PUT", "/items/1", SENT), ("PUT", "/items/2", "")],
        leftovers: &["/items"],
        ..EMPTY
    },
    Shape {
        name: "patch-by-uuid",
        planted: &[
            ("/people/6f1d8a1e-3b52-4c0f-9c57-0d4c53a3c7aa", r#"{"id": "6f1d8a1e-3b52-4c0f-9c57-0d4c53a3c7aa", "name": "Ann"}"#),
            ("/people/0b8b9c64-7f3c-4d0e-8f43-6d3c0b7f1e21", r#"{"id": "0b8b9c64-7f3c-4d0e-8f43-6d3c0b7f1e21", "name": "Bob"}"#),
        ],
        parameters: &[("person_id", r#"{"type": "string", "format": "uuid", "example": "6f1d8a1e-3b52-4c0f-9c57-0d4c53a3c7aa"}"#)],
        routes: &[
            route("GET", "/people", list).gives(&[200], r#"[{"id": "6f1d8a1e-3b52-4c0f-9c57-0d4c53a3c7aa", "name": "Ann"}]"#),
            route("GET", "/people/{person_id}", read).gives(&[200], r#"{"id": "a", "name": "Ann"}"#),
            route("PATCH", "/people/{person_id}", merge).takes(SENT).gives(&[200], r#"{"id": "a", "name": "Ann"}"#),
        ],
        harmful: &[("PATCH", "/people/6f1d8a1e-3b52-4c0f-9c57-0d4c53a3c7aa", SENT)],
        ..EMPTY
    },
    Shape {
        name: "archive-of-what-can-be-made",
        planted: &[("/things/1", r#"{"id": 1, "name": "One", "archived": false}"#), ("/things/2", r#"{"id": 2, "name": "Two", "archived": false}"#)],
        routes: &[
            route("GET", "/things", list).gives(&[200], LIST),
            route("POST", "/things", create).takes(SENT).gives(&[201], THING),
            route("GET", "/things/{thing_id}", read).gives(&[200], THING),
            route("POST", "/things/{thing_id}/archive", archive).gives(&[200], THING),
            route("DELETE", "/things/{thing_id}", remove),
        ],
        harmful: &[("POST", "/things/1/archive", ""), ("DELETE", "/things/2", "")],
        reached: &["POST /things/5", "DELETE /things/5"],
        ..EMPTY
    },
    Shape {
        name: "archive-of-what-is-found",
        planted: &[("/relics/1", r#"{"id": 1, "name": "One", "archived": false}"#), ("/relics/2", r#"{"id": 2, "name": "Two", "archived": false}"#)],
        routes: &[
            route("GET", "/relics", list).gives(&[200], LIST),
            route("GET", "/relics/{relic_id}", read).gives(&[200], THING),
            route("POST", "/relics/{relic_id}/archive", archive).gives(&[200], THING),
        ],
        harmful: &[("POST", "/relics/1/archive", "")],
        ..EMPTY
    },
    Shape {
        name: "action-on-an-invented-id",
        planted: &[("/annotations/1", r#"{"id": 1, "archived": false}"#), ("/annotations/2", r#"{"id": 2, "archived": false}"#)],
        routes: &[route("POST", "/annotations/{annotation_id}/convert", archive).gives(&[200], THING)],
        harmful: &[("POST", "/annotations/1/convert", "")],
        ..EMPTY
    },
    Shape {
        name: "invented-numbers-that-exist",
        planted: &[
            ("/drafts/0", r#"{"id": 0}"#),
            ("/drafts/1", r#"{"id": 1}"#),
            ("/drafts/12", r#"{"id": 12}"#),
            ("/drafts/999", r#"{"id": 999}"#),
            ("/drafts/99999", r#"{"id": 99999}"#),
            ("/drafts/999999", r#"{"id": 999999}"#),
            ("/drafts/9999999", r#"{"id": 9999999}"#),
            ("/drafts/999999999", r#"{"id": 999999999}"#),
            ("/drafts/2147483646", r#"{"id": 2147483646}"#),
            ("/drafts/2147483647", r#"{"id": 2147483647}"#),
        ],
        parameters: &[("draft_id", r#"{"type": "integer", "example": 12}"#)],
        routes: &[
            route("PUT", "/drafts/{draft_id}", replace).takes(SENT).gives(&[200], THING),
            route("PATCH", "/drafts/{draft_id}", merge).takes(SENT).gives(&[200], THING),
            route("DELETE", "/drafts/{draft_id}", remove),
        ],
        harmful: &[("DELETE", "/drafts/2147483646", ""), ("PATCH", "/drafts/12abc", SENT)],
        ..EMPTY
    },
    Shape {
        name: "invented-names-that-exist",
        planted: &[
            ("/sheets/summary", r#"{"id": "summary"}"#),
            ("/sheets/probity", r#"{"id": "probity"}"#),
            ("/sheets/probity-unknown", r#"{"id": "probity-unknown"}"#),
            ("/sheets/PROBITY_UNKNOWN", r#"{"id": "PROBITY_UNKNOWN"}"#),
            ("/sheets/unknown", r#"{"id": "unknown"}"#),
            ("/sheets/string", r#"{"id": "string"}"#),
            ("/sheets/not~an~id", r#"{"id": "not~an~id"}"#),
        ],
        parameters: &[("sheet_id", r#"{"type": "string", "example": "summary"}"#)],
        routes: &[route("PUT", "/sheets/{sheet_id}", replace).takes(SENT).gives(&[200], THING), route("DELETE", "/sheets/{sheet_id}", remove)],
        harmful: &[("DELETE", "/sheets/probity-unknown", ""), ("PUT", "/sheets/summary", SENT)],
        ..EMPTY
    },
    Shape {
        name: "invented-uuids-that-exist",
        planted: &[
            ("/cards/00000000-0000-0000-0000-000000000000", r#"{"id": "00000000-0000-0000-0000-000000000000"}"#),
            ("/cards/00000000-0000-4000-8000-000000000000", r#"{"id": "00000000-0000-4000-8000-000000000000"}"#),
            ("/cards/ffffffff-ffff-ffff-ffff-ffffffffffff", r#"{"id": "ffffffff-ffff-ffff-ffff-ffffffffffff"}"#),
            ("/cards/3fa85f64-5717-4562-b3fc-2c963f66afa6", r#"{"id": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#),
        ],
        parameters: &[("card_id", r#"{"type": "string", "format": "uuid", "example": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#)],
        routes: &[route("PATCH", "/cards/{card_id}", merge).takes(SENT).gives(&[200], THING), route("DELETE", "/cards/{card_id}", remove)],
        harmful: &[("DELETE", "/cards/3fa85f64-5717-4562-b3fc-2c963f66afa6", "")],
        ..EMPTY
    },
    Shape {
        name: "small-integer-in-the-path",
        planted: &[
            ("/levels/1", r#"{"id": 1, "name": "One"}"#),
            ("/levels/2", r#"{"id": 2, "name": "Two"}"#),
            ("/levels/3", r#"{"id": 3, "name": "Three"}"#),
            ("/levels/4", r#"{"id": 4, "name": "Four"}"#),
            ("/levels/5", r#"{"id": 5, "name": "Five"}"#),
        ],
        parameters: &[("level_id", r#"{"type": "integer", "minimum": 1, "maximum": 5, "example": 3}"#)],
        routes: &[
            route("GET", "/levels/{level_id}", read).gives(&[200], THING),
            route("PUT", "/levels/{level_id}", replace).takes(SENT).gives(&[200], THING),
            route("DELETE", "/levels/{level_id}", remove),
        ],
        harmful: &[("DELETE", "/levels/4", ""), ("PUT", "/levels/5", SENT)],
        ..EMPTY
    },
    Shape {
        name: "enumeration-in-the-path",
        planted: &[("/modes/low", r#"{"id": "low"}"#), ("/modes/mid", r#"{"id": "mid"}"#), ("/modes/high", r#"{"id": "high"}"#)],
        parameters: &[("mode_id", r#"{"type": "string", "enum": ["low", "mid", "high"], "example": "mid"}"#)],
        routes: &[
            route("PUT", "/modes/{mode_id}", replace).takes(SENT).gives(&[200], r#"{"id": "low", "name": "A thing"}"#),
            route("DELETE", "/modes/{mode_id}", remove),
        ],
        harmful: &[("DELETE", "/modes/high", "")],
        ..EMPTY
    },
    Shape {
        name: "boolean-in-the-path",
        planted: &[("/switches/true", r#"{"id": "true"}"#), ("/switches/false", r#"{"id": "false"}"#)],
        parameters: &[("on", r#"{"type": "boolean", "example": true}"#)],
        routes: &[route("DELETE", "/switches/{on}", remove), route("PUT", "/switches/{on}", replace).takes(SENT).gives(&[200], THING)],
        harmful: &[("DELETE", "/switches/false", "")],
        ..EMPTY
    },
];

/// Takes a thing out of use; what stands above the last segment is what is meant.
fn archive(store: &mut Store, call: &Call<'_>) -> Answer {
    if store.merge(call.above(), &json!({"archived": true})) { (200, store.get(call.above()).cloned().unwrap_or(Value::Null)) } else { nothing() }
}
