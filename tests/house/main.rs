//! The rules of the house, read off the source text: layers, sizes, words, habits.

mod circles;
mod command_line;
mod compiled;
mod dependencies;
mod first_lines;
mod habits;
mod id_texts;
mod layers;
mod names;
mod pages;
mod reasons;
mod shared_names;
mod sizes;
mod source;
mod verdicts;
mod words;
