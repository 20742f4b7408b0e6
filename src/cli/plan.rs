//! `probity plan`: what a run would send.

use super::args::{PlanArgs, TextOrJson};
use super::{Stop, exit};
use crate::execute::http::Accounts;
use crate::execute::journal::Answers;
use crate::model::own_header::OwnHeader;
use crate::model::text::escaped_json;
use crate::plan::{Options, show};
use crate::report::tamed;
use crate::session::connection::for_a_server;
use crate::session::earlier_runs::Ledger;
use crate::session::identity::planned_log_ins;
use crate::session::target;
use crate::session::target::{Subject, Target};

/// Prints the plan; nothing is sent.
pub fn plan(args: &PlanArgs) -> Result<u8, Stop> {
    let scope = &args.scope;
    let subject = Subject::load(&scope.files)?;
    let target = Target::planned(scope.target.as_deref().or(subject.suite.target.as_deref()).unwrap_or("mock"), scope.live || subject.suite.live)?;
    if target == Target::Mock {
        for_a_server(&[("--live", scope.live), ("--credentials", args.credentials.path.is_some())])?;
    }
    // A plan makes no state folder.
    let headers = args.headers.with(&subject.suite, &subject.contract)?;
    let ledger = if scope.pace.state.exists() { Ledger::for_run(scope, &target, &subject, Answers::None)? } else { Ledger::default() };
    let (mut given, schemes) = if target == Target::Mock {
        let embedded = crate::session::embedded_mock::Embedded::prepare(&subject, &[], &[])?;
        (embedded.given(), embedded.accounts().schemes())
    } else {
        // A plan needs no secret; it only asks whether the account without permissions is there.
        let named = args.credentials.read()?;
        let lookup = |name: &str| named.get(name);
        let (_, limited) = Accounts::available(&subject.suite, &lookup).schemes();
        (target::given(&subject.suite, &lookup), (subject.suite.accounts.full.keys().cloned().collect(), limited))
    };
    ledger.give(&subject.suite, &mut given);
    let mark = scope.selection.mark.clone().unwrap_or_else(|| "probity".to_owned());
    let options = target::options(&scope.selection, &target, &subject.suite, given, schemes, mark)?;
    let regressions = crate::session::regressions::known(scope, &subject.contract.title)?;
    let options = Options { regressions, ..target::within(options, scope, &target, &subject, &ledger) };
    let planned = subject.plan(&options)?;
    match args.format {
        TextOrJson::Text => {
            let planned = tamed(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::print!("{}", show(&planned, &options.windows));
            let log_ins = if target == Target::Mock { String::new() } else { planned_log_ins(&subject.suite) };
            anstream::print!("{log_ins}{}", shown(&headers));
        }
        TextOrJson::Json => {
            let text = serde_json::to_string_pretty(&planned).map_err(|error| Stop::Unusable(error.to_string()))?;
            anstream::println!("{}", escaped_json(&text));
        }
    }
    Ok(exit::CONFORMS)
}

/// The header fields of the user's own, as they are written.
fn shown(headers: &[OwnHeader]) -> String {
    let whither = |header: &OwnHeader| if header.only.is_empty() { "all requests".to_owned() } else { header.only.join(", ") };
    let line = |header: &OwnHeader| format!("Header of your own, on {}: {}: {}", whither(header), header.name, header.value);
    headers.iter().fold(String::new(), |text, header| text + &line(header) + "\n")
}
