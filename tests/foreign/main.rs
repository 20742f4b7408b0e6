//! Servers that were not made for the program: what is right about them is not blamed, what is wrong is found, and what is
//! somebody's is left alone.

#[path = "../support/mod.rs"]
mod support;

mod another;
mod answers;
mod collections;
mod conditional;
mod deletions;
mod nested;
mod now_and_then;
mod overloaded;
mod renames;
mod same_id;
mod sent;
mod server;
mod strangers;
