//! Do no harm: careless servers hold the same data after every run, and nothing that the run made.
//!
//! A server here is careless: a body that it cannot read is no body to it, a Content-Type that it does not know neither, ids
//! that are missing mean everything, credentials are not looked at, and a method in a header is obeyed. Everything that was
//! there before is *planted*: each request is held against it, so that a failure names the shape of the API, the request that
//! did harm, and what became of what.
//!
//! To add a shape:
//!
//! 1. Write one entry in the table of a file below `shapes/`: its name; what is planted (place and JSON); its routes, which
//!    are both the contract (but for those that are `undocumented`) and the server; requests that would do harm, which show
//!    that the test sees it; requests that a run is to send all the same; the collections in which something may stay because nothing removes it, as long as the report
//!    names it. A path parameter is an integer with the example 1 unless `parameters` says otherwise.
//! 2. What a route does is a function of `acts.rs`, or one below the table. It does what a careless server would do.
//! 3. Paths and places must differ from those of other shapes: all of them stand in one document for some modes.
//!
//! That is all: `modes.rs` runs every shape in every mode.

mod acts;
mod again;
mod asked;
mod cut_off;
mod document;
mod modes;
mod server;
mod shape;
mod shapes;
mod site;
mod store;
mod table;
mod world;
