//! Exit codes: they are part of the interface and do not change.

use crate::session::observer::Conclusion;

/// Everything that was asked conforms.
pub const CONFORMS: u8 = 0;
/// Violations, or accepted deviations that are not there any more.
pub const VIOLATES: u8 = 1;
/// The user must fix something: arguments, suite, contract, credentials.
pub const UNUSABLE: u8 = 2;
/// No verdict: the target did not answer, cells are blocked, nothing was proved, the budget was spent, the run was interrupted.
pub const INCONCLUSIVE: u8 = 3;
/// Nothing was selected.
pub const NOTHING: u8 = 4;

/// The code of a command that came to its end.
pub fn code(conclusion: Conclusion) -> u8 {
    match conclusion {
        Conclusion::Conforms => CONFORMS,
        Conclusion::Violates => VIOLATES,
        Conclusion::Inconclusive => INCONCLUSIVE,
    }
}

/// For `--help`.
pub const HELP: &str = "Exit codes:
  0  everything that was asked conforms
  1  violations (with --strict, warnings too)
  2  something must be fixed first: arguments, suite, contract, credentials
  3  no verdict: target unreachable, cells blocked, nothing proved, budget spent, interrupted
  4  nothing was selected";
