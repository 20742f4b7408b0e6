//! What every server has beside its shapes: resources that a run can make, change and remove.

use crate::planted::acts::{create, list, merge, read, remove};
use crate::planted::shape::{Shape, route};
use crate::planted::shapes::EMPTY;

const NOTE: &str = r#"{"id": 1, "name": "A note", "text": "Something"}"#;
const SENT: &str = r#"{"name": "A note", "text": "Something"}"#;

/// Notes, and some that belong to somebody.
pub const OWN: Shape = Shape {
    name: "own-resources",
    planted: &[
        ("/notes/1", r#"{"id": 1, "name": "First", "text": "One"}"#),
        ("/notes/2", r#"{"id": 2, "name": "Second", "text": "Two"}"#),
        // Of another run, or of somebody whose product is called so.
        ("/notes/3", r#"{"id": 3, "name": "A note probity-1", "text": "Something"}"#),
    ],
    routes: &[
        route("GET", "/notes", list).gives(&[200], r#"[{"id": 1, "name": "A note", "text": "Something"}]"#),
        route("POST", "/notes", create).takes(SENT).gives(&[201], NOTE),
        route("GET", "/notes/{note_id}", read).gives(&[200], NOTE),
        route("PATCH", "/notes/{note_id}", merge).takes(SENT).gives(&[200], NOTE),
        route("DELETE", "/notes/{note_id}", remove),
    ],
    harmful: &[("DELETE", "/notes/1", ""), ("PATCH", "/notes/2", r#"{"name": "Mine"}"#)],
    reached: &["POST /notes ", "GET /notes/5", "PATCH /notes/5", "DELETE /notes/5"],
    ..EMPTY
};
