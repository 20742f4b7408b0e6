//! How long it takes to read the contract, to plan, to judge, and to prove the whole contract against the embedded mock.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use probity::cli::{Specification, assemble, record, run_args};
use probity::contract::Schemas;
use probity::execute::MOST_BURST;
use probity::model::suite::{Given, Suite};
use probity::model::verdict::Verdict;
use probity::plan::{GivenResource, PlanningOptions, plan};
use probity::session::open;
use probity::session::open::Source;

fn subject() -> Specification {
    Specification::load(&run_args(&[]).unwrap().scope.files).unwrap()
}

/// Everything is planned: writes are allowed, both accounts and all that the suite calls given are there.
fn options(suite: &Suite) -> PlanningOptions {
    let known = |given: &Given| GivenResource { id: "1".to_owned(), state: given.state.clone(), left: None };
    PlanningOptions {
        permission: probity::model::effect::Permission::everything(),
        limited: suite.accounts.limited.keys().cloned().collect(),
        other: suite.accounts.other.keys().cloned().collect(),
        given: suite.given.iter().map(|(kind, given)| (kind.clone(), given.iter().map(known).collect())).collect(),
        mark: "probity-0".to_owned(),
        burst: MOST_BURST,
        ..PlanningOptions::default()
    }
}

fn contract(criterion: &mut Criterion) {
    let (_, source) = open::suite(&Source::default_suite()).unwrap();
    let mut group = criterion.benchmark_group("contract");
    group.sample_size(10);
    group.bench_function("load", |bencher| bencher.iter(|| open::contract(black_box(&source)).unwrap()));
    let contract = open::contract(&source).unwrap();
    group.bench_function("schemas", |bencher| bencher.iter(|| Schemas::new(black_box(&contract))));
    group.finish();
}

fn planning(criterion: &mut Criterion) {
    let subject = subject();
    let options = options(&subject.suite);
    let cells = plan(&subject.contract, &subject.schemas, &subject.suite, &options).unwrap().cells.len();
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10).throughput(Throughput::Elements(cells as u64));
    group.bench_function("every cell", |bencher| {
        bencher.iter(|| plan(&subject.contract, &subject.schemas, &subject.suite, black_box(&options)).unwrap());
    });
    group.finish();
}

fn whole(criterion: &mut Criterion) {
    let args = run_args(&[]).unwrap();
    let subject = subject();
    let recording = record(&args, &subject).unwrap();
    let cells = assemble(&subject, &recording).cells;
    // A run that stops early is fast and says nothing.
    assert!(cells.iter().all(|cell| matches!(cell.verdict, Verdict::Conforms | Verdict::Held)), "not every cell was proved");
    let mut group = criterion.benchmark_group("whole");
    group.sample_size(10).measurement_time(Duration::from_secs(30)).throughput(Throughput::Elements(cells.len() as u64));
    group.bench_function("judge", |bencher| bencher.iter(|| assemble(&subject, black_box(&recording))));
    group.bench_function("run", |bencher| {
        bencher.iter(|| {
            let recording = record(black_box(&args), &subject).unwrap();
            assemble(&subject, &recording)
        });
    });
    group.finish();
}

criterion_group!(benches, contract, planning, whole);
criterion_main!(benches);
