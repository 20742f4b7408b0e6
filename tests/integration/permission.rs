//! No plan holds a request whose effect is not allowed, over all contracts, permissions and ways of planning.

use std::collections::BTreeSet;
use std::path::Path;

use probity::cli::{Specification, run_args};
use probity::model::effect::{Effect, Permission, Provenance};
use probity::model::plan::{Origin, Plan, Probe, SlotId};
use probity::plan::{ClassifiedRequest, EffectRules, PlanError, PlanningOptions, closure, removal};
use serde_json::Value;

use crate::support::subject;

/// Every contract of the tests.
fn others() -> Vec<(String, Specification)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contracts");
    let mut files = vec![folder.join("books.yaml")];
    files.extend(std::fs::read_dir(folder.join("wild")).expect("the folder").map(|entry| entry.expect("an entry").path()));
    let documents = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "json"));
    let named = documents.filter_map(|path| {
        let words = ["--contract", path.to_str().expect("a path")];
        Some((path.display().to_string(), Specification::load(&run_args(&words).ok()?.scope.files).ok()?))
    });
    named.collect()
}

/// Writes, and these effects beside what is always allowed.
fn allowing<'e>(effects: impl Iterator<Item = &'e str>) -> Permission {
    Permission { writes: true, effects: Some(effects.map(str::to_owned).collect()), disposable: false }
}

/// Every set of permissions.
fn permissions() -> Vec<Permission> {
    let names =
        |bits: usize| Effect::ALLOWABLE.into_iter().enumerate().filter(move |(index, _)| bits & (1 << index) != 0).map(|(_, effect)| effect.as_str());
    let of = |writes, bits| Permission { writes, ..allowing(names(bits)) };
    let all = Permission { writes: true, effects: None, disposable: false };
    (0..8).map(|bits| of(true, bits)).chain([of(false, 0), of(false, 7), all]).collect()
}

fn options(permission: &Permission, thorough: bool, cases: u32) -> PlanningOptions {
    PlanningOptions { permission: permission.clone(), thorough, cases, mark: "probity-0123456789".to_owned(), burst: 2, ..PlanningOptions::default() }
}

/// What a request would change, computed anew.
fn effect(subject: &Specification, rules: &EffectRules<'_>, plan: &Plan, probe: &Probe) -> Effect {
    let operation = subject.contract.operation(&probe.operation).expect("its operation");
    let known = |slot: &SlotId| match plan.slots.get(slot).map(|slot| &slot.origin) {
        Some(Origin::Created(_)) => Provenance::Own,
        Some(Origin::Borrowed(_)) => Provenance::Found,
        Some(Origin::Given(_)) => Provenance::Given,
        None => Provenance::Example,
    };
    rules.of(&ClassifiedRequest { operation, request: &probe.request, fault: probe.fault.as_ref(), known: &known, mark: &plan.mark })
}

/// Everything that a plan may come to send: what is planned, what removes, and what looks elsewhere.
fn sent(plan: &Plan) -> Vec<Probe> {
    let removals = plan.slots.keys().filter_map(|slot| removal(plan, slot));
    plan.probes.iter().cloned().chain(plan.finders.values().flatten().cloned()).chain(removals).collect()
}

fn hold(name: &str, subject: &Specification, permission: &Permission, plan: &Plan) {
    let rules = EffectRules::new(&subject.contract, &subject.suite, permission);
    for probe in sent(plan) {
        let effect = effect(subject, &rules, plan, &probe);
        assert!(permission.allows(effect), "{name}: {} is {effect:?} under {permission:?}", probe.id);
        let told = plan.probe(&probe.id).is_none_or(|planned| planned.effect == effect);
        assert!(told, "{name}: the plan calls {} {:?}, and it is {effect:?}", probe.id, probe.effect);
    }
}

#[test]
fn no_plan_and_no_part_of_one_goes_beyond_what_is_allowed() {
    let others = others();
    let named = others.iter().map(|(name, subject)| (name.as_str(), subject));
    for (name, subject) in std::iter::once(("bundled", subject())).chain(named) {
        for permission in permissions() {
            let whole = match subject.plan(&options(&permission, true, if name == "bundled" { 0 } else { 3 })) {
                Ok(plan) => plan,
                Err(PlanError::NothingSelected { .. }) => continue,
                Err(error) => panic!("{name}: {error}"),
            };
            hold(name, subject, &permission, &whole);
            let some: Vec<_> = whole.probes.iter().step_by(7).map(|probe| probe.id.clone()).collect();
            hold(name, subject, &permission, &closure(&whole, &some, &some));
        }
    }
}

/// A rule that allowed nothing would be kept by every plan.
#[test]
fn what_is_allowed_is_planned() {
    let subject = subject();
    let planned = |names: &[&str]| -> BTreeSet<Effect> {
        let permission = Permission { writes: true, effects: Some(names.iter().map(|name| (*name).to_owned()).collect()), disposable: false };
        let plan = subject.plan(&options(&permission, false, 0)).expect("a plan");
        plan.probes.iter().map(|probe| probe.effect).collect()
    };
    assert_eq!(planned(&[]), BTreeSet::from([Effect::Nothing, Effect::Own]));
    for effect in Effect::ALLOWABLE {
        // The suite names other effects for most operations of the kinds; they are allowed as well.
        let names: Vec<&str> =
            subject.suite.effects.keys().map(String::as_str).filter(|name| Effect::from_word(name).is_none()).chain([effect.as_str()]).collect();
        assert!(planned(&names).contains(&effect), "{effect:?}: {:?}", planned(&names));
    }
}

/// On a server elsewhere: queries that are sent with POST, and everything that the run makes itself, and nothing more.
#[test]
fn elsewhere_with_writes_queries_and_own_things_are_still_planned() {
    let subject = subject();
    let permission = Permission { writes: true, effects: Some(BTreeSet::new()), disposable: false };
    let plan = subject.plan(&options(&permission, false, 0)).expect("a plan");
    let queries: BTreeSet<&str> = plan
        .probes
        .iter()
        .filter(|probe| probe.request.method.is_post() && probe.effect == Effect::Nothing && probe.fault.is_none())
        .map(|probe| probe.operation.as_str())
        .collect();
    let reads: BTreeSet<&str> =
        subject.contract.operations.iter().filter(|operation| operation.reads).map(|operation| operation.id.as_str()).collect();
    assert!(reads.len() >= 10 && queries.is_superset(&reads), "{queries:?}");
    for method in ["POST", "PATCH", "PUT", "DELETE"] {
        let own = plan.probes.iter().filter(|probe| probe.request.method.as_str() == method && probe.effect == Effect::Own).count();
        assert!(own > 40, "{method}: {own}");
    }
    let json: Value = serde_json::to_value(&plan).expect("JSON");
    assert!(json["probes"].as_array().is_some_and(|probes| probes.iter().all(|probe| probe["effect"].is_string())));
}

/// What is dangerous in the newer APIs: a report that is sent to people, everything of an entity, the model type of a whole
/// entity type, a dataset, historical prices. Each with the effect that it needs a permission for.
const DANGEROUS: [(&str, &str); 8] = [
    ("report_schedules.create", "notify"),
    ("report_schedules.update", "notify"),
    ("estimated_returns.delete_of_entity", "destroy"),
    ("benchmark_proxies.delete_of_entity", "destroy"),
    ("entity_types.change_model_type", "destroy"),
    ("transaction_datasets.delete", "destroy"),
    ("pricing_dataset_values.create", "borrowed"),
    ("pricing_dataset_values.delete", "borrowed"),
];

#[test]
fn what_is_dangerous_in_the_bundled_suite_is_sent_only_where_its_effect_is_named() {
    let subject = subject();
    let valid = |permission: &Permission, operation: &str| {
        let plan = probity::plan::plan(&subject.contract, &subject.schemas, &subject.suite, &options(permission, false, 0)).expect("a plan");
        sent(&plan).iter().any(|probe| probe.operation == operation && probe.fault.is_none())
    };
    for (operation, effect) in DANGEROUS {
        let others = DANGEROUS.iter().map(|(_, other)| *other).filter(|other| *other != effect);
        assert!(!valid(&allowing(others), operation), "{operation} is sent without {effect}");
        // No other operation makes a transaction dataset, and none is given, so that its deletion is planned under no permission.
        let opens = operation != "transaction_datasets.delete";
        assert_eq!(
            valid(&allowing(["notify", "destroy", "borrowed", "sweeping"].into_iter()), operation),
            opens,
            "{operation} with every effect named"
        );
    }
}
