//! The table of shapes, in groups that share a server.

mod accounts;
mod bodies;
mod by_id;
mod collections;
mod keys;
mod odd;
mod own;
mod relations;

use crate::planted::shape::Shape;

pub use own::OWN;

/// Every shape, by group.
pub const GROUPS: &[(&str, &[Shape])] = &[
    ("by-id", by_id::SHAPES),
    ("collections", collections::SHAPES),
    ("accounts", accounts::SHAPES),
    ("keys", keys::SHAPES),
    ("bodies", bodies::SHAPES),
    ("relations", relations::SHAPES),
    ("odd", odd::SHAPES),
];

/// Nothing of its own in a table entry.
pub const EMPTY: Shape = Shape { name: "", planted: &[], parameters: &[], routes: &[], harmful: &[], reached: &[], leftovers: &[] };

/// Every shape.
pub fn all() -> impl Iterator<Item = &'static Shape> {
    GROUPS.iter().flat_map(|(_, shapes)| shapes.iter())
}

/// The shape with this name.
pub fn named(name: &str) -> &'static Shape {
    all().find(|shape| shape.name == name).unwrap_or_else(|| panic!("there is no shape {name}"))
}
