//! `probity bundle`: writes or prints the contract as one document.

use super::args::BundleArgs;
use super::{Stop, exit};
use crate::model::text::escaped_json;
use crate::session::atomic_file;
use crate::session::bundle::bundle as session;

/// Writes the bundled contract as JSON.
pub fn bundle(args: &BundleArgs) -> Result<u8, Stop> {
    let text = session(&(&args.files).into())?;
    match &args.out {
        Some(path) => atomic_file::write(path, &format!("{text}\n"))?,
        None => anstream::println!("{}", escaped_json(&text)),
    }
    Ok(exit::CONFORMS)
}
