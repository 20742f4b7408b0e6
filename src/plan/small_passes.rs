//! Tests of each pass on a small contract: what the plan says before it, and what it says after it.

use std::collections::BTreeSet;

use super::invariants::invariants;
use super::passes::{PASSES, Pass, run};
use super::planning_context::Context;
use super::planning_options::PlanningOptions;
use super::resolver::Resolver;
use super::resources::baseline_lists::BEFORE;
use super::schedule::selection::WantedCells;
use crate::contract::{Schemas, bundle, read};
use crate::model::contract::RateLimit;
use crate::model::effect::Permission;
use crate::model::ids::ProbeId;
use crate::model::plan::{Intent, Plan, Probe, Stage};
use crate::model::reason::Code;
use crate::model::suite::Suite;

const CONTRACT: &str = include_str!("small_contract.json");

/// Does something with the small contract, with the permission and the budget that show what the named pass does.
fn planning<R>(name: &str, with: impl FnOnce(&Context<'_>) -> R) -> R {
    let document = serde_json::from_str(CONTRACT).unwrap();
    let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
    let schemas = Schemas::new(&contract);
    let suite: Suite = serde_json::from_str(r#"{"name": "t", "contract": "t.yaml"}"#).unwrap();
    // Only the pass for effects has something to take out.
    let effects = (name == "effects").then(BTreeSet::new);
    let permission = Permission { writes: true, effects, disposable: false };
    let windows = vec![RateLimit { requests: 20, seconds: 60 }];
    let budget = (name == "budget").then_some(12);
    let options = PlanningOptions { permission, windows, budget, cases: 2, mark: "mark".to_owned(), ..PlanningOptions::default() };
    let wanted = WantedCells::choose(&contract, &options).unwrap();
    with(&Context::new(&contract, &schemas, &suite, &options, &wanted))
}

/// Runs the passes before the named one, lets `change` at the plan, and tells what holds of it before and after that pass.
fn run_passes_until(name: &str, change: fn(&mut Resolver<'_>), holds: Holds) -> (bool, bool) {
    planning(name, |context| {
        let mut all = Resolver::new(context);
        let pass = PASSES.iter().position(|pass| pass.name == name).unwrap_or_else(|| panic!("there is no pass {name}"));
        for earlier in &PASSES[..pass] {
            (earlier.run)(&mut all);
        }
        change(&mut all);
        let before = holds(all.builder.plan());
        (PASSES[pass].run)(&mut all);
        assert_eq!(invariants(all.builder.plan(), &context.options.permission), Ok(()), "after {name}");
        (before, holds(all.builder.plan()))
    })
}

fn nothing(_: &mut Resolver<'_>) {}

fn any(plan: &Plan, wanted: impl Fn(&Probe) -> bool) -> bool {
    plan.probes.iter().any(wanted)
}

fn any_ends(plan: &Plan, end: &str) -> bool {
    any(plan, |probe| probe.id.ends_with(end))
}

fn valid<'p>(plan: &'p Plan, operation: &str) -> Option<&'p Probe> {
    plan.probes.iter().find(|probe| probe.operation == operation && probe.fault.is_none())
}

fn comes_before(plan: &Plan, first: &str, second: &str) -> bool {
    let place = |operation: &str| plan.probes.iter().position(|probe| probe.operation == operation && probe.fault.is_none()).unwrap();
    place(first) < place(second)
}

/// Something that holds of a plan, or does not.
type Holds = fn(&Plan) -> bool;

/// What each pass brings about.
const BRINGS: &[(&str, Holds)] = &[
    ("valid-requests", |plan| valid(plan, "makeThing").is_some() && valid(plan, "dropThing").is_some()),
    ("cells", |plan| !plan.cells.is_empty() && any(plan, |probe| probe.fault.is_some())),
    ("pages", |plan| any_ends(plan, "::pages")),
    ("jobs", |plan| any_ends(plan, "startJob::202::location")),
    ("results", |plan| any_ends(plan, "getJob::303::location")),
    ("drawn-requests", |plan| !plan.drawn.is_empty()),
    ("reads-after-removals", |plan| any_ends(plan, "::afterwards")),
    ("emptied-relationships", |plan| {
        let empties = |probe: &Probe| probe.operation == "dropTags" && probe.stage == Stage::Remove;
        any(plan, empties)
    }),
    ("deleted-resources", |plan| {
        let gone = |probe: &&Probe| probe.operation == "getThing" && probe.stage == Stage::Gone;
        plan.probes.iter().filter(gone).count() > 1
    }),
    ("narrowed-lists", |plan| any_ends(plan, "::narrowed")),
    ("clean-up", |plan| any(plan, |probe| probe.stage == Stage::Cleanup)),
    ("removers", |plan| !plan.removers.is_empty()),
    ("lists-before", |plan| {
        let list = plan.probes.iter().find(|probe| probe.trigger == BEFORE);
        list.is_some_and(|list| valid(plan, "makeThing").unwrap().after.contains(&list.id))
    }),
    ("replace-before-add", |plan| comes_before(plan, "setTags", "addTags")),
    ("change-after-filling", |plan| comes_before(plan, "addTags", "changeThing")),
    ("budget", |plan| plan.probes.len() <= 12),
    ("dependencies", |plan| {
        let read = valid(plan, "getThing").unwrap();
        read.needs.iter().all(|slot| read.after.contains(plan.source(slot).unwrap()))
    }),
    ("first-window", |plan| any(plan, |probe| probe.wave > 0)),
    ("other-lists", |plan| !plan.finders.is_empty()),
    ("sessions-last", |plan| valid(plan, "logout").unwrap().stage == Stage::End),
    ("sweeps-last", |plan| valid(plan, "reset").unwrap().stage == Stage::Sweep),
    ("due-order", |plan| plan.probes.is_sorted_by_key(Probe::stage_order)),
    ("unique-headers", |plan| {
        let key = |probe: &Probe| probe.request.headers.iter().find(|(name, _)| name == "Idempotency-Key").map(|(_, value)| value.clone());
        let mut keys: Vec<String> = plan.probes.iter().filter(|probe| probe.operation == "makeThing").filter_map(key).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        all > 1 && keys.len() == all
    }),
];

#[test]
fn each_pass_brings_about_what_nothing_before_it_does() {
    let wrong: Vec<String> = BRINGS
        .iter()
        .map(|(name, holds)| (name, run_passes_until(name, nothing, *holds)))
        .filter(|(_, seen)| *seen != (false, true))
        .map(|(name, (before, after))| format!("{name}: before {before}, after {after}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_withheld(plan: &Plan, operation: &str) -> bool {
    let mut cells = plan.cells.iter().filter(|cell| cell.operation == operation);
    cells.all(|cell| matches!(&cell.intent, Intent::Skipped(reason) if matches!(reason.code(), Code::NotAllowed(_))))
}

#[test]
fn what_is_not_allowed_any_more_is_taken_out_by_the_pass_for_effects() {
    let gone = |plan: &Plan| !any(plan, |probe| probe.operation == "changeThing") && is_withheld(plan, "changeThing");
    // It named what the run makes when it was added, and names what another user may have made by now.
    let change = |all: &mut Resolver<'_>| {
        let changing = valid(all.builder.plan(), "changeThing").unwrap().id.clone();
        let probe = all.builder.probe_mut(&changing).unwrap();
        probe.request.fillings.clear();
        probe.needs.clear();
    };
    assert_eq!(run_passes_until("effects", change, gone), (false, true));
}

#[test]
fn what_needs_a_request_that_is_taken_out_goes_with_it() {
    let gone = |plan: &Plan| {
        let removes = |probe: &Probe| probe.operation == "dropTag" && probe.stage == Stage::Remove;
        !any(plan, removes) && is_withheld(plan, "dropTag") && valid(plan, "dropTags").is_some()
    };
    // What makes the tag empties the server by now.
    let make = |all: &mut Resolver<'_>| {
        let removal = valid(all.builder.plan(), "dropTag").unwrap();
        let maker = all.builder.plan().source(&removal.needs[0]).unwrap().clone();
        "reset".clone_into(&mut all.builder.probe_mut(&maker).unwrap().operation);
    };
    assert_eq!(run_passes_until("effects", make, gone), (false, true));
}

#[test]
fn each_pass_has_a_name_of_its_own_and_a_test() {
    let names: Vec<&str> = PASSES.iter().map(|pass: &Pass| pass.name).collect();
    for (index, pass) in PASSES.iter().enumerate() {
        assert!(!names[..index].contains(&pass.name) && !pass.about.is_empty(), "{}", pass.name);
        assert!(pass.name == "effects" || BRINGS.iter().any(|(name, _)| *name == pass.name), "{} has no test", pass.name);
    }
}

#[test]
fn after_every_pass_the_plan_is_sound() {
    for name in ["", "effects", "budget"] {
        assert!(planning(name, |context| run(context, PASSES)).is_ok_and(|plan| !plan.probes.is_empty()), "{name}");
    }
}

#[test]
#[should_panic(expected = "spoils")]
fn a_pass_that_leaves_a_plan_that_is_not_sound_ends_the_planning() {
    let spoil = |all: &mut Resolver<'_>| all.builder.probes_mut()[0].after.push(ProbeId::from_text("absent"));
    let spoils = Pass { name: "spoils", about: "lets a request wait for one that is absent", run: spoil };
    let valid = PASSES.iter().take(1).map(|first| Pass { name: first.name, about: first.about, run: first.run });
    let _ = planning("", |context| run(context, &valid.chain([spoils]).collect::<Vec<_>>())).unwrap();
}
