//! Makes the ids of probes and slots and takes them apart; no other file knows how they are written.
//!
//! | id                          | what it names                                             |
//! |-----------------------------|-----------------------------------------------------------|
//! | `books#2`                   | a slot: the second value of this kind                     |
//! | `books#p/7`                 | a slot: what an answer to the probe `p` has shown besides |
//! | `books#1~x`                 | a slot or a probe: one more of what stands before `~`     |
//! | `books#look~look:p:3`       | a slot: the third id that a look by `p` has found         |
//! | `books.get::200::success#2` | a probe: the second with this name                        |

use std::borrow::Borrow;
use std::fmt::{Display, Formatter, Result};
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::contract::WHOLE_SERVER;

/// Identifies a value that one probe yields and others use, for example `books#1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlotId(String);

impl SlotId {
    /// One of several of the same kind.
    pub fn numbered(kind: &str, number: impl Display) -> Self {
        Self(numbered(kind, number))
    }

    /// What is known from before, by its id on the server.
    pub fn given(kind: &str, id: &str) -> Self {
        Self(format!("{kind}={id}"))
    }

    /// Between which ids those of a kind stand in their order: the numbered ones, and those that are known from before.
    pub fn ranges(kind: &str) -> [std::ops::Range<Self>; 2] {
        ["#$", "=>"].map(|signs| {
            let (from, to) = signs.split_at(1);
            Self(format!("{kind}{from}"))..Self(format!("{kind}{to}"))
        })
    }

    /// The slot that a plan has for what this one stands for.
    #[must_use]
    pub fn plan_id(&self) -> Self {
        Self(plan_id(self).to_owned())
    }

    /// One more of what an id of a plan stands for.
    #[must_use]
    pub fn another(&self, which: impl Display) -> Self {
        Self(another(self, which))
    }

    /// What a slot named before it was filled again.
    #[must_use]
    pub fn before_refill(&self, which: impl Display) -> Self {
        Self(format!("{self}~former~{which}"))
    }

    /// What a list showed although no request of this run made it.
    #[must_use]
    pub fn found_in_list(&self, key: impl Display) -> Self {
        Self(format!("{self}~found-{key}"))
    }

    /// The slot of an id that a look by a probe has found.
    pub fn found_by_lookup(kind: &str, probe: &str, number: impl Display) -> Self {
        Self(format!("{kind}#look{LOOK}{probe}:{number}"))
    }

    /// The slot of what an answer to a probe has shown besides.
    pub fn shown_in_answer(kind: &str, probe: &str, id: &str) -> Self {
        Self(format!("{kind}#{probe}/{id}"))
    }
}

/// Identifies a probe in plan, outcomes and report: `operation::status::trigger`, with `#n` for what is sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(inline))]
#[serde(transparent)]
pub struct ProbeId(String);

impl ProbeId {
    /// A probe of an operation by the status that it is aimed at, or by what it does, and by its trigger, or which one it is.
    pub fn for_cell(operation: &str, status: impl Display, trigger: impl Display) -> Self {
        Self(format!("{operation}::{status}::{trigger}"))
    }

    /// A probe of an operation that is aimed at no status, by what it does.
    pub fn for_action(operation: &str, what: impl Display) -> Self {
        Self(format!("{operation}::{what}"))
    }

    /// The id of a probe as a plan, a journal or a user has written it.
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// One of several with the same name.
    #[must_use]
    pub fn numbered(&self, number: impl Display) -> Self {
        Self(numbered(self, number))
    }

    /// One more of what this one stands for.
    #[must_use]
    pub fn another(&self, which: impl Display) -> Self {
        Self(another(self, which))
    }

    /// The probe that makes a resource again for another one.
    #[must_use]
    pub fn recreation(&self, time: impl Display, user: &Self) -> Self {
        Self(format!("{self}#again{time}:{user}"))
    }

    /// Whether a probe makes a resource again for this other one.
    pub fn is_made_again_for(&self, user: &Self) -> bool {
        self.strip_suffix(&user.0).and_then(|front| front.strip_suffix(':')).is_some_and(|front| front.contains("#again"))
    }

    /// The operation that it is named after.
    pub fn operation(&self) -> &str {
        self.split("::").next().unwrap_or_default()
    }

    /// Whether it is named after an operation.
    pub fn is_named_after(&self, operation: &str) -> bool {
        self.strip_prefix(operation).is_some_and(|rest| rest.starts_with("::"))
    }

    /// Whether it proves something about the server as a whole, and not about the operation that it asks.
    pub fn is_about_whole_server(&self) -> bool {
        self.is_named_after(WHOLE_SERVER)
    }
}

/// What both kinds of ids are as text.
macro_rules! text_of_id {
    ($id:ident) => {
        impl $id {
            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $id {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $id {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $id {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl Borrow<str> for $id {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Display for $id {
            fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
                formatter.pad(&self.0)
            }
        }
    };
}

text_of_id!(SlotId);
text_of_id!(ProbeId);

/// What begins the second half of the id of a slot that a look has filled.
const LOOK: &str = "~look:";

/// The id that a plan has for what this id stands for: all of it before `~`.
pub fn plan_id(id: &str) -> &str {
    id.split('~').next().unwrap_or(id)
}

/// The kind of resource that a slot is of.
pub fn kind_of(slot: &str) -> &str {
    slot.split('#').next().unwrap_or(slot)
}

/// Which one of its kind a slot of the plan is.
pub fn number_of(slot: &str) -> Option<usize> {
    slot.rsplit('#').next().and_then(|number| number.parse().ok())
}

/// Whether a look has filled the slot, and no answer that the run asked for.
pub fn is_looked_for(slot: &str) -> bool {
    slot.contains(LOOK)
}

/// A cell: an operation and one of its statuses.
pub fn cell(operation: &str, status: impl Display) -> String {
    format!("{operation}::{status}")
}

/// One of several with the same name, or of the same kind.
pub fn numbered(name: &str, number: impl Display) -> String {
    format!("{name}#{number}")
}

/// One more of what an id of a plan stands for.
pub fn another(id: &str, which: impl Display) -> String {
    format!("{id}~{which}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_named_after_its_operation_or_the_whole_server() {
        let (own, whole) = (ProbeId::for_cell("books.get", 404, "unknown-id"), ProbeId::for_cell(WHOLE_SERVER, 429, "burst"));
        assert_eq!((own.as_str(), whole.as_str()), ("books.get::404::unknown-id", "*::429::burst"));
        assert!(whole.is_about_whole_server() && !own.is_about_whole_server() && !ProbeId::from_text("*s::200::success").is_about_whole_server());
        assert!(own.is_named_after("books.get") && ProbeId::for_action("books.get", "list").is_named_after("books.get"));
        assert_eq!((own.operation(), ProbeId::for_action("books.get", "list").operation()), ("books.get", "books.get"));
        assert!(!own.is_named_after("books") && !own.is_named_after("books.get::404::unknown-id"));
    }

    #[test]
    fn what_is_made_here_is_taken_apart_here() {
        let slot = SlotId::numbered("books", 12);
        assert_eq!((&*slot, kind_of(&slot), number_of(&slot)), ("books#12", "books", Some(12)));
        for other in [slot.another("p~1"), slot.before_refill(1), slot.found_in_list("7"), slot.another(format_args!("{}:{}", 1, "p"))] {
            assert_eq!((other.plan_id(), kind_of(&other)), (slot.clone(), "books"), "{other}");
            assert!(!is_looked_for(&other) && other != slot);
        }
        let look = SlotId::found_by_lookup("books", "books.list::200::success", 3);
        assert_eq!((&*look, kind_of(&look), is_looked_for(&look)), ("books#look~look:books.list::200::success:3", "books", true));
        let shown = SlotId::shown_in_answer("books", "p", "7");
        assert_eq!((&*shown, kind_of(&shown), number_of(&shown)), ("books#p/7", "books", None));
        let (p, q) = (ProbeId::from_text("p"), ProbeId::from_text("q"));
        assert_eq!((plan_id(&slot), p.recreation(2, &q).as_str()), (&*slot, "p#again2:q"));
        assert_eq!((p.numbered(2).as_str(), p.another("x").as_str()), ("p#2", "p~x"));
        assert_eq!(serde_json::to_value(&p).unwrap(), serde_json::json!("p"));
        assert_eq!(&*SlotId::given("books", "7"), "books=7");
        let is_of = |kind: &str, slot: &SlotId| SlotId::ranges(kind).iter().any(|range| range.contains(slot));
        for slot in [&slot, &look, &shown, &SlotId::given("books", "7"), &slot.before_refill(1)] {
            assert!(is_of("books", slot) && !is_of("book", slot) && !is_of("books/pages", slot), "{slot}");
        }
        assert_eq!(serde_json::to_value(&slot).unwrap(), serde_json::json!("books#12"));
        assert_eq!(serde_json::from_value::<SlotId>(serde_json::json!("books#12")).unwrap(), slot);
        assert!(p.recreation(2, &q).is_made_again_for(&q) && !p.recreation(2, &q).is_made_again_for(&p));
    }
}
