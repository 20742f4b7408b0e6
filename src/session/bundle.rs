//! `probity bundle`: makes one document of a contract and all its files.

use super::folder_suite::with_folder_suite;
use super::options::Files;
use super::stop::Stop;
use super::{open, target};

/// The bundled contract as JSON text, with the general responses on every operation they hold for, so that ordinary tools see
/// them.
///
/// # Errors
/// A file cannot be used; what no run could use is refused as well.
pub fn bundle(files: &Files) -> Result<String, Stop> {
    let (_, source) = target::sources(&with_folder_suite(files)?.files)?;
    let bundle = open::bundle(&source)?;
    crate::contract::read(bundle.clone())?;
    let document = crate::contract::spread_general_responses(bundle.document);
    serde_json::to_string_pretty(&document).map_err(|error| Stop::Unusable(error.to_string()))
}
