//! A selection plans what is asked for and what that needs, and nothing else.

use std::collections::BTreeSet;

use probity::cli::Specification;
use probity::model::contract::Operation;
use probity::model::effect::Permission;
use probity::model::filter::Filter;
use probity::model::plan::{Plan, Purpose};
use probity::plan::{PlanError, PlanningOptions};

use crate::support::{Folder, OTHER, subject, text};

type Sort = (&'static str, fn(&mut Filter), fn(&Operation) -> bool);

/// Each sort of pattern, and which operations of the bundled contract it chooses.
const SORTS: [Sort; 5] = [
    ("only", |filter| filter.only.push("*.create".to_owned()), |operation| operation.id.ends_with(".create")),
    ("tag", |filter| filter.tags.push("Entit*".to_owned()), |operation| operation.api.starts_with("Entit")),
    ("path", |filter| filter.paths.push("/v1/entities*".to_owned()), |operation| operation.path.starts_with("/v1/entities")),
    ("method", |filter| filter.methods.push("post".to_owned()), |operation| operation.method.is_post()),
    ("exclude", |filter| filter.exclude.push("entities.create*".to_owned()), |operation| !operation.id.starts_with("entities.create")),
];

fn planned(subject: &Specification, filter: &Filter) -> Result<Plan, PlanError> {
    subject.plan(&PlanningOptions {
        filter: filter.clone(),
        permission: Permission::everything(),
        mark: "probity".to_owned(),
        ..PlanningOptions::default()
    })
}

#[test]
fn what_is_asked_for_is_planned_with_what_it_needs() {
    let subject = subject();
    let mut tried = 0;
    for (index, (name, first, takes)) in SORTS.iter().enumerate() {
        for (other, second, also) in &SORTS[index..] {
            let mut filter = Filter::default();
            first(&mut filter);
            if name != other {
                second(&mut filter);
            }
            let wanted: BTreeSet<&str> = subject
                .contract
                .operations
                .iter()
                .filter(|operation| takes(operation) && also(operation) && !operation.responses.is_empty())
                .map(|operation| operation.id.as_str())
                .collect();
            let plan = match planned(subject, &filter) {
                Ok(plan) => plan,
                Err(error) => {
                    assert!(wanted.is_empty(), "{name} and {other}: {error}");
                    continue;
                }
            };
            tried += 1;
            let asked: BTreeSet<&str> = plan.cells.iter().map(|cell| cell.operation.as_str()).filter(|name| *name != "*").collect();
            assert_eq!(asked, wanted, "{name} and {other}");
            for probe in &plan.probes {
                let needed = probe.purpose != Purpose::Probe
                    || wanted.contains(probe.operation.as_str())
                    || probe.also.iter().any(|id| wanted.contains(id.as_str()));
                assert!(needed, "{name} and {other}: {} is not needed", probe.id);
                assert!(!filter.excludes(&probe.operation), "{name} and {other}: {} is left out", probe.id);
            }
        }
    }
    assert!(tried > 10, "only {tried} combinations choose anything");
}

#[test]
fn flags_go_before_the_suite_and_what_matches_nothing_is_told() {
    let folder = Folder::new("selection");
    folder.write("things.yaml", OTHER.replace("{get:", "{get: {operationId: a.get, tags: [Letters], responses: {'200': {description: a}}}, put:"));
    folder.write("suite.yaml", "name: things\ncontract: things.yaml\nselect: {methods: [GET]}\n");
    let plan = |words: &[&str]| folder.run(&[&["plan", "--suite", "suite.yaml", "--target", "mock"], words].concat());
    assert!(text(&plan(&[])).contains("1 cells: 1 to be proved"), "{}", text(&plan(&[])));
    assert!(text(&plan(&["--method", "PUT"])).contains("PUT    /a"), "{}", text(&plan(&["--method", "PUT"])));
    let output = plan(&["--tag", "Numbers"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output).contains("no operation matches --tag Numbers --method GET") && text(&output).contains("Letters"), "{}", text(&output));
}
