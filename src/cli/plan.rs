//! `probity plan`: what a run would send.

use super::args::{PlanArgs, TextOrJson};
use super::target::{self, Subject, Target};
use super::{Stop, exit};
use crate::plan::{plan as make, show};
use crate::run::MOST_BURST;
use crate::transport::Accounts;

/// Prints the plan; nothing is sent.
pub fn plan(args: &PlanArgs) -> Result<u8, Stop> {
    let target = Target::parse(&args.target)?;
    let subject = Subject::load(&args.files)?;
    let (given, schemes) = if target == Target::Mock {
        let embedded = super::mock::Embedded::prepare(&subject, &[], &[])?;
        (embedded.given(), embedded.accounts().schemes())
    } else {
        // A plan needs no secret; it only asks whether the account without permissions is there.
        let named = args.credentials.read()?;
        let lookup = |name: &str| named.get(name);
        let (_, limited) = Accounts::available(&subject.suite, &lookup).schemes();
        (target::given(&subject.suite, &lookup), (subject.suite.accounts.full.keys().cloned().collect(), limited))
    };
    let mut options = target::options(&args.selection, &target, &subject.suite, given, schemes, "probity".to_owned())?;
    options.regressions = super::regressions::known(&args.selection, &args.state, &subject.contract.title)?;
    options.burst = if target.is_local() { MOST_BURST } else { 0 };
    let planned = make(&subject.contract, &subject.schemas, &subject.suite, &options)?;
    match args.format {
        TextOrJson::Text => {
            let windows = if target.is_local() { &[][..] } else { &subject.contract.rate_limits[..] };
            anstream::print!("{}", show(&planned, windows));
        }
        TextOrJson::Json => {
            let text = serde_json::to_string_pretty(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::println!("{text}");
        }
    }
    Ok(exit::CONFORMS)
}
