//! Symbols and colours of verdicts.

use anstyle::{AnsiColor, Style};

use crate::model::text::is_invisible;
use crate::model::verdict::{Severity, Verdict};

/// The one character that stands for a verdict.
pub(super) fn symbol(verdict: Verdict) -> char {
    match verdict {
        Verdict::Conforms => '✓',
        Verdict::Violates => '✗',
        Verdict::Blocked => '!',
        Verdict::Inconclusive => '?',
        Verdict::Unreached => '○',
        Verdict::Skipped => '–',
        Verdict::Waived => '~',
        Verdict::StaleWaiver => '≁',
        Verdict::Held => '·',
    }
}

/// The style of a verdict.
pub(super) fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Conforms => AnsiColor::Green.on_default(),
        Verdict::Violates | Verdict::StaleWaiver => AnsiColor::Red.on_default().bold(),
        Verdict::Blocked => AnsiColor::Red.on_default(),
        Verdict::Inconclusive => AnsiColor::Yellow.on_default(),
        Verdict::Waived => AnsiColor::Cyan.on_default(),
        Verdict::Unreached | Verdict::Skipped | Verdict::Held => Style::new().dimmed(),
    }
}

/// The style of a severity.
pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Must => AnsiColor::Red.on_default().bold(),
        Severity::Should => AnsiColor::Yellow.on_default().bold(),
    }
}

/// The style of headings.
pub(super) const HEADING: Style = Style::new().bold();

/// The style of what is there to look things up.
pub(super) const FAINT: Style = Style::new().dimmed();

/// Text in a style, or as it is.
pub(super) fn styled(text: &str, style: Style, colour: bool) -> String {
    if colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Text of a server on lines of its own, as a terminal may be given it: what would move the cursor, turn the direction of
/// writing, or be unseen, is seen to be there.
pub fn safe_for_terminal(text: &str) -> String {
    let plain = |letter: char| matches!(letter, '\n' | '\t') || !is_invisible(letter);
    text.chars().map(|letter| if plain(letter) { letter } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_verdict_has_a_symbol_of_its_own() {
        let symbols: BTreeSet<char> = Verdict::ALL.into_iter().map(symbol).collect();
        assert_eq!(symbols.len(), Verdict::ALL.len());
    }

    #[test]
    fn what_a_terminal_would_obey_is_left_out() {
        assert_eq!(safe_for_terminal("a\u{1b}[2Jb\u{9b}1mc\u{7}\r\u{202e}d\u{2066}"), "a\u{fffd}[2Jb\u{fffd}1mc\u{fffd}\u{fffd}\u{fffd}d\u{fffd}");
        assert_eq!(safe_for_terminal("tab\tline\nä 漢 ‘quoted’"), "tab\tline\nä 漢 ‘quoted’");
    }

    #[test]
    fn without_colour_text_stays_as_it_is() {
        assert_eq!(styled("x", HEADING, false), "x");
        assert_eq!(styled("x", HEADING, true), "\u{1b}[1mx\u{1b}[0m");
    }
}
