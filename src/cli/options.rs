//! Makes plain options of the arguments of each command.

use super::args::{
    CleanArgs, ClientSort, DiffArgs, FailClass, Files, JudgeArgs, MockArgs, MockChangeArgs, Pace, PlanArgs, Profile, ReplayArgs, Reports, RunArgs,
    Scope, Selection, SelfTestArgs,
};
use super::connection::Connection;
use super::contract_files::Route;
use crate::model::change::Clients;
use crate::session::options;

impl From<&Files> for options::Files {
    fn from(args: &Files) -> Self {
        let Files { contract, suite, auth, strict_document, route: Route { ca, proxy } } = args.clone();
        Self { contract, suite, auth, strict_document, route: options::Route { ca, proxy } }
    }
}

impl From<&Selection> for options::Selection {
    fn from(args: &Selection) -> Self {
        let Selection { operations, status, failed, profile, allow_writes, allow, thorough, cases, regressions, seed, mark } = args.clone();
        let profile = profile.map(|profile| match profile {
            Profile::Full => options::Profile::Full,
            Profile::ReadOnly => options::Profile::ReadOnly,
        });
        Self { operations: operations.filter(), status, failed, profile, allow_writes, allow, thorough, cases, regressions, seed, mark }
    }
}

impl From<&Pace> for options::Pace {
    fn from(args: &Pace) -> Self {
        let Pace { state, window } = args.clone();
        Self { state, window }
    }
}

impl From<&Scope> for options::Scope {
    fn from(args: &Scope) -> Self {
        let Scope { target, live, files, no_hooks, selection, budget, pace } = args;
        Self {
            target: target.clone(),
            live: *live,
            files: files.into(),
            no_hooks: *no_hooks,
            selection: selection.into(),
            budget: *budget,
            pace: pace.into(),
        }
    }
}

impl From<&MockChangeArgs> for options::MockChanges {
    fn from(args: &MockChangeArgs) -> Self {
        let MockChangeArgs { fault, variant } = args.clone();
        Self { fault, variant }
    }
}

/// How a target is reached.
fn connection_options(args: &Connection, files: &Files) -> options::ConnectionOptions {
    let Connection { timeout, max_answer, client_cert, credentials, headers } = args.clone();
    let Route { ca, proxy } = files.route.clone();
    options::ConnectionOptions { timeout, max_answer, ca, client_cert, proxy, credentials: credentials.path, headers: headers.texts }
}

impl From<&Reports> for options::Reports {
    fn from(args: &Reports) -> Self {
        let Reports { out, strict, check } = args.clone();
        Self { out, strict, checks: check }
    }
}

impl From<&RunArgs> for options::RunOptions {
    fn from(args: &RunArgs) -> Self {
        // How much is shown is no matter of the run.
        let RunArgs {
            scope,
            fresh,
            retries,
            wait,
            max_time,
            keep,
            jobs,
            reports,
            baseline,
            weights,
            require_complete,
            mock_changes,
            connection,
            full: _,
        } = args;
        Self {
            scope: scope.into(),
            fresh: *fresh,
            retries: *retries,
            wait: *wait,
            max_time: *max_time,
            keep: *keep,
            jobs: *jobs,
            reports: reports.into(),
            baseline: baseline.clone(),
            clients: weights.clients.into(),
            fail_on: weights.fail_on.map(Into::into),
            require_complete: *require_complete,
            mock: mock_changes.into(),
            connection: connection_options(connection, &scope.files),
        }
    }
}

impl From<&PlanArgs> for options::PlanOptions {
    fn from(args: &PlanArgs) -> Self {
        let PlanArgs { scope, credentials, headers, out, format: _ } = args;
        Self { scope: scope.into(), credentials: credentials.path.clone(), headers: headers.texts.clone(), out: out.clone() }
    }
}

impl From<&CleanArgs> for options::CleanOptions {
    fn from(args: &CleanArgs) -> Self {
        let CleanArgs { target, files, pace, connection } = args;
        Self { target: target.clone(), files: files.into(), pace: pace.into(), connection: connection_options(connection, files) }
    }
}

impl From<&JudgeArgs> for options::JudgeOptions {
    fn from(args: &JudgeArgs) -> Self {
        let JudgeArgs { recording, files, reports } = args;
        Self { recording: recording.clone(), files: files.into(), reports: reports.into() }
    }
}

impl From<FailClass> for options::FailOn {
    fn from(class: FailClass) -> Self {
        match class {
            FailClass::Breaking => Self::Breaking,
            FailClass::Risky => Self::Risky,
            FailClass::Any => Self::Any,
        }
    }
}

impl From<ClientSort> for Clients {
    fn from(sort: ClientSort) -> Self {
        match sort {
            ClientSort::Strict => Self::Strict,
            ClientSort::Tolerant => Self::Tolerant,
        }
    }
}

impl From<&DiffArgs> for options::DiffOptions {
    fn from(args: &DiffArgs) -> Self {
        let DiffArgs { old, new, files, format: _, weights, fail } = args;
        let fail_on = weights.fail_on.map(Into::into).or(fail.then_some(options::FailOn::Breaking));
        Self { old: old.clone(), new: new.clone(), files: files.into(), clients: weights.clients.into(), fail_on }
    }
}

impl From<&ReplayArgs> for options::ReplayOptions {
    fn from(args: &ReplayArgs) -> Self {
        let ReplayArgs { probe, recording, run } = args;
        Self { probe: probe.clone(), recording: recording.clone(), run: run.into() }
    }
}

impl From<&MockArgs> for options::MockServerOptions {
    fn from(args: &MockArgs) -> Self {
        let MockArgs { listen, files, mock_changes, window } = args;
        Self { listen: *listen, files: files.into(), mock: mock_changes.into(), window: window.clone() }
    }
}

impl From<&SelfTestArgs> for options::SelfTestOptions {
    fn from(args: &SelfTestArgs) -> Self {
        let SelfTestArgs { files, fault, variant, seed } = args;
        Self { files: files.into(), fault: fault.clone(), variant: variant.clone(), seed: *seed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_the_options_are_the_default_ones() {
        let args = super::super::parsed(&[]).unwrap();
        assert_eq!(options::RunOptions::from(&args), options::RunOptions::default());
    }
}
