//! Faults of the whole server: answers that have nothing to do with the request.

use super::Fault;
use super::Hook::Instead;

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    Fault { name: "always-500", class: "failure", breaks: "every request fails", hook: Instead(|_| Some(500)) },
    Fault { name: "always-429", class: "failure", breaks: "every request is one too many", hook: Instead(|_| Some(429)) },
    Fault {
        name: "sometimes-500",
        class: "failure",
        breaks: "every seventh request fails",
        hook: Instead(|number| number.is_multiple_of(7).then_some(500)),
    },
    Fault {
        name: "sometimes-refused",
        class: "failure",
        breaks: "every fiftieth request is refused as a conflict for no reason",
        hook: Instead(|number| number.is_multiple_of(50).then_some(409)),
    },
    Fault {
        name: "sometimes-503",
        class: "failure",
        breaks: "every eleventh request is answered as if the server were down",
        hook: Instead(|number| number.is_multiple_of(11).then_some(503)),
    },
];
