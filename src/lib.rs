//! Probity proves, from the outside, that an HTTP API answers every status its contract documents.
//!
//! ```text
//! OpenAPI document ─► contract ─► plan ─► execute ─► judge ─► report
//!                                            │
//!                                    a server, or mock
//! ```
//!
//! | room | what it does |
//! |---|---|
//! | [`model`] | plain data that every room speaks in |
//! | [`contract`] | reads an OpenAPI document as text and makes a contract of it |
//! | [`plan`] | chooses the requests that prove each cell, and their order |
//! | [`execute`] | sends a plan within its permissions, limits and budget, and keeps a journal |
//! | [`judge`] | holds each answer against the contract and gives each cell its verdict |
//! | [`report`] | writes the report in each format |
//! | [`mock`] | a server that behaves as a contract says, with faults on demand |
//! | [`session`] | what each command does, by plain options: opens contracts, runs, repeats, cleans up |
//! | [`cli`] | the command line: words, help, progress, exit codes |
//!
//! A room uses only rooms below it; `tests/house/layers.rs` holds that.
//!
//! Another program calls what the commands call, by plain options whose defaults are those of the command line:
//! [`session::plan()`], [`session::run()`], [`session::judge()`], [`session::replay()`], [`session::diff()`] and
//! [`session::clean_up()`].
//!
//! ```no_run
//! use probity::session::{observer::{Conclusion, SilentObserver}, options::RunOptions, run};
//!
//! // The bundled contract against its own mock; the reports go to `reports`.
//! let conclusion = run(&RunOptions::default(), &SilentObserver)?;
//! assert_eq!(conclusion, Conclusion::Conforms);
//! # Ok::<(), probity::session::stop::Stop>(())
//! ```

pub mod cli;
pub mod contract;
pub mod execute;
pub mod judge;
pub mod mock;
pub mod model;
pub mod plan;
pub mod report;
pub mod session;
