//! Knows which operations make, find and remove resources, and which resources are the run's own.

pub(super) mod answer_contents;
pub(super) mod assumptions;
pub(super) mod baseline_lists;
pub(super) mod chosen_keys;
pub(super) mod cleanup;
pub(super) mod created_resources;
pub(super) mod echoed_ids;
pub(super) mod id_sources;
pub(super) mod known;
pub(super) mod lifecycle;
pub(super) mod linkage;
pub(super) mod named_by_request;
pub(super) mod other_lists;
pub(super) mod provenance;
pub(super) mod removal;
pub(super) mod resumed;
pub(super) mod undocumented_ids;
pub(super) mod unmarked_ids;
pub(super) mod unreferenced;
