//! `probity diff`: prints what changed from one report to another.

use super::args::DiffArgs;
use super::{Stop, exit};
use crate::report::ChangeMeaning;
use crate::session::diff::diff as session;

/// Prints every change. The exit code tells of them where that was asked for.
pub fn diff(args: &DiffArgs) -> Result<u8, Stop> {
    let found = session(&args.old, &args.new)?;
    for one in &found.changes {
        let mark = match one.change {
            ChangeMeaning::Worse => "!",
            ChangeMeaning::Lost => "-",
            ChangeMeaning::Plain => " ",
        };
        anstream::println!("{mark} {}", one.words);
    }
    let (worse, lost) = (found.count(ChangeMeaning::Worse), found.count(ChangeMeaning::Lost));
    anstream::println!("{} changes: {worse} for the worse (!), {lost} not shown any more (-).", found.changes.len());
    Ok(if args.fail { exit::code(found.conclusion()) } else { exit::CONFORMS })
}
