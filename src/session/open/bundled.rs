//! The contracts and suites that the binary carries, so that it works from any folder.

use include_dir::{Dir, include_dir};

static SCHEMAS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/schemas");
static SUITES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/suites");

/// The text of a file below `schemas/` or `suites/`.
pub fn text(path: &str) -> Option<&'static str> {
    let file = match path.split_once('/')? {
        ("schemas", rest) => SCHEMAS.get_file(rest)?,
        ("suites", rest) => SUITES.get_file(rest)?,
        _ => return None,
    };
    file.contents_utf8()
}

/// The first suite by name.
pub fn first_suite() -> String {
    let mut names: Vec<String> = SUITES
        .files()
        .map(|file| format!("suites/{}", file.path().display()))
        .filter(|name| std::path::Path::new(name).extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    names.sort();
    names.into_iter().next().unwrap_or_default()
}
