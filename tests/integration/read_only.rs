//! Read-only runs change nothing on a mock that accepts everything, and allowed writes stay with the run's own.

use std::sync::Arc;

use probity::cli::{assemble, record, run_args};
use probity::mock::{FaultSetting, Mock, MockAccounts, MockOptions, MockSecret, all_faults, serve};
use probity::model::effect::Permission;
use probity::model::plan::{Origin, Plan, Probe};
use probity::model::suite::Suite;
use probity::model::trigger_name::TriggerName;
use probity::model::verdict::Verdict;
use probity::plan::{PlanningOptions, plan};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::{Folder, subject};

/// A mock on this machine that overlooks everything that can be overlooked.
struct Lenient {
    mock: Arc<Mock>,
    port: u16,
    folder: Folder,
    _runtime: Runtime,
}

impl Lenient {
    fn start(name: &str) -> Self {
        let subject = subject();
        let accounts = MockAccounts::invented(&subject.contract, &subject.suite);
        let overlooked = all_faults().filter(|fault| fault.class == "overlooked");
        let options = MockOptions {
            contract: Arc::clone(&subject.contract),
            suite: Arc::clone(&subject.suite),
            accounts: accounts.clone(),
            windows: Vec::new(),
            fault: overlooked.map(|fault| FaultSetting::parse(fault.name).unwrap()).collect(),
            variant: Vec::new(),
        };
        assert!(options.fault.len() > 20);
        let mock = Arc::new(Mock::new(options));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind(("0.0.0.0", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(serve(listener, Arc::clone(&mock)));
        let folder = Folder::new(&format!("read-only-{name}"));
        folder.write("credentials", lines(&subject.suite, &accounts, &mock));
        Self { mock, port, folder, _runtime: runtime }
    }

    /// Runs against it under a name that is this machine's or, as far as the program knows, another's; the words of every
    /// violation.
    fn run(&self, host: &str, more: &[&str]) -> Vec<String> {
        let target = format!("http://{host}:{}", self.port);
        let (credentials, state) = (self.folder.0.join("credentials"), self.folder.0.join("state"));
        let _ = std::fs::remove_dir_all(&state);
        let files = ["--credentials", credentials.to_str().unwrap(), "--state", state.to_str().unwrap()];
        let words = [&["--target", &target, "--window", "100000/1", "--jobs", "4"], &files[..], more].concat();
        let args = run_args(&words).unwrap();
        let subject = subject();
        let recording = record(&args, subject).unwrap_or_else(|stop| panic!("{words:?}: {stop}"));
        let _ = std::fs::remove_dir_all(&state);
        let methods = recording.outcomes.outcomes.iter().flat_map(|outcome| &outcome.exchanges).map(|exchange| exchange.request.method.to_string());
        let writes: Vec<String> = methods.filter(|method| method != "GET").collect();
        assert!(writes.is_empty() || more.contains(&"--allow-writes") || more.contains(&"full"), "{more:?} sent {writes:?}");
        let report = assemble(subject, &recording);
        let violated = report.cells.iter().filter(|cell| cell.verdict == Verdict::Violates);
        violated.map(|cell| format!("{} {}", cell.operation, cell.status)).collect()
    }

    fn state(&self) -> String {
        self.mock.snapshot().to_string()
    }
}

/// What the mock takes, as a file of credentials.
fn lines(suite: &Suite, accounts: &MockAccounts, mock: &Mock) -> String {
    let both = [(&suite.accounts.full, &accounts.full), (&suite.accounts.limited, &accounts.limited)];
    let secrets =
        both.into_iter().flat_map(|(account, secrets)| account.iter().map(|(scheme, credential)| (credential.variables(), &secrets[scheme])));
    let mut lines = String::new();
    for (variables, secret) in secrets {
        let values = match secret {
            MockSecret::Basic { username, password } => vec![username, password],
            MockSecret::Bearer(text) | MockSecret::Value(text) => vec![text],
        };
        for (variable, value) in variables.into_iter().zip(values) {
            let line = format!("{variable}={value}\n");
            if !lines.contains(&line) {
                lines += &line;
            }
        }
    }
    for (kind, ids) in mock.given_ids() {
        let variables = suite.given.get(kind).into_iter().flatten().filter_map(|given| given.env.as_ref());
        lines.extend(variables.zip(ids).map(|(variable, id)| format!("{variable}={id}\n")));
    }
    lines
}

/// The host is this machine, and its name does not say so.
const ELSEWHERE: &str = "0.0.0.0";

#[test]
fn nothing_changes_on_a_server_that_takes_everything() {
    let lenient = Lenient::start("nothing");
    let before = lenient.state();
    assert!(before.len() > 10_000, "the mock holds something: {} bytes", before.len());
    for (host, more) in [
        ("127.0.0.1", &["--profile", "read-only"][..]),
        ("127.0.0.1", &["--profile", "read-only", "--thorough"]),
        (ELSEWHERE, &[]),
        (ELSEWHERE, &["--thorough"]),
        (ELSEWHERE, &["--allow", "all", "--thorough"]),
        (ELSEWHERE, &["--allow-writes", "--profile", "read-only", "--allow", "all"]),
    ] {
        let asked = lenient.mock.requests();
        let violated = lenient.run(host, more);
        assert!(lenient.mock.requests() - asked > 200, "{host} {more:?}: {} requests", lenient.mock.requests() - asked);
        // It did take what it should have refused.
        assert!(violated.len() > 50, "{host} {more:?}: {violated:?}");
        assert!(lenient.state() == before, "{host} {more:?} changed something");
    }
}

/// What the test above would not see if there were nothing to see.
#[test]
fn a_write_that_is_taken_shows_in_the_state() {
    let lenient = Lenient::start("something");
    let before = lenient.state();
    lenient.run(ELSEWHERE, &["--allow-writes", "--only", "groups.*"]);
    assert!(lenient.state() != before, "writes that were taken are not seen");
}

/// What a run that may write sends to a server elsewhere.
fn planned(allow: &[&str]) -> Plan {
    let args = run_args(&[&["--target", "https://api.example.com", "--allow-writes"], allow].concat()).unwrap();
    let subject = subject();
    let options = PlanningOptions {
        permission: Permission { writes: true, effects: Some(args.scope.selection.allow.iter().cloned().collect()), ..Permission::default() },
        mark: "probity".to_owned(),
        thorough: true,
        ..PlanningOptions::default()
    };
    plan(&subject.contract, &subject.schemas, &subject.suite, &options).unwrap()
}

/// A method that a path does not have is tried with care where resources of another user are.
#[test]
fn another_method_reaches_only_what_the_run_has_made() {
    let probes = |allow: &[&str]| -> Vec<Probe> {
        let plan = planned(allow);
        let made = |probe: &Probe| {
            let slots = probe.needs.iter().filter_map(|slot| plan.slots.get(slot));
            slots.clone().count() > 0 && slots.into_iter().all(|slot| matches!(slot.origin, Origin::Created(_)))
        };
        let tried = plan.probes.iter().filter(|probe| probe.trigger == TriggerName::UNSUPPORTED_METHOD);
        tried.filter(|probe| !made(probe)).cloned().collect()
    };
    let careful = probes(&[]);
    assert!(careful.len() > 30, "{}", careful.len());
    assert_eq!(careful.iter().find(|probe| !probe.request.method.is_patch()).map(|probe| &probe.id), None);
    let allowed = probes(&["--allow", "borrowed", "--allow", "sweeping"]);
    assert!(allowed.iter().any(|probe| probe.request.method.is_put()));
}

/// A server that reads nothing into a broken list of what is to be removed might remove everything.
#[test]
fn a_removal_from_a_list_says_what_is_removed() {
    let broken = |allow: &[&str]| -> Vec<String> {
        let removals = planned(allow).probes.into_iter().filter(|probe| probe.request.method.is_delete() && !probe.request.path.contains('{'));
        let broken = removals.filter(|probe| matches!(probe.trigger.as_str(), "malformed-json" | "missing-data"));
        broken.map(|probe| probe.id.to_string()).collect()
    };
    assert_eq!(broken(&[]), Vec::<String>::new());
    assert!(broken(&["--allow", "sweeping"]).iter().any(|id| id.ends_with("missing-data")));
}
