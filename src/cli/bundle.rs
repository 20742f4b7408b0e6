//! `probity bundle`: the contract as one document.

use super::args::BundleArgs;
use super::{Stop, exit};
use crate::model::text::escaped_json;
use crate::session::open;
use crate::session::{atomic_file, target};

/// Writes the bundled contract as JSON, with the general responses on every operation they hold for, so that ordinary
/// tools see them. What no run could use is refused here, too.
pub fn bundle(args: &BundleArgs) -> Result<u8, Stop> {
    let (_, source) = target::sources(&(&args.files).into())?;
    let bundle = open::bundle(&source)?;
    crate::contract::read(bundle.clone())?;
    let document = crate::contract::spread_general(bundle.document);
    let text = serde_json::to_string_pretty(&document).map_err(|error| Stop::Unusable(error.to_string()))?;
    match &args.out {
        Some(path) => atomic_file::write(path, &format!("{text}\n"))?,
        None => anstream::println!("{}", escaped_json(&text)),
    }
    Ok(exit::CONFORMS)
}
