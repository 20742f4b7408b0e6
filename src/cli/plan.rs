//! `probity plan`: what a run would send.

use super::args::{PlanArgs, TextOrJson};
use super::ledger::Ledger;
use super::target::{self, Subject, Target};
use super::{Stop, exit};
use crate::plan::{Options, plan as make, show};
use crate::transport::Accounts;

/// Prints the plan; nothing is sent.
pub fn plan(args: &PlanArgs) -> Result<u8, Stop> {
    let target = Target::parse(&args.target)?;
    let subject = Subject::load(&args.files)?;
    let windows = target::windows(&args.window, &target, &subject.contract);
    // Nothing is remembered of the embedded mock unless a budget makes a run one of several.
    let known = target != Target::Mock || args.budget.is_some();
    let ledger = if known && args.state.exists() { Ledger::open(&args.state, &target, &subject)? } else { Ledger::default() };
    let (mut given, schemes) = if target == Target::Mock {
        let embedded = super::mock::Embedded::prepare(&subject, &[], &[])?;
        (embedded.given(), embedded.accounts().schemes())
    } else {
        // A plan needs no secret; it only asks whether the account without permissions is there.
        let named = args.credentials.read()?;
        let lookup = |name: &str| named.get(name);
        let (_, limited) = Accounts::available(&subject.suite, &lookup).schemes();
        (target::given(&subject.suite, &lookup), (subject.suite.accounts.full.keys().cloned().collect(), limited))
    };
    ledger.give(&subject.suite, &mut given);
    let options = target::options(&args.selection, &target, &subject.suite, given, schemes, "probity".to_owned())?;
    let burst = target::burst(&windows, &target);
    let regressions = super::regressions::known(&args.selection, &args.state, &subject.contract.title)?;
    let options = Options { regressions, burst, windows: windows.clone(), budget: args.budget, asked: ledger.memory.known(), ..options };
    let planned = make(&subject.contract, &subject.schemas, &subject.suite, &options)?;
    match args.format {
        TextOrJson::Text => {
            anstream::print!("{}", show(&planned, &windows));
        }
        TextOrJson::Json => {
            let text = serde_json::to_string_pretty(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::println!("{text}");
        }
    }
    Ok(exit::CONFORMS)
}
