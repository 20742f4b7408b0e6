//! Faults, each seen in an answer.
