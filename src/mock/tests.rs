//! The mock, asked.
