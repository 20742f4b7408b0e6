//! Faults that overlook a condition: the faulty request is treated as a valid one.

use super::Fault;
use super::Hook::Overlook;
use crate::model::trigger_name::TriggerName;

macro_rules! overlooks {
    ($name:literal, $triggers:expr, $breaks:literal) => {
        Fault { name: $name, class: "overlooked", breaks: $breaks, hook: Overlook(&$triggers) }
    };
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    overlooks!(
        "unauthorized-accepted",
        [TriggerName::NO_CREDENTIALS, TriggerName::WRONG_SECRET, TriggerName::MISSING_HEADER],
        "anybody may do everything"
    ),
    overlooks!("wrong-secret-accepted", [TriggerName::WRONG_SECRET], "any secret is taken"),
    overlooks!("missing-header-accepted", [TriggerName::MISSING_HEADER], "a required header may be left out"),
    overlooks!("forbidden-accepted", [TriggerName::LIMITED_CREDENTIALS], "an account without permission may do everything"),
    overlooks!("other-owner-accepted", [TriggerName::OTHER_OWNER], "what is private is there for every account"),
    overlooks!(
        "media-type-ignored",
        [TriggerName::WRONG_CONTENT_TYPE, TriggerName::MEDIA_TYPE_PARAMETER, TriggerName::MISSING_CONTENT_TYPE],
        "a body of any media type is taken"
    ),
    overlooks!("media-type-parameter-ignored", [TriggerName::MEDIA_TYPE_PARAMETER], "unknown parameters of the media type are taken"),
    overlooks!("malformed-json-accepted", [TriggerName::MALFORMED_JSON], "a body that is no JSON text is taken"),
    overlooks!("missing-data-accepted", [TriggerName::MISSING_DATA], "required members at the top may be left out"),
    overlooks!("missing-attribute-accepted", [TriggerName::MISSING_ATTRIBUTE], "required members further down may be left out"),
    overlooks!("wrong-attribute-type-accepted", [TriggerName::WRONG_ATTRIBUTE_TYPE], "members of another JSON type are taken"),
    overlooks!("bad-enum-accepted", [TriggerName::BAD_ENUM], "values outside an enumeration are taken"),
    overlooks!("bad-value-accepted", [TriggerName::BAD_VALUE], "values that the contract names as bad are taken"),
    overlooks!("over-limit-accepted", [TriggerName::OVER_LIMIT], "values above their limit are taken"),
    overlooks!("wrong-type-accepted", [TriggerName::WRONG_TYPE], "a body of another resource type is taken"),
    overlooks!("id-mismatch-accepted", [TriggerName::ID_MISMATCH], "the id in the body may differ from the one in the path"),
    overlooks!("bad-query-accepted", [TriggerName::BAD_QUERY_PARAMETER], "query parameters may have any value"),
    overlooks!("missing-query-accepted", [TriggerName::MISSING_QUERY_PARAMETER], "required query parameters may be left out"),
    overlooks!("undocumented-parameter-accepted", [TriggerName::UNDOCUMENTED_PARAMETER], "query parameters that must not be sent are taken"),
    overlooks!("malformed-id-accepted", [TriggerName::MALFORMED_ID], "ids of any form are looked up"),
    overlooks!("unknown-id-as-ok", [TriggerName::UNKNOWN_ID], "an id that names nothing is answered as if it did"),
    overlooks!("deleted-as-there", [TriggerName::DELETED_RESOURCE], "what was deleted is answered as if it were there"),
    overlooks!("unknown-reference-accepted", [TriggerName::UNKNOWN_REFERENCE], "bodies may name what is not there"),
    overlooks!("duplicate-accepted", [TriggerName::DUPLICATE], "values that must be unique are taken twice"),
    overlooks!("in-use-deleted", [TriggerName::IN_USE], "what is in use can be deleted"),
    overlooks!("wrong-state-accepted", [TriggerName::WRONG_STATE], "operations are possible in any state"),
    overlooks!("expired-served", [TriggerName::EXPIRED], "what has expired is served"),
    overlooks!("unfinished-served", [TriggerName::UNFINISHED], "the outcome of an unfinished job is served"),
    overlooks!("limit-ignored", [TriggerName::BURST], "there is no rate limit"),
    overlooks!("method-accepted", [TriggerName::UNSUPPORTED_METHOD], "unsupported methods do nothing and succeed"),
];
