//! Holds the JSON Schemas in `schemas/` against the types that they describe, and writes them when asked to.
//!
//! Only tests are compiled with this file: the program carries no generator of schemas.

use std::path::Path;

use schemars::{JsonSchema, schema_for};

/// Set to 1 to write the schemas instead of comparing them.
const BLESS: &str = "PROBITY_BLESS";

/// Panics unless a file holds the schema of a type.
fn assert_current<T: JsonSchema>(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let current = format!("{:#}\n", schema_for!(T).to_value());
    if std::env::var_os(BLESS).is_some_and(|value| value == "1") {
        std::fs::write(&path, &current).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == current, "{file} is not current; run `{BLESS}=1 cargo test --lib the_schema_is_current`");
}

mod report {
    use crate::model::report::Report;

    #[test]
    fn the_schema_is_current() {
        super::assert_current::<Report>("schemas/report.schema.json");
    }
}

mod changes {
    use crate::model::change::ChangeReport;

    #[test]
    fn the_schema_is_current() {
        super::assert_current::<ChangeReport>("schemas/changes.schema.json");
    }
}

mod suite {
    use crate::model::suite::Suite;

    #[test]
    fn the_schema_is_current() {
        super::assert_current::<Suite>("schemas/suite.schema.json");
    }
}
