//! Servers that were not made for the program: no false accusation, no missed fault, no harm to other data.

mod cleaned;
mod conditional;
mod named;
mod nested;
mod now_and_then;
mod overloaded;
mod replayed;
mod same_id;
mod sent;
mod server;
mod standard;
mod xml;
