//! Shapes with single resources: settings, the own account, its token, its session, and resets.

use serde_json::{Value, json};

use crate::planted::acts::{done, list, merge, read, remove, remove_named};
use crate::planted::asked::Call;
use crate::planted::shape::{Shape, route};
use crate::planted::shapes::EMPTY;
use crate::planted::store::{Answer, Store};

const SETTINGS: &str = r#"{"theme": "dark", "limit": 5}"#;
const ME: &str = r#"{"name": "Somebody", "email": "somebody@example.com"}"#;

pub const SHAPES: &[Shape] = &[
    Shape {
        name: "singleton",
        planted: &[("/settings", r#"{"theme": "light", "limit": 10}"#)],
        routes: &[
            route("GET", "/settings", read).gives(&[200], SETTINGS),
            route("PUT", "/settings", put_settings).takes(SETTINGS).gives(&[200], SETTINGS),
            route("PATCH", "/settings", merge).takes(SETTINGS).gives(&[200], SETTINGS),
            route("DELETE", "/settings", remove),
        ],
        harmful: &[("PUT", "/settings", SETTINGS), ("PUT", "/settings", ""), ("PATCH", "/settings", SETTINGS), ("DELETE", "/settings", "")],
        ..EMPTY
    },
    Shape {
        name: "own-account",
        planted: &[("/me", r#"{"name": "Ann", "email": "ann@example.com"}"#)],
        routes: &[
            route("GET", "/me", read).gives(&[200], ME),
            route("PATCH", "/me", merge).takes(ME).gives(&[200], ME),
            route("DELETE", "/me", remove),
        ],
        harmful: &[("PATCH", "/me", ME), ("DELETE", "/me", "")],
        ..EMPTY
    },
    Shape {
        name: "token-reset",
        planted: &[("/current-user", r#"{"name": "Ann", "token": "the-token-of-somebody"}"#)],
        routes: &[
            route("GET", "/current-user", current_user).gives(&[200], r#"{"name": "Ann"}"#),
            route("POST", "/current-user/reset-token", reset_token).gives(&[200], r#"{"token": "another"}"#),
        ],
        harmful: &[("POST", "/current-user/reset-token", "")],
        ..EMPTY
    },
    Shape {
        name: "log-out-by-post",
        planted: &[("/session", r#"{"open": true}"#)],
        routes: &[
            route("GET", "/session", session).gives(&[200], r#"{"open": true}"#),
            route("POST", "/logout", |store, _| close(store, "/session")),
            route("DELETE", "/session", |store, _| close(store, "/session")),
        ],
        harmful: &[("POST", "/logout", ""), ("DELETE", "/session", "")],
        ..EMPTY
    },
    Shape {
        name: "log-out-by-get",
        planted: &[("/visit", r#"{"open": true}"#)],
        routes: &[route("GET", "/visit", session).gives(&[200], r#"{"open": true}"#), route("GET", "/logout", |store, _| close(store, "/visit"))],
        harmful: &[("GET", "/logout", "")],
        ..EMPTY
    },
    Shape {
        name: "reset",
        planted: &[("/records/1", r#"{"id": 1}"#), ("/records/2", r#"{"id": 2}"#)],
        routes: &[
            route("GET", "/records", list).gives(&[200], r#"[{"id": 1}]"#),
            route("POST", "/reset", |store, _| remove_named(store, "/records", &[])),
        ],
        harmful: &[("POST", "/reset", "")],
        ..EMPTY
    },
    Shape {
        name: "reset-by-get",
        planted: &[("/counter", r#"{"count": 7}"#)],
        routes: &[
            route("GET", "/counter", read).gives(&[200], r#"{"count": 1}"#),
            route("GET", "/reset", |store, _| {
                store.put("/counter", json!({"count": 0}));
                (200, json!({"message": "done"}))
            })
            .gives(&[200], r#"{"message": "done"}"#),
        ],
        harmful: &[("GET", "/reset", "")],
        ..EMPTY
    },
    Shape {
        name: "unsubscribe-by-get",
        planted: &[("/subscription", r#"{"open": true}"#)],
        routes: &[
            route("GET", "/subscription", read).gives(&[200], r#"{"open": true}"#),
            route("GET", "/unsubscribe", |store, _| close(store, "/subscription")).gives(&[200, 204], ""),
        ],
        harmful: &[("GET", "/unsubscribe", "")],
        ..EMPTY
    },
    Shape {
        name: "removal-by-get",
        planted: &[("/posts/1", r#"{"id": 1, "name": "Mine"}"#), ("/posts/2", r#"{"id": 2, "name": "Mine, too"}"#)],
        routes: &[
            route("GET", "/posts", list).gives(&[200], r#"[{"id": 1, "name": "A post"}]"#),
            route("GET", "/posts/{post_id}/delete", |store, call| {
                store.remove(call.above());
                (200, json!({"message": "done"}))
            })
            .gives(&[200], r#"{"message": "done"}"#),
        ],
        harmful: &[("GET", "/posts/1/delete", "")],
        ..EMPTY
    },
];

/// There are always settings: what the body does not say is as at first.
fn put_settings(store: &mut Store, call: &Call<'_>) -> Answer {
    let mut settings = json!({"theme": "none", "limit": 0});
    settings.as_object_mut().expect("an object").extend(call.body().as_object().cloned().unwrap_or_default());
    store.put("/settings", settings.clone());
    (200, settings)
}

/// Who asks, by the token that is known.
fn current_user(store: &mut Store, call: &Call<'_>) -> Answer {
    let known = store.get("/current-user").and_then(|user| user["token"].as_str()) == call.asked.token.as_deref();
    if known { (200, json!({"name": "Ann"})) } else { (401, Value::Null) }
}

/// From here on another token is known.
fn reset_token(store: &mut Store, _: &Call<'_>) -> Answer {
    let token = format!("another-{}", store.fresh());
    store.merge("/current-user", &json!({"token": token}));
    (200, json!({"token": token}))
}

/// A session for as long as it is open.
fn session(store: &mut Store, call: &Call<'_>) -> Answer {
    match store.get(&call.path) {
        Some(session) if session["open"] == json!(true) => (200, session.clone()),
        _ => (401, Value::Null),
    }
}

fn close(store: &mut Store, place: &str) -> Answer {
    store.merge(place, &json!({"open": false}));
    done()
}
