//! Prints a plan as text, so that a user can read it before anything is sent.

use super::planning_options::RESERVE;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::model::contract::RateLimit;
use crate::model::effect::Effect;
use crate::model::plan::{Intent, Plan, Probe, Purpose, Stage};
use crate::model::reason::Code;
use crate::model::text::duration_in_words;

/// Lists every request in order, then the sums: what is made and removed, cells, requests by purpose, what is left out and why,
/// and how long the rate limits make it take.
pub fn show(plan: &Plan, windows: &[RateLimit]) -> String {
    let mut text = String::new();
    let mut due = None;
    for (number, probe) in plan.probes.iter().enumerate() {
        if due != Some(probe.stage_order()) {
            due = Some(probe.stage_order());
            let _ = writeln!(text, "\n{}", heading(plan, probe, windows));
        }
        let _ = writeln!(text, "{}", line(number + 1, probe));
    }
    total_lines(&mut text, plan, windows);
    text
}

fn heading(plan: &Plan, probe: &Probe, windows: &[RateLimit]) -> String {
    let stage = match probe.stage {
        Stage::Find => "Find what exists",
        Stage::Make => "Make",
        Stage::Change => "Change",
        Stage::Refuse => "Write with a fault: to be refused",
        Stage::Read => "Read",
        Stage::Doubt => "Read with a fault: to be refused",
        Stage::Draw => "Send values drawn by chance",
        Stage::Remove => "Remove",
        Stage::Gone => "Ask for what was removed",
        Stage::Cleanup => "Clean up",
        Stage::Sweep => "Change what is not named, the run's own things among it",
        Stage::End => "End the session: it may take the run's own credentials away",
        Stage::Burst if windows.is_empty() => "Reach the rate limit",
        Stage::Burst => "One request more than the rate limit allows, as soon as a window is full",
    };
    let waves = plan.probes.iter().any(|probe| probe.wave > 0);
    let wave = match (waves, probe.wave) {
        (true, 0) => "First window: ",
        (true, 1) => "Then: ",
        _ => "",
    };
    format!("{wave}{stage}")
}

fn line(number: usize, probe: &Probe) -> String {
    let what = probe.fault.as_ref().map_or_else(String::new, |fault| format!("  [{}]", fault.words));
    let purpose = match probe.purpose {
        Purpose::Probe => "",
        Purpose::Fixture => "  (fixture)",
        Purpose::Cleanup => "  (clean-up)",
    };
    let allowed: Vec<String> = probe.allowed.iter().map(ToString::to_string).collect();
    let made: Vec<&str> = probe.captures.iter().map(|capture| &*capture.slot).collect();
    let verb = if probe.effect == Effect::Nothing { "finds" } else { "makes" };
    let made = if made.is_empty() { String::new() } else { format!("  {verb} {}", made.join(", ")) };
    let gone = if probe.consumes.is_empty() || probe.fault.is_some() { String::new() } else { format!("  removes {}", probe.consumes.join(", ")) };
    format!(
        "{number:5}  {:6} {}  {} -> {}{what}{made}{gone}{purpose}",
        probe.request.method.to_string(),
        probe.request.path,
        probe.operation,
        allowed.join("|")
    )
}

/// What the run makes, by kind, and what of it nothing removes.
fn resource_lines(text: &mut String, plan: &Plan) {
    let mut made: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (id, slot) in plan.slots.iter().filter(|(_, slot)| slot.maker().is_some()) {
        let gone = plan.probes.iter().any(|probe| probe.fault.is_none() && probe.consumes.contains(id));
        let (all, left) = made.entry(&slot.kind).or_default();
        *all += 1;
        *left += u64::from(!gone);
    }
    let words = |wanted: fn(&(u64, u64)) -> u64| {
        let kinds = made.iter().filter(|(_, counts)| wanted(counts) > 0).map(|(kind, counts)| format!("{} {kind}", wanted(counts)));
        kinds.collect::<Vec<_>>().join(", ")
    };
    if !made.is_empty() {
        let _ = writeln!(text, "\nIt makes {}.", words(|(all, _)| *all));
        let left = words(|(_, left)| *left);
        let left = if left.is_empty() {
            "A request is planned to remove each of them.".to_owned()
        } else {
            format!("Not removed, for want of an operation or because it expires by itself: {left}. The rest is.")
        };
        let _ = writeln!(text, "{left}");
    }
}

fn total_lines(text: &mut String, plan: &Plan, windows: &[RateLimit]) {
    resource_lines(text, plan);
    let requests = |purpose: Purpose| plan.probes.iter().filter(|probe| probe.purpose == purpose).count() as u64;
    let (probes, fixtures, cleanup) = (requests(Purpose::Probe), requests(Purpose::Fixture), requests(Purpose::Cleanup));
    let all = probes + fixtures + cleanup;
    let count = |wanted: fn(&Intent) -> bool| plan.cells.iter().filter(|cell| wanted(&cell.intent)).count();
    let aimed = count(|intent| matches!(intent, Intent::Probes(_)));
    let watched = count(|intent| matches!(intent, Intent::Watched));
    let _ = writeln!(text, "\n{} cells: {aimed} to be proved, {watched} watched{}", plan.cells.len(), not_selected(plan));
    let _ = writeln!(text, "{all} requests at least: {probes} probes, {fixtures} fixtures, {cleanup} clean-up");
    if !windows.is_empty() {
        let _ = writeln!(text, "up to {} requests more, to try in another way what is refused", all.div_ceil(RESERVE));
    }
    for window in windows {
        let filled = all.div_ceil(u64::from(window.requests).max(1));
        let wait = filled.saturating_sub(1) * u64::from(window.seconds);
        let _ = writeln!(
            text,
            "{} requests in {} s: {filled} {}, at least {}",
            window.requests,
            window.seconds,
            if filled == 1 { "window" } else { "windows" },
            duration_in_words(wait)
        );
    }
    if aimed > 0 {
        let hundredths = all * 100 / aimed as u64;
        let _ = writeln!(text, "{}.{:02} requests for each cell to be proved", hundredths / 100, hundredths % 100);
    }
    effects(text, plan);
    let mut reasons: Vec<(String, usize)> = Vec::new();
    let mut closed: BTreeMap<Effect, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for cell in &plan.cells {
        let reason = match &cell.intent {
            Intent::Skipped(reason) if let Code::NotAllowed(effect) = reason.code() => {
                let (cells, operations) = closed.entry(effect).or_default();
                *cells += 1;
                operations.insert(&cell.operation);
                continue;
            }
            Intent::Unreachable(reason) => format!("unreached: {reason}"),
            Intent::Skipped(reason) => format!("skipped: {reason}"),
            Intent::Postponed(reason) => format!("left to a later run: {reason}"),
            Intent::Probes(_) | Intent::Watched => continue,
        };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    for (effect, (cells, operations)) in closed {
        let (they_do, flag) = (effect.they_do(), effect.flag());
        let _ = writeln!(text, "{cells} cells of {} operations skipped: they {they_do}; {flag} allows it", operations.len());
    }
    for (reason, count) in reasons {
        let _ = writeln!(text, "{count} cells {reason}");
    }
}

/// How many cells of the contract the selection leaves out, where it leaves out any.
fn not_selected(plan: &Plan) -> String {
    if plan.not_selected == 0 { String::new() } else { format!("; {} others of the contract not selected", plan.not_selected) }
}

/// What the requests would change if each were accepted, and what is made that nothing removes.
fn effects(text: &mut String, plan: &Plan) {
    let mut counts: BTreeMap<Effect, usize> = BTreeMap::new();
    for probe in &plan.probes {
        *counts.entry(probe.effect).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(effect, count)| format!("{count} {}", effect.as_str())).collect();
    let _ = writeln!(text, "By what they would change if accepted: {}", counts.join(", "));
    let left = plan.probes.iter().filter(|probe| probe.effect == Effect::Leftovers && probe.fault.is_none());
    let left: BTreeSet<&str> = left.map(|probe| probe.operation.as_str()).collect();
    if !left.is_empty() {
        let _ = writeln!(text, "What these make no operation removes, so it is left and named: {}", left.into_iter().collect::<Vec<_>>().join(", "));
    }
}

/// How long the rate limits make so many requests take, in seconds.
pub fn wait_of(requests: u64, windows: &[RateLimit]) -> u64 {
    let waits = windows.iter().map(|window| (requests.div_ceil(u64::from(window.requests).max(1))).saturating_sub(1) * u64::from(window.seconds));
    waits.max().unwrap_or_default()
}
