//! `probity plan`: what a run would send.

use super::args::{PlanArgs, TextOrJson};
use super::exit;
use super::terminal::Terminal;
use crate::model::own_header::OwnHeader;
use crate::model::text::escaped_json;
use crate::plan::show;
use crate::report::single_line_texts;
use crate::session::plan::{Planned, plan as session};
use crate::session::stop::Stop;

/// Prints the plan; nothing is sent.
pub fn plan(args: &PlanArgs) -> Result<u8, Stop> {
    let Planned { plan: planned, windows, log_ins, headers } = session(&args.into(), &Terminal::default())?;
    match args.format {
        TextOrJson::Text => {
            let planned = single_line_texts(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::print!("{}", show(&planned, &windows));
            anstream::print!("{log_ins}{}", own_header_lines(&headers));
        }
        TextOrJson::Json => {
            let text = serde_json::to_string_pretty(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::println!("{}", escaped_json(&text));
        }
    }
    Ok(exit::CONFORMS)
}

/// The header fields of the user's own, as they are written.
fn own_header_lines(headers: &[OwnHeader]) -> String {
    let whither = |header: &OwnHeader| if header.only.is_empty() { "all requests".to_owned() } else { header.only.join(", ") };
    let line = |header: &OwnHeader| format!("Header of your own, on {}: {}: {}", whither(header), header.name, header.value);
    headers.iter().fold(String::new(), |text, header| text + &line(header) + "\n")
}
