//! Prints the two tables of the self-test.

use std::fmt::Write;

use super::single_operation::SingleOperationResult;
use super::trial::TrialResult;

/// What became of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultOutcome {
    /// The run breaks, everywhere and alone.
    Caught,
    /// The run names no violation and ends without a verdict (exit code 3), everywhere and alone: it can never be taken for a
    /// proof.
    Refused,
    /// The run ends well, and cells are left without a proof.
    Unproved,
    /// The run warns: what is broken is no more than a recommendation.
    Warned,
    /// The run is as good as without the fault, everywhere or alone.
    Survived,
    /// The suite says why it breaks no promise.
    Inapplicable,
    /// The suite says that it breaks no promise, and it was caught.
    Misnamed,
}

impl FaultOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::Refused => "refused",
            Self::Unproved => "unproved",
            Self::Warned => "warned",
            Self::Survived => "SURVIVED",
            Self::Inapplicable => "inapplicable",
            Self::Misnamed => "MISNAMED",
        }
    }
}

/// One fault.
#[derive(Debug)]
pub(super) struct FaultRow {
    pub name: &'static str,
    pub outcome: FaultOutcome,
    /// Names of the checks that caught it.
    pub checks: String,
    pub violated: usize,
    pub unproved: usize,
    /// On how many of the operations on which it took hold cells are violated; unknown where it only changes the state.
    pub reach: Option<(usize, usize)>,
    /// The operation that it was put on alone, and what became of it there.
    pub alone: Option<(String, SingleOperationResult)>,
    pub note: String,
}

/// One variant.
#[derive(Debug)]
pub(super) struct VariantRow {
    pub name: &'static str,
    pub checks: String,
    pub warnings: String,
    pub violated: usize,
    pub unproved: usize,
    /// Cells that cannot be proved on this server by nature: it gave another answer that the contract allows as well.
    pub otherwise: usize,
    /// Whether cells stay open because the server lacks what they need.
    pub lacks: bool,
    pub note: String,
}

impl VariantRow {
    /// The mock as it usually is.
    pub(super) fn without_faults(shown: &TrialResult) -> Self {
        Self {
            name: "(none)",
            checks: super::list(&shown.checks),
            warnings: super::list(&shown.warnings),
            violated: shown.violated,
            unproved: shown.blocked.len() + shown.unreached.len(),
            otherwise: shown.otherwise.len(),
            lacks: false,
            note: "the mock as it usually is".to_owned(),
        }
    }

    /// Whether something was found, a warning included: a legal difference gives no reason for one.
    pub(super) fn is_accused(&self) -> bool {
        // Where much cannot be asked, too little is asked to meet the rate limit.
        let warned = if self.lacks { self.warnings != "rate-limit" } else { true };
        self.violated > 0 || !self.checks.is_empty() || (!self.warnings.is_empty() && warned)
    }

    /// Whether cells are open that could be proved.
    pub(super) fn is_open(&self) -> bool {
        self.unproved > 0 && !self.lacks
    }

    fn describe(&self) -> String {
        match (self.is_accused(), self.unproved) {
            (true, _) => {
                let names: Vec<&str> = [self.checks.as_str(), self.warnings.as_str()].into_iter().filter(|names| !names.is_empty()).collect();
                format!("ACCUSED by {}", names.join(", "))
            }
            (false, 0) if self.otherwise == 0 => "nothing found".to_owned(),
            (false, 0) => format!("{} cells otherwise", self.otherwise),
            (false, cells) if self.lacks => format!("{cells} cells lacking"),
            (false, cells) => format!("{cells} cells unproved"),
        }
    }
}

/// Both tables with their sums; a table without rows is left out.
pub(super) fn show(rows: &[FaultRow], variants: &[VariantRow], seed: u64) -> String {
    let mut text = String::new();
    if !rows.is_empty() {
        faults(&mut text, rows, seed);
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "Variants of the mock, each within the contract; none may raise a finding. Cells are \"otherwise\" where the variant gives\nanother answer, each time one that the contract allows as well: on such a server there is nothing to prove. They are\n\"lacking\" where it has not what they need.\n"
    );
    for row in variants {
        let _ = writeln!(text, "{:27} {:24} {}", row.name, row.describe(), row.note);
    }
    let accused = variants.iter().filter(|row| row.is_accused()).count();
    let open = variants.iter().filter(|row| !row.is_accused() && row.is_open()).count();
    let _ = writeln!(
        text,
        "\n{} variants: {accused} accused, {open} with cells unproved.",
        variants.iter().filter(|row| !row.name.starts_with('(')).count()
    );
    text
}

fn faults(text: &mut String, rows: &[FaultRow], seed: u64) {
    let _ = writeln!(text, "Faults of the mock, everywhere and on one operation alone (seed {seed}).\n");
    let _ = writeln!(text, "{:32} {:12} {:>8} {:>8} {:>9}  caught by; also on this operation alone", "fault", "", "violated", "unproved", "reach");
    for row in rows {
        let alone = match &row.alone {
            Some((operation, SingleOperationResult::Caught)) => format!("; {operation}"),
            Some((operation, SingleOperationResult::Refused)) => format!("; refused on {operation}"),
            Some((operation, SingleOperationResult::Survived)) => format!("; NOT on {operation}"),
            None => String::new(),
        };
        let note = if row.note.is_empty() { String::new() } else { format!(" ({})", row.note) };
        let _ = writeln!(
            text,
            "{:32} {:12} {:>8} {:>8} {:>9}  {}{alone}{note}",
            row.name,
            row.outcome.as_str(),
            row.violated,
            row.unproved,
            row.reach.map_or_else(String::new, |(seen, taken)| format!("{seen}/{taken}")),
            if row.checks.is_empty() { "-" } else { &row.checks }
        );
    }
    let of = |outcome: FaultOutcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let _ = writeln!(
        text,
        "\n{} faults: {} caught, {} refused, {} warned of, {} survived, {} without a verdict, {} inapplicable{}.",
        rows.len(),
        of(FaultOutcome::Caught),
        of(FaultOutcome::Refused),
        of(FaultOutcome::Warned),
        of(FaultOutcome::Survived),
        of(FaultOutcome::Unproved),
        of(FaultOutcome::Inapplicable),
        match of(FaultOutcome::Misnamed) {
            0 => String::new(),
            count => format!(", {count} said to be inapplicable and caught"),
        }
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(outcome: FaultOutcome) -> FaultRow {
        let alone = Some((
            "things.get".to_owned(),
            if outcome == FaultOutcome::Caught { SingleOperationResult::Caught } else { SingleOperationResult::Survived },
        ));
        FaultRow {
            name: "always-500",
            outcome,
            checks: "status".to_owned(),
            violated: 2,
            unproved: 1,
            reach: Some((2, 3)),
            alone,
            note: String::new(),
        }
    }

    #[test]
    fn survivors_stand_out_and_are_counted() {
        let text = show(&[row(FaultOutcome::Caught), row(FaultOutcome::Survived)], &[], 7);
        assert!(text.contains("SURVIVED") && text.contains("; NOT on things.get") && text.contains("(seed 7)"), "{text}");
        assert!(text.contains("2 faults: 1 caught, 0 refused, 0 warned of, 1 survived, 0 without a verdict, 0 inapplicable."), "{text}");
    }

    #[test]
    fn a_warning_accuses_a_variant() {
        let quiet = VariantRow {
            name: "x",
            checks: String::new(),
            warnings: String::new(),
            violated: 0,
            unproved: 0,
            otherwise: 0,
            lacks: false,
            note: String::new(),
        };
        assert!(!quiet.is_accused());
        let loud = VariantRow { warnings: "media-type".to_owned(), ..quiet };
        assert!(loud.is_accused() && loud.describe() == "ACCUSED by media-type");
    }
}
