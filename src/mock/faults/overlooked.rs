//! Faults that overlook a condition: the faulty request is treated as a valid one.

use super::Fault;
use super::Hook::Overlook;

macro_rules! overlooks {
    ($name:literal, $triggers:expr, $breaks:literal) => {
        Fault { name: $name, class: "overlooked", breaks: $breaks, hook: Overlook(&$triggers) }
    };
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    overlooks!("unauthorized-accepted", ["no-credentials", "wrong-secret", "missing-header"], "anybody may do everything"),
    overlooks!("wrong-secret-accepted", ["wrong-secret"], "any secret is taken"),
    overlooks!("missing-header-accepted", ["missing-header"], "a required header may be left out"),
    overlooks!("forbidden-accepted", ["limited-credentials"], "an account without permission may do everything"),
    overlooks!("media-type-ignored", ["wrong-content-type", "media-type-parameter", "missing-content-type"], "a body of any media type is taken"),
    overlooks!("media-type-parameter-ignored", ["media-type-parameter"], "unknown parameters of the media type are taken"),
    overlooks!("malformed-json-accepted", ["malformed-json"], "a body that is no JSON text is taken"),
    overlooks!("missing-data-accepted", ["missing-data"], "required members at the top may be left out"),
    overlooks!("missing-attribute-accepted", ["missing-attribute"], "required members further down may be left out"),
    overlooks!("wrong-attribute-type-accepted", ["wrong-attribute-type"], "members of another JSON type are taken"),
    overlooks!("bad-enum-accepted", ["bad-enum"], "values outside an enumeration are taken"),
    overlooks!("bad-value-accepted", ["bad-value"], "values that the contract names as bad are taken"),
    overlooks!("over-limit-accepted", ["over-limit"], "values above their limit are taken"),
    overlooks!("wrong-type-accepted", ["wrong-type"], "a body of another resource type is taken"),
    overlooks!("id-mismatch-accepted", ["id-mismatch"], "the id in the body may differ from the one in the path"),
    overlooks!("bad-query-accepted", ["bad-query-parameter"], "query parameters may have any value"),
    overlooks!("missing-query-accepted", ["missing-query-parameter"], "required query parameters may be left out"),
    overlooks!("undocumented-parameter-accepted", ["undocumented-parameter"], "query parameters that must not be sent are taken"),
    overlooks!("malformed-id-accepted", ["malformed-id"], "ids of any form are looked up"),
    overlooks!("unknown-id-as-ok", ["unknown-id"], "an id that names nothing is answered as if it did"),
    overlooks!("deleted-as-there", ["deleted-resource"], "what was deleted is answered as if it were there"),
    overlooks!("unknown-reference-accepted", ["unknown-reference"], "bodies may name what is not there"),
    overlooks!("duplicate-accepted", ["duplicate"], "values that must be unique are taken twice"),
    overlooks!("in-use-deleted", ["in-use"], "what is in use can be deleted"),
    overlooks!("wrong-state-accepted", ["wrong-state"], "operations are possible in any state"),
    overlooks!("expired-served", ["expired"], "what has expired is served"),
    overlooks!("unfinished-served", ["unfinished"], "the outcome of an unfinished job is served"),
    overlooks!("limit-ignored", ["burst"], "there is no rate limit"),
    overlooks!("method-accepted", ["unsupported-method"], "unsupported methods do nothing and succeed"),
];
