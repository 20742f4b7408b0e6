//! One trial for each case file in `tests/cases`: a run against the server of the file says what is expected.

#[path = "../support/mod.rs"]
mod support;

mod canned;
mod form;
mod laws;
mod said;

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

use canned::{Canned, merge, unknown};
use form::{Case, Expected, Rule, Variant};
use said::Said;
use support::Folder;
use support::server::Served;

/// Where the case files are.
const CASES: &str = "tests/cases";

/// A text as a case, or why it is none.
fn read(text: &str) -> Result<Case, String> {
    // YAML 1.2, as the program reads documents: `N` is a text.
    let options = serde_saphyr::options! { strict_booleans: true, leading_zero_numbers_as_strings: true };
    let case: Case = serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?;
    let sets = [("rules".to_owned(), &case.rules)].into_iter();
    let rules = sets.chain(case.variants.iter().map(|(name, variant)| (format!("variants/{name}/rules"), &variant.rules)));
    let wrong: Vec<String> =
        rules.flat_map(|(at, rules)| rules.iter().enumerate().flat_map(move |(index, rule)| bad(&format!("{at}/{index}"), rule))).collect();
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    if case.why.split_whitespace().count() < 5 || !case.why.trim_end().ends_with('.') {
        return Err("why: it takes a sentence to say which false alarm or missed fault this is".to_owned());
    }
    if case.variants.values().all(|variant| variant.expect.is_none()) {
        return Err("variants: none expects anything else, so nothing shows that what is expected can fail".to_owned());
    }
    Ok(case)
}

/// What is wrong with a rule.
fn bad(at: &str, rule: &Rule) -> Vec<String> {
    let schemas = rule.when.iter().filter_map(|(part, schema)| Some(format!("{at}/when/{part:?}: {}", jsonschema::validator_for(schema).err()?)));
    schemas.chain(unknown(rule).into_iter().map(|name| format!("{at}: `${name}` is no name that the rule knows"))).collect()
}

/// Runs the program against the server of a case.
fn run(name: &str, case: &Case, variant: Option<&Variant>) -> Result<Said, String> {
    let mut contract = Value::Object(case.contract.clone());
    let (mut rules, mut things, mut flags) = (case.rules.clone(), &case.things, &case.flags);
    if let Some(variant) = variant {
        merge(&mut contract, &Value::Object(variant.contract.clone()));
        rules = [variant.rules.clone(), rules].concat();
        (things, flags) = (variant.things.as_ref().unwrap_or(things), variant.flags.as_ref().unwrap_or(flags));
    }
    let folder = Folder::new(&format!("case-{name}"));
    folder.write("contract.yaml", contract.to_string());
    folder.write("credentials", case.credentials.iter().map(|(name, value)| [name, "=", value, "\n"].concat()).collect::<String>());
    let canned = Arc::new(Canned::new(rules, things.clone()));
    let shared = Arc::clone(&canned);
    let served = Served::start(move |asked| shared.answer(asked));
    let words = ["run", "--contract", "contract.yaml", "--state", "state", "--retries", "0", "--target", &served.url];
    let credentials: &[&str] = if case.credentials.is_empty() { &[] } else { &["--credentials", "credentials"] };
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let output = folder.run(&[&words[..], credentials, &flags].concat());
    if output.status.code().is_none_or(|code| code == 2) {
        return Err(support::text(&output));
    }
    let report = serde_json::from_value(folder.report()).map_err(|error| format!("the report cannot be read: {error}"))?;
    Ok(Said { report, requests: served.seen(), things: canned.things() })
}

/// Runs a case and each of its variants; everything that is not as expected.
fn tried(name: &str, case: &Case) -> Result<(), String> {
    let mut runs: Vec<(&str, Said, &Expected)> = vec![("as it stands", run(name, case, None)?, &case.expect)];
    for (index, (difference, variant)) in case.variants.iter().enumerate() {
        let said = run(&format!("{name}-{index}"), case, Some(variant)).map_err(|error| format!("{difference}: {error}"))?;
        runs.push((difference, said, variant.expect.as_ref().unwrap_or(&case.expect)));
    }
    let told = |(difference, said, expected): &(&str, Said, &Expected)| {
        said.misses(expected).into_iter().map(|miss| format!("{difference}: {miss}")).collect()
    };
    let mut misses: Vec<String> = runs.iter().flat_map(|run| -> Vec<String> { told(run) }).collect();
    for (difference, _, expected) in &runs {
        if runs.iter().all(|(_, said, _)| said.misses(expected).is_empty()) {
            misses.push(format!("{difference}: what is expected holds of every variant, so it cannot fail"));
        }
    }
    if misses.is_empty() { Ok(()) } else { Err(misses.join("\n")) }
}

/// The trial of a file.
fn file(path: &Path) -> Result<(), Failed> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    if text.lines().next() != Some(laws::MODELINE) {
        return Err(Failed::from(format!("{}:1: the first line is not `{}`", path.display(), laws::MODELINE)));
    }
    let case = read(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    tried(&name, &case).map_err(|misses| Failed::from(format!("{}: {}\n{misses}", path.display(), case.why.trim())))
}

fn main() {
    let arguments = Arguments::from_args();
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(CASES)).expect("the folder of cases");
    let mut trials = laws::trials();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let is_case = path.extension().is_some_and(|extension| extension == "yaml");
        if is_case || !laws::BESIDE.iter().any(|name| path.ends_with(name)) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            trials.push(Trial::test(name, move || file(&path)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
