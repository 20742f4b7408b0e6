//! A resource as it was before the run changed it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::ids::ProbeId;
use crate::model::plan::{Probe, RequestTemplate, SlotId};

/// Something that was there before, as it was before the run wrote to it.
#[derive(Debug, Clone)]
pub struct OriginalState {
    /// The request that reads it, filled in.
    pub(super) read: Probe,
    /// What it answered; absent where it was not there, or cannot be read.
    pub(super) before: Option<Value>,
    /// The writes that were accepted, with the bodies that were sent.
    pub(super) writes: Vec<(ProbeId, RequestTemplate)>,
    /// The values that fill the requests.
    pub(super) values: BTreeMap<SlotId, Value>,
}
