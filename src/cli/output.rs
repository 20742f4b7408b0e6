//! What becomes of a command whose output cannot be written: a full disk, or a reader that has gone away.

use std::any::Any;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use super::exit;

/// How the standard library, and what prints for this program, say that a stream cannot be written.
const UNWRITABLE: &str = "failed printing to std";

/// Carries out a command to its exit code. Where its output cannot be written that is said, and the code is that of something to be
/// fixed first: nobody has seen what it had to say.
pub fn to_the_end(command: impl FnOnce() -> u8) -> ExitCode {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |about| {
        if unwritable(about.payload()).is_none() {
            usual(about);
        }
    }));
    match panic::catch_unwind(AssertUnwindSafe(command)) {
        // What has been held back until now may not find its place either.
        Ok(code) if std::io::stdout().flush().is_ok() => ExitCode::from(code),
        Ok(_) => ended("failed printing to stdout"),
        Err(payload) => match unwritable(payload.as_ref()) {
            Some(reason) => ended(&reason),
            None => panic::resume_unwind(payload),
        },
    }
}

fn ended(reason: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: the output cannot be written: {reason}");
    ExitCode::from(exit::UNUSABLE)
}

fn unwritable(payload: &(dyn Any + Send)) -> Option<String> {
    let words = payload.downcast_ref::<String>().cloned().or_else(|| payload.downcast_ref::<&str>().map(|words| (*words).to_owned()));
    words.filter(|words| words.starts_with(UNWRITABLE))
}
