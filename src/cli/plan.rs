//! `probity plan`: what a run would send.

use serde::Serialize;

use super::args::{PlanArgs, TextOrJson};
use super::exit;
use super::terminal::Terminal;
use crate::model::own_header::OwnHeader;
use crate::model::plan::Plan;
use crate::model::text::escaped_json;
use crate::plan::show;
use crate::report::{safe_for_terminal, single_line_texts};
use crate::session::plan::{Planned, plan as session};
use crate::session::planned_log_ins::PlannedLogIn;
use crate::session::stop::Stop;
use crate::session::suite_allowance::Allowed;

/// Prints the plan; nothing is sent.
pub fn plan(args: &PlanArgs) -> Result<u8, Stop> {
    let Planned { plan: planned, windows, allowed, log_ins, commands, headers } = session(&args.into(), &Terminal::default())?;
    match args.format {
        TextOrJson::Text => {
            let planned = single_line_texts(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::print!("{}", show(&planned, &windows));
            anstream::println!("{}", safe_for_terminal(&allowed.sentence()));
            anstream::print!("{}{}{}", to_log_in(&log_ins), own_header_lines(&headers), of_suite(&commands));
        }
        TextOrJson::Json => {
            let whole = WholePlan { plan: &planned, allowed: &allowed, log_ins: &log_ins, commands: planned_commands(&commands) };
            let text = serde_json::to_string_pretty(&whole).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::println!("{}", escaped_json(&text));
        }
    }
    Ok(exit::CONFORMS)
}

/// A plan for programs: its requests, those beside them that only obtain credentials, and the commands of the suite.
#[derive(Serialize)]
struct WholePlan<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    allowed: &'a Allowed,
    #[serde(skip_serializing_if = "<[PlannedLogIn]>::is_empty")]
    log_ins: &'a [PlannedLogIn],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commands: Vec<PlannedCommand<'a>>,
}

/// A command of the suite that a run would run, or why it would not.
#[derive(Serialize)]
struct PlannedCommand<'a> {
    place: &'a str,
    command: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<&'a str>,
}

fn planned_commands(commands: &[(String, String, Option<String>)]) -> Vec<PlannedCommand<'_>> {
    commands.iter().map(|(place, command, off)| PlannedCommand { place, command, off: off.as_deref() }).collect()
}

/// The requests that only obtain credentials, a line each, and how many they are.
fn to_log_in(log_ins: &[PlannedLogIn]) -> String {
    let line = |one: &PlannedLogIn| {
        let PlannedLogIn { account, scheme, method, url, .. } = one;
        format!("Log-in for {scheme} of the {account} account, beside these requests, when it is needed and whenever it ends: {method} {url}\n")
    };
    let all: u64 = log_ins.iter().map(|one| one.requests_at_least).sum();
    let sum =
        if all == 0 { String::new() } else { format!("{all} requests at least to log in, beside those above; they count against the budget\n") };
    log_ins.iter().map(line).collect::<String>() + &sum
}

/// The commands of the suite, which a plan does not run.
fn of_suite(commands: &[(String, String, Option<String>)]) -> String {
    let line = |(place, words, off): &(String, String, Option<String>)| {
        let words =
            off.as_ref().map_or_else(|| format!("Command of the suite, not run for a plan, {place}: {words}"), |off| format!("{words}: {off}"));
        safe_for_terminal(&words.replace('\n', " ")) + "\n"
    };
    commands.iter().map(line).collect()
}

/// The header fields of the user's own, as they are written.
fn own_header_lines(headers: &[OwnHeader]) -> String {
    let whither = |header: &OwnHeader| if header.only.is_empty() { "all requests".to_owned() } else { header.only.join(", ") };
    let line = |header: &OwnHeader| format!("Header of your own, on {}: {}: {}", whither(header), header.name, header.value);
    headers.iter().fold(String::new(), |text, header| text + &line(header) + "\n")
}
