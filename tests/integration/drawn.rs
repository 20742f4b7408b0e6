//! Requests with drawn values: what is planned, what they show of a failing server, and what is left behind.

use std::collections::BTreeSet;

use probity::cli::{Specification, assemble, record, run_args};
use probity::model::drawn::{DrawnValue, Expects};
use probity::model::effect::Permission;
use probity::model::filter::Filter;
use probity::model::plan::{Body, Origin, Place, Plan, SlotId, Stage};
use probity::model::report::Report;
use probity::model::verdict::Finding;
use probity::plan::{PlanningOptions, closure, plan};

use crate::support::{Folder, findings, subject, text};

/// The part of the bundled contract that is asked.
const PART: &str = "groups.*";

fn planned(subject: &Specification, seed: u64, cases: u32) -> Plan {
    let options = PlanningOptions {
        filter: Filter { only: vec![PART.to_owned()], ..Filter::default() },
        permission: Permission::everything(),
        cases,
        seed,
        mark: "probity".to_owned(),
        ..PlanningOptions::default()
    };
    plan(&subject.contract, &subject.schemas, &subject.suite, &options).unwrap()
}

#[test]
fn the_same_seed_draws_the_same_requests() {
    let subject = subject();
    let one = planned(subject, 1, 4);
    assert!(one.drawn.len() > 30, "only {} are drawn", one.drawn.len());
    let changes = |plan: &Plan| plan.drawn.values().map(|drawn| drawn.changes.clone()).collect::<Vec<_>>();
    assert_eq!(changes(&one), changes(&planned(subject, 1, 4)));
    assert!(changes(&one) != changes(&planned(subject, 2, 4)), "another seed draws the same");
    assert!(planned(subject, 1, 0).drawn.is_empty());
}

#[test]
fn what_is_said_to_be_admitted_fits_its_schema_and_what_is_refused_does_not() {
    let subject = subject();
    let mut seen = BTreeSet::new();
    for seed in 0..20 {
        let plan = planned(subject, seed, 8);
        for (id, drawn) in &plan.drawn {
            let probe = plan.probe(id).unwrap();
            let operation = subject.contract.operation(&drawn.operation).unwrap();
            let media = operation.request_body.as_ref().and_then(|body| body.content.first());
            let (Body::Json(body), Some(schema)) = (&probe.request.body, media.and_then(|media| media.schema.as_ref())) else { continue };
            let in_body = matches!(&drawn.changes[0].place, Place::Body(_));
            match &drawn.expects {
                Expects::Success | Expects::Plausible => assert!(subject.schemas.fits(schema, body), "{id}: {}", drawn.describe()),
                Expects::Refusal(_) if in_body => assert!(!subject.schemas.fits(schema, body), "{id}: {}", drawn.describe()),
                Expects::Refusal(_) | Expects::Open => {}
            }
            seen.insert(match &drawn.expects {
                Expects::Refusal(trigger) => trigger.to_string(),
                other => format!("{other:?}"),
            });
        }
    }
    assert!(["Plausible", "Open", "missing-attribute", "wrong-attribute-type"].iter().all(|kind| seen.contains(*kind)), "{seen:?}");
}

#[test]
fn drawn_writes_keep_to_what_nothing_else_uses_and_all_of_it_is_removed() {
    let subject = subject();
    let plan = planned(subject, 3, 8);
    let others: BTreeSet<&SlotId> = plan
        .probes
        .iter()
        .filter(|probe| probe.stage < Stage::Draw && probe.stage != Stage::Make && !probe.request.method.is_safe())
        .flat_map(|probe| &probe.needs)
        .collect();
    for probe in plan.probes.iter().filter(|probe| plan.drawn.contains_key(&probe.id) && !probe.request.method.is_safe()) {
        let own = probe.request.fillings.iter().filter(|binding| matches!(binding.place, Place::Path(_)));
        for binding in own {
            assert!(!others.contains(&binding.slot), "{} writes to {}, which others write to as well", probe.id, binding.slot);
        }
    }
    for (slot, made) in &plan.slots {
        let Origin::Created(maker) = &made.origin else { continue };
        let removed = plan.probes.iter().any(|probe| probe.fault.is_none() && probe.consumes.contains(slot));
        assert!(removed || !plan.drawn.contains_key(maker), "nothing removes {slot}, which {maker} makes");
    }
}

#[test]
fn a_part_of_a_plan_has_everything_it_needs_and_removes_what_it_makes() {
    let subject = subject();
    let whole = planned(subject, 0, 0);
    let probe = whole.probes.iter().find(|probe| probe.operation == "groups.update" && probe.fault.is_some() && !probe.needs.is_empty()).unwrap();
    let part = closure(&whole, std::slice::from_ref(&probe.id), &[]);
    assert!(part.probe(&probe.id).is_some() && part.probes.len() < whole.probes.len() / 3, "{} of {}", part.probes.len(), whole.probes.len());
    for one in &part.probes {
        assert!(one.after.iter().chain(&one.control).all(|before| part.probe(before).is_some()), "{} waits for what is not there", one.id);
        for slot in &one.needs {
            let made = part.slots.get(slot).is_some_and(|slot| matches!(&slot.origin, Origin::Created(maker) if part.probe(maker).is_some()));
            assert!(made, "{} needs {slot}, which nothing makes", one.id);
        }
        for made in &one.captures {
            assert!(part.probes.iter().any(|other| other.consumes.contains(&made.slot)), "nothing removes {}", made.slot);
        }
    }
}

#[test]
fn a_faultless_server_passes_with_any_values() {
    let subject = subject();
    for seed in ["1", "2"] {
        let args = run_args(&["--cases", "6", "--seed", seed, "--only", PART]).unwrap();
        let recording = record(&args, subject).unwrap();
        assert!(recording.plan.drawn.len() > 50);
        let report = assemble(subject, &recording);
        assert_eq!(findings(&report), Vec::<&Finding>::new(), "seed {seed}");
    }
}

fn probity(folder: &Folder, words: &[&str]) -> (String, Option<i32>) {
    let output = folder.run(words);
    (text(&output), output.status.code())
}

#[test]
fn a_failing_value_is_made_smaller_kept_and_sent_first_the_next_time() {
    let folder = Folder::new("drawn-smaller");
    let broken = ["--fault", "deep-nesting-fails", "--only", "groups.create"];
    let (text, code) = probity(&folder, &[&["run", "--cases", "16"], &broken[..]].concat());
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("= shrunk: ") && text.contains("= seen: in each of 5 tries"), "{text}");
    let kept = folder.json(".probity/regressions.json");
    let change = serde_json::from_value::<DrawnValue>(kept["regressions"][0]["drawn"]["changes"][0]["put"].clone()).unwrap();
    let DrawnValue::Spelled(nested) = change else { panic!("{kept}") };
    let depth = nested.matches(['[', '{']).count();
    assert!((45..60).contains(&depth), "{depth} levels are no smallest request of a server that takes 50: {nested}");
    let (text, code) = probity(&folder, &[&["run"], &broken[..]].concat());
    assert!(code == Some(1) && text.contains("::drawn::again-1"), "what is known to fail is sent without --cases: {text}");
    let (text, code) = probity(&folder, &["run", "--only", "groups.create"]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn what_is_wrong_now_and_then_is_told_from_what_is_wrong_always() {
    let folder = Folder::new("drawn-flaky");
    let seen = |fault: &str, only: &str, retries: &str| {
        let (text, code) = probity(&folder, &["run", "--fault", fault, "--only", only, "--retries", retries]);
        assert_eq!(code, Some(1), "{text}");
        let report: Report = serde_json::from_value(folder.report()).unwrap();
        let found = findings(&report).into_iter().find(|finding| finding.check == "status").unwrap();
        (found.sightings.seen, found.sightings.tries)
    };
    assert_eq!(seen("conflict-as-bad-request", "groups.create", "4"), (5, 5));
    assert_eq!(seen("conflict-as-bad-request", "groups.create", "0"), (1, 1));
    let (seen, tries) = seen("sometimes-refused", PART, "4");
    assert!(seen < tries && tries > 1, "{seen} of {tries}");
}

#[test]
fn a_probe_of_the_last_run_is_sent_again_and_reports_are_compared() {
    let folder = Folder::new("drawn-replay");
    let broken = ["--fault", "conflict-as-bad-request"];
    let (text, code) = probity(&folder, &[&["run", "--retries", "0", "--only", "groups.create"], &broken[..]].concat());
    assert_eq!(code, Some(1), "{text}");
    let (text, code) = probity(&folder, &[&["replay", "groups.create::409::wrong-type"], &broken[..]].concat());
    assert!(code == Some(1) && text.contains("> POST http://") && text.contains("< 400") && text.contains("error[status]"), "{text}");
    let (text, code) = probity(&folder, &["run", "--only", "groups.create", "--out", "right"]);
    assert_eq!(code, Some(0), "{text}");
    let (text, code) = probity(&folder, &["diff", "right/report.json", "reports/report.json", "--fail"]);
    assert!(
        code == Some(1) && text.starts_with("WORSE: 1 cause in 1 operation (1 breaking)") && text.contains("groups.create 400, status: 409 -> 400"),
        "{text}"
    );
    let (text, code) = probity(&folder, &["diff", "reports/report.json", "right/report.json", "--fail"]);
    assert!(
        code == Some(0) && text.starts_with("CHANGED: 1 cause in 1 operation (1 risky)") && text.contains("the contract allows only the newer one"),
        "{text}"
    );
    let (text, code) = probity(&folder, &["replay", "groups.create::409::wrong-type"]);
    assert!(code == Some(0) && text.contains("< 409"), "{text}");
    let (text, code) = probity(&folder, &["replay", "groups.create::409::wrong"]);
    assert!(code == Some(2) && text.contains("near are groups.create::409::wrong-type"), "{text}");
}
