//! `probity mock`: serves the contract, and says how to point a run at it.

use super::args::{Files, MockArgs};
use super::exit;
use crate::mock::{MockSecret, all_faults, all_variants};
use crate::model::suite::Credential;
use crate::model::text::one_line;
use crate::session::connection::environment;
use crate::session::embedded_mock::{ServedMock, serve_until_interrupted};
use crate::session::stop::Stop;

/// Serves a mock until it is interrupted.
pub fn mock(args: &MockArgs) -> Result<u8, Stop> {
    if args.mock_changes.fault.iter().any(|name| name == "help") {
        for fault in all_faults() {
            anstream::println!("{:32} {}", fault.name, fault.breaks);
        }
        return Ok(exit::CONFORMS);
    }
    if args.mock_changes.variant.iter().any(|name| name == "help") {
        for variant in all_variants() {
            anstream::println!("{:32} {}", variant.name, variant.differs);
        }
        return Ok(exit::CONFORMS);
    }
    let say = |served: &ServedMock<'_>| {
        print_address(served, &format!("probity run{} --target http://{}", contract_and_suite_arguments(&args.files), served.address));
    };
    let requests = serve_until_interrupted(&args.into(), &say)?;
    anstream::println!("{requests} requests answered");
    Ok(exit::CONFORMS)
}

/// Says where the mock is, and how to point a run at it.
fn print_address(served: &ServedMock<'_>, run: &str) {
    let ServedMock { specification, options, given, address } = served;
    let named = one_line(&format!("{} {}", specification.contract.title, specification.contract.version));
    anstream::println!("{named} is served at http://{address} (Ctrl-C ends it)");
    for window in &options.windows {
        anstream::println!("Rate limit: {} requests in {} s", window.requests, window.seconds);
    }
    for fault in &options.fault {
        let place = fault.operation.as_ref().map(|operation| format!(" on {operation}")).unwrap_or_default();
        anstream::println!("Fault: {}{place}", fault.name);
    }
    for variant in &options.variant {
        anstream::println!("Variant: {}", variant.name);
    }
    anstream::println!("\nTo point a run at it, in another shell:\n");
    let (named, invented) = (&specification.suite.accounts, &options.accounts);
    let accounts = [(&named.full, &invented.full), (&named.limited, &invented.limited), (&named.other, &invented.other)];
    let mut lines: Vec<String> = Vec::new();
    for (account, secrets) in accounts {
        for (scheme, credential) in account {
            lines.extend(exports(credential, secrets.get(scheme)));
        }
    }
    for (kind, entries) in &specification.suite.given {
        let named = entries.iter().zip(given.get(kind).into_iter().flatten());
        lines.extend(named.filter_map(|(entry, id)| Some(format!("export {}={}", entry.env.as_ref()?, quoted_if_needed(id)))));
    }
    let mut seen: Vec<&String> = Vec::new();
    for line in &lines {
        if !seen.contains(&line) {
            anstream::println!("  {line}");
            seen.push(line);
        }
    }
    anstream::println!("  {run}\n");
}

/// The arguments that name contract and suite, for a shell.
fn contract_and_suite_arguments(files: &Files) -> String {
    let suite = files.suite.as_ref().map(|path| format!(" --suite {}", quoted(&path.display().to_string())));
    let contract = files.contract.as_ref().map(|path| format!(" --contract {}", quoted(&path.display().to_string())));
    suite.into_iter().chain(contract).collect()
}

/// A text that a shell takes for one word, and for nothing else.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The same, where it is needed: ids may have the form that a contract wants.
fn quoted_if_needed(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':');
    if text.chars().all(plain) { text.to_owned() } else { quoted(&one_line(text)) }
}

fn exports(credential: &Credential, secret: Option<&MockSecret>) -> Vec<String> {
    match (credential, secret) {
        (Credential::Basic { username: user, password: pass }, Some(MockSecret::Basic { username, password })) => {
            vec![export(user, username), export(pass, password)]
        }
        (Credential::Bearer { token }, Some(MockSecret::Bearer(value))) => vec![export(token, value)],
        (Credential::Value { env }, Some(MockSecret::Value(value))) => vec![export(env, value)],
        _ => Vec::new(),
    }
}

/// What was invented is shown; what the environment has may be a real secret.
fn export(variable: &str, value: &str) -> String {
    let known = environment(variable).is_some_and(|value| !value.is_empty());
    if known { format!("# {variable} is taken as the environment has it") } else { format!("export {variable}={value}") }
}
