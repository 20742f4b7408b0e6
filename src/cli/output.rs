//! Handles output that cannot be written: a full disk, or a pipe that was closed.

use std::any::Any;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use super::exit;

/// How the standard library, and what prints for this program, say that a stream cannot be written.
const UNWRITABLE: &str = "failed printing to std";

/// Carries out a command to its exit code. Where its output cannot be written that is said, and the code is that of something to be
/// fixed first: what it had to say was not seen.
pub fn to_the_end(command: impl FnOnce() -> u8, output: &mut impl Write) -> ExitCode {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |about| {
        if unwritable(about.payload()).is_none() {
            usual(about);
        }
    }));
    match panic::catch_unwind(AssertUnwindSafe(command)) {
        // What has been held back until now may not find its place either.
        Ok(code) if output.flush().is_ok() => ExitCode::from(code),
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

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// A stream that takes everything, and cannot hand on what it holds back.
    struct Full;

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn what_is_held_back_to_the_end_and_finds_no_place_is_said_as_well() {
        let code = |code| format!("{:?}", ExitCode::from(code));
        assert_eq!(format!("{:?}", to_the_end(|| exit::CONFORMS, &mut Full)), code(exit::UNUSABLE));
        assert_eq!(format!("{:?}", to_the_end(|| exit::VIOLATES, &mut Vec::new())), code(exit::VIOLATES));
    }
}
