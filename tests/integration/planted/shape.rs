//! A shape: planted data, the routes of a careless server, and what of them the contract documents.

use crate::planted::asked::Call;
use crate::planted::store::{Answer, Store};

/// What a route does. It does whatever a careless server would do: a body that it cannot read is no body to it.
pub type Act = fn(&mut Store, &Call<'_>) -> Answer;

/// A kind of API in which a request that is sent without thinking changes another user's data.
pub struct Shape {
    /// Its name in failures.
    pub name: &'static str,
    /// What is there before the run: places (`/items/1`, `/settings`) and JSON.
    pub planted: &'static [(&'static str, &'static str)],
    /// Path parameters that are no integer with the example 1: name, and JSON Schema with an `example`.
    pub parameters: &'static [(&'static str, &'static str)],
    /// What the server answers.
    pub routes: &'static [Route],
    /// Requests that do harm, as method, path and body: they show that the test can see it.
    pub harmful: &'static [(&'static str, &'static str, &'static str)],
    /// How requests begin that a run is to send all the same, because they name only what it made: nothing is changed by
    /// sending nothing, and nothing shown. Ids that the server gives begin with 5.
    pub reached: &'static [&'static str],
    /// Collections in which something may be left, as long as the report names it: no documented operation removes it.
    pub leftovers: &'static [&'static str],
}

/// One method of one path.
#[derive(Clone, Copy)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path template.
    pub path: &'static str,
    /// What it does.
    pub act: Act,
    /// Whether the contract knows it.
    pub documented: bool,
    /// JSON of the example of the request body; empty for none.
    pub body: &'static str,
    /// Documented statuses of success.
    pub statuses: &'static [u16],
    /// JSON of an answer; empty for none.
    pub answer: &'static str,
    /// JSON of an array with further Parameter Objects; empty for none.
    pub parameters: &'static str,
}

/// A documented route without bodies, answered 204.
pub const fn route(method: &'static str, path: &'static str, act: Act) -> Route {
    Route { method, path, act, documented: true, body: "", statuses: &[204], answer: "", parameters: "" }
}

impl Route {
    /// With a request body; its schema is read off the example.
    pub const fn takes(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    /// With these statuses and an answer like this one.
    pub const fn gives(self, statuses: &'static [u16], answer: &'static str) -> Self {
        Self { statuses, answer, ..self }
    }

    /// With further parameters.
    pub const fn with(self, parameters: &'static str) -> Self {
        Self { parameters, ..self }
    }

    /// The server has it, the contract does not.
    pub const fn undocumented(self) -> Self {
        Self { documented: false, ..self }
    }

    /// The values of the parameters of a path that this route matches.
    pub fn matches<'p>(&self, path: &'p str) -> Option<Vec<(&'static str, &'p str)>> {
        let (template, path): (Vec<&'static str>, Vec<&'p str>) = (self.path.split('/').collect(), path.split('/').collect());
        if template.len() != path.len() {
            return None;
        }
        let mut values = Vec::new();
        for (expected, found) in template.into_iter().zip(path) {
            match expected.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) => values.push((name, found)),
                None if expected == found => {}
                None => return None,
            }
        }
        Some(values)
    }
}
