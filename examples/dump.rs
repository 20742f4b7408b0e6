//! scratch
use probity::*;
fn main() {
    let t = std::time::Instant::now();
    let (suite, source) = load::suite(&load::Source::default_suite()).unwrap();
    let c = load::contract(&source).unwrap_or_else(|e| panic!("{e}"));
    let s = contract::Schemas::new(&c).unwrap();
    eprintln!("loaded {} ops {:?}", c.operations.len(), t.elapsed());
    let t = std::time::Instant::now();
    let only: Vec<String> = std::env::args().skip(1).collect();
    let o = plan::Options {
        only,
        writes: true,
        limited: true,
        mark: "probity-0".into(),
        burst: 1,
        given: [
            ("jobs".to_owned(), vec![plan::Known { id: "x".into(), state: Some("expired".into()) }]),
            ("transaction_jobs".to_owned(), vec![plan::Known { id: "x".into(), state: Some("expired".into()) }]),
        ]
        .into(),
        ..Default::default()
    };
    let p = plan::plan(&c, &s, &suite, &o).unwrap_or_else(|e| panic!("{e}"));
    eprintln!("planned {:?}: cells {} probes {}", t.elapsed(), p.cells.len(), p.probes.len());
    for probe in &p.probes {
        println!(
            "{:?} {} {:?} aim {} allowed {:?} {} {} fill {:?} fault {:?} after {:?} cap {:?} assumed {:?}",
            probe.stage,
            probe.id,
            probe.purpose,
            probe.status.0,
            probe.allowed.iter().map(|s| s.0).collect::<Vec<_>>(),
            probe.request.method,
            probe.request.path,
            probe.request.fillings.iter().map(|f| format!("{:?}={}", f.place, f.slot)).collect::<Vec<_>>(),
            probe.fault.as_ref().map(|f| &f.words),
            probe.after,
            probe.captures.iter().map(|c| format!("{}<-{}[{}]", c.slot, c.expression, c.nth)).collect::<Vec<_>>(),
            probe.assumed
        );
    }
    for cell in &p.cells {
        if !matches!(cell.intent, domain::plan::Intent::Probes(_) | domain::plan::Intent::Watched) {
            println!("CELL {} {} {:?}", cell.operation, cell.status.0, cell.intent);
        }
    }
}
