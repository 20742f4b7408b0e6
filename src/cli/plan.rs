//! `probity plan`: what a run would send.

use super::args::{PlanArgs, TextOrJson};
use super::exit;
use super::terminal::Terminal;
use crate::model::own_header::OwnHeader;
use crate::model::text::escaped_json;
use crate::plan::show;
use crate::report::{safe_for_terminal, single_line_texts};
use crate::session::plan::{Planned, plan as session};
use crate::session::stop::Stop;

/// Prints the plan; nothing is sent.
pub fn plan(args: &PlanArgs) -> Result<u8, Stop> {
    let Planned { plan: planned, windows, log_ins, commands, headers } = session(&args.into(), &Terminal::default())?;
    match args.format {
        TextOrJson::Text => {
            let planned = single_line_texts(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::print!("{}", show(&planned, &windows));
            anstream::print!("{log_ins}{}{}", own_header_lines(&headers), of_suite(&commands));
        }
        TextOrJson::Json => {
            let text = serde_json::to_string_pretty(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::println!("{}", escaped_json(&text));
        }
    }
    Ok(exit::CONFORMS)
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
