//! Shapes with keys that the request chooses, and creates that answer with what was there before.

use serde_json::{Value, json};

use crate::planted::acts::{create, list, object, read, remove, upsert_key};
use crate::planted::asked::Call;
use crate::planted::shape::{Shape, route};
use crate::planted::shapes::EMPTY;
use crate::planted::store::{Answer, Store};

const FILE: &str = r#"{"key": "report.txt", "content": "Something"}"#;
const FILE_SENT: &str = r#"{"content": "Something"}"#;
const APP: &str = r#"{"key": "shop", "title": "A shop"}"#;
const APP_SENT: &str = r#"{"title": "A shop"}"#;
const TAG: &str = r#"{"id": 1, "name": "A tag"}"#;

const PAGES: &str = r#"[
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 2, "default": 2}},
    {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}
]"#;

pub const SHAPES: &[Shape] = &[
    Shape {
        name: "files-by-name",
        planted: &[
            ("/files/report.txt", r#"{"key": "report.txt", "content": "Mine"}"#),
            ("/files/probity", r#"{"key": "probity", "content": "Mine"}"#),
            ("/files/probity.txt", r#"{"key": "probity.txt", "content": "Mine"}"#),
            ("/files/string", r#"{"key": "string", "content": "Mine"}"#),
        ],
        parameters: &[("file_name", r#"{"type": "string", "example": "report.txt"}"#)],
        routes: &[
            route("GET", "/files", list).gives(&[200], r#"[{"key": "report.txt", "content": "Something"}]"#),
            route("GET", "/files/{file_name}", read).gives(&[200], FILE),
            route("PUT", "/files/{file_name}", upsert_key).takes(FILE_SENT).gives(&[200, 201], FILE),
            route("POST", "/files/{file_name}", upsert_key).takes(FILE_SENT).gives(&[200, 201], FILE),
            route("DELETE", "/files/{file_name}", remove),
        ],
        harmful: &[("PUT", "/files/report.txt", FILE_SENT), ("POST", "/files/probity", FILE_SENT), ("DELETE", "/files/report.txt", "")],
        ..EMPTY
    },
    Shape {
        name: "upsert-by-key",
        planted: &[("/apps/shop", r#"{"key": "shop", "title": "Mine"}"#), ("/apps/desk", r#"{"key": "desk", "title": "Mine"}"#)],
        parameters: &[("app_key", r#"{"type": "string", "example": "shop"}"#)],
        routes: &[
            route("GET", "/apps/{app_key}", read).gives(&[200], APP),
            route("PUT", "/apps/{app_key}", upsert_key).takes(APP_SENT).gives(&[201, 200], APP),
            route("DELETE", "/apps/{app_key}", remove),
        ],
        harmful: &[("PUT", "/apps/shop", APP_SENT), ("DELETE", "/apps/shop", "")],
        ..EMPTY
    },
    Shape {
        name: "key-that-only-the-run-chooses",
        planted: &[("/ports/north", r#"{"key": "north", "title": "Mine"}"#)],
        parameters: &[("port_name", r#"{"type": "string", "minLength": 3, "maxLength": 40, "example": "harbour"}"#)],
        routes: &[
            route("GET", "/ports", list).gives(&[200], r#"[{"key": "harbour", "title": "A port"}]"#),
            route("PUT", "/ports/{port_name}", upsert_key).takes(APP_SENT).gives(&[201, 200], APP),
            route("DELETE", "/ports/{port_name}", remove),
        ],
        harmful: &[("PUT", "/ports/north", APP_SENT)],
        reached: &["PUT /ports/", "DELETE /ports/"],
        ..EMPTY
    },
    Shape {
        name: "get-or-create-answered-200",
        planted: &[("/tags/1", r#"{"id": 1, "name": "general"}"#), ("/tags/2", r#"{"id": 2, "name": "A tag"}"#)],
        routes: &[
            route("GET", "/tags", list).gives(&[200], r#"[{"id": 1, "name": "A tag"}]"#),
            route("POST", "/tags", |store, call| get_or_create(store, call, "name", "general", 200))
                .takes(r#"{"name": "A tag"}"#)
                .gives(&[201, 200], TAG),
            route("GET", "/tags/{tag_id}", read).gives(&[200], TAG),
            route("DELETE", "/tags/{tag_id}", remove),
        ],
        harmful: &[("DELETE", "/tags/1", "")],
        reached: &["POST /tags ", "DELETE /tags/5"],
        ..EMPTY
    },
    Shape {
        name: "get-or-create-answered-201",
        planted: &[("/labels/1", r#"{"id": 1, "name": "Mine", "code": "A1"}"#), ("/labels/2", r#"{"id": 2, "name": "Mine, too", "code": "B2"}"#)],
        routes: &[
            route("GET", "/labels", list).gives(&[200], r#"[{"id": 1, "name": "A label", "code": "A1"}]"#),
            route("POST", "/labels", |store, call| get_or_create(store, call, "code", "A1", 201))
                .takes(r#"{"name": "A label", "code": "A1"}"#)
                .gives(&[201], r#"{"id": 1, "name": "A label", "code": "A1"}"#),
            route("GET", "/labels/{label_id}", read).gives(&[200], r#"{"id": 1, "name": "A label", "code": "A1"}"#),
            route("DELETE", "/labels/{label_id}", remove),
        ],
        harmful: &[("DELETE", "/labels/1", "")],
        ..EMPTY
    },
    Shape {
        name: "get-or-create-without-a-list",
        planted: &[("/topics/1", r#"{"id": 1, "title": "Mine", "area": "north"}"#)],
        routes: &[
            route("POST", "/topics", |store, call| get_or_create(store, call, "area", "north", 201))
                .takes(r#"{"title": "A topic", "area": "north"}"#)
                .gives(&[201], r#"{"id": 1, "title": "A topic", "area": "north"}"#),
            route("GET", "/topics/{topic_id}", read).gives(&[200], r#"{"id": 1, "title": "A topic", "area": "north"}"#),
            route("DELETE", "/topics/{topic_id}", remove),
        ],
        harmful: &[("DELETE", "/topics/1", "")],
        ..EMPTY
    },
    Shape {
        name: "get-or-create-by-a-part-of-the-name",
        planted: &[("/slugs/1", r#"{"id": 1, "name": "A place"}"#), ("/slugs/2", r#"{"id": 2, "name": "general"}"#)],
        routes: &[
            route("GET", "/slugs", list).gives(&[200], r#"[{"id": 1, "name": "A slug"}]"#),
            route("POST", "/slugs", first_word_or_create).takes(r#"{"name": "A slug"}"#).gives(&[201], r#"{"id": 1, "name": "A slug"}"#),
            route("DELETE", "/slugs/{slug_id}", remove),
        ],
        harmful: &[("DELETE", "/slugs/1", "")],
        ..EMPTY
    },
    Shape {
        name: "get-or-create-with-a-location-alone",
        planted: &[("/pins/1", r#"{"id": 1, "name": "Mine"}"#), ("/pins/2", r#"{"id": 2, "name": "Mine, too"}"#)],
        routes: &[
            route("GET", "/pins", list).gives(&[200], r#"[{"id": 1, "name": "A pin"}]"#),
            route("POST", "/pins", |_, _| (201, json!("/pins/2"))).takes(r#"{"name": "A pin"}"#).gives(&[201], ""),
            route("GET", "/pins/{pin_id}", read).gives(&[200], r#"{"id": 1, "name": "A pin"}"#),
            route("DELETE", "/pins/{pin_id}", remove),
        ],
        harmful: &[("DELETE", "/pins/2", "")],
        ..EMPTY
    },
    Shape {
        name: "get-or-create-beyond-the-first-page",
        planted: &[
            ("/brands/1", r#"{"id": 1, "name": "One"}"#),
            ("/brands/2", r#"{"id": 2, "name": "Two"}"#),
            ("/brands/3", r#"{"id": 3, "name": "Three"}"#),
        ],
        routes: &[
            route("GET", "/brands", first_page).gives(&[200], r#"[{"id": 1, "name": "A brand"}]"#).with(PAGES),
            route("POST", "/brands", |_, _| (201, json!({"id": 3}))).takes(r#"{"name": "A brand"}"#).gives(&[201], r#"{"id": 1}"#),
            route("GET", "/brands/{brand_id}", read).gives(&[200], r#"{"id": 1, "name": "A brand"}"#),
            route("DELETE", "/brands/{brand_id}", remove),
        ],
        harmful: &[("DELETE", "/brands/3", "")],
        ..EMPTY
    },
];

/// Two of a list, and the rest on other pages.
fn first_page(store: &mut Store, call: &Call<'_>) -> Answer {
    let number = |name: &str, otherwise: usize| call.asked.query.get(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise).max(1);
    let (limit, page) = (number("limit", 2).min(2), number("page", 1));
    let items: Vec<Value> = store.below(&call.path).iter().filter_map(|place| store.get(place)).cloned().collect();
    (200, Value::Array(items.into_iter().skip(limit.saturating_mul(page - 1)).take(limit).collect()))
}

/// What there is with the same value at a member, else a new thing. Without the member another value stands for it.
fn get_or_create(store: &mut Store, call: &Call<'_>, member: &str, otherwise: &str, status: u16) -> Answer {
    let wanted = call.body().get(member).filter(|value| value.is_string()).cloned().unwrap_or_else(|| json!(otherwise));
    let places = store.below(&call.path);
    if let Some(known) = places.iter().filter_map(|place| store.get(place)).find(|thing| thing[member] == wanted) {
        return (status, known.clone());
    }
    let id = store.fresh();
    let made = object(call, &[("id", json!(id)), (member, wanted)]);
    store.put(&format!("{}/{id}", call.path), made.clone());
    (201, made)
}

/// What there is whose name begins with the same word, else a new thing.
fn first_word_or_create(store: &mut Store, call: &Call<'_>) -> Answer {
    let word = |value: &Value| value["name"].as_str().and_then(|name| name.split_whitespace().next()).unwrap_or("general").to_owned();
    let wanted = word(&call.body());
    let places = store.below(&call.path);
    match places.iter().filter_map(|place| store.get(place)).find(|known| word(known) == wanted) {
        Some(known) => (201, known.clone()),
        None => create(store, call),
    }
}
