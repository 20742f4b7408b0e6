//! Runs every shape in every mode: in groups by default, and on one server that holds all shapes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::planted::shape::Shape;
use crate::planted::shapes::{GROUPS, all, named};
use crate::planted::site::Site;

/// The server counts as one elsewhere, whatever its address.
const LIVE: &[&str] = &["--live"];
/// And may be written to.
pub const WRITABLE: &[&str] = &["--live", "--allow-writes"];

/// Complaints of one shape that are shown.
const SHOWN: usize = 4;

/// Fails with all complaints, those of each shape together.
pub fn assert_none(complaints: Vec<String>) {
    let mut shapes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for complaint in complaints {
        let shape = complaint.split(": ").next().unwrap_or_default().to_owned();
        shapes.entry(shape).or_default().push(complaint);
    }
    let mut shown = String::new();
    for complaints in shapes.values() {
        for complaint in complaints.iter().take(SHOWN) {
            let _ = writeln!(shown, "{complaint}");
        }
        if complaints.len() > SHOWN {
            let _ = writeln!(shown, "    and {} more", complaints.len() - SHOWN);
        }
    }
    assert!(shapes.is_empty(), "{} shapes:\n{shown}", shapes.len());
}

/// Runs each group on a server of its own.
fn each_group(mode: &str, words: &[&str]) {
    let mut complaints = Vec::new();
    for (name, shapes) in GROUPS {
        let mut site = Site::start(&format!("{mode}-{name}"), &shapes.iter().collect::<Vec<_>>());
        site.run(words);
        complaints.extend(site.complaints(mode));
        complaints.extend(idle(&site, mode));
    }
    assert_none(complaints);
}

/// A run that does nothing proves nothing: requests that were to be sent and were not.
fn idle(site: &Site, mode: &str) -> Vec<String> {
    let world = site.server.world();
    let is_sent = |start: &str| world.log().iter().any(|line| line.starts_with(start));
    let wanted = site.shapes.iter().flat_map(|shape| shape.reached.iter().map(|start| (shape.name, *start)));
    let missing = wanted.filter(|(_, start)| !is_sent(start));
    missing.map(|(shape, start)| format!("[{mode}] {shape}: no request begins with {start:?}")).collect()
}

/// One server with all shapes.
pub fn everything(mode: &str) -> Site {
    Site::start(mode, &all().collect::<Vec<&Shape>>())
}

#[test]
fn by_default_nothing_planted_changes() {
    each_group("default", &[]);
}

#[test]
fn provoked_in_every_way_nothing_planted_changes() {
    each_group("thorough", &["--thorough"]);
}

#[test]
fn elsewhere_with_writes_nothing_planted_changes() {
    each_group("live", WRITABLE);
}

#[test]
fn elsewhere_without_writes_only_reads_are_sent() {
    let mut complaints = Vec::new();
    for (mode, words) in [("live-reads", LIVE), ("live-reads-thorough", &["--live", "--thorough"])] {
        complaints.extend(only_reads(mode, words));
    }
    assert_none(complaints);
}

#[test]
fn read_only_on_this_machine_only_reads_are_sent() {
    assert_none(only_reads("read-only", &["--profile", "read-only", "--cases", "3"]));
}

/// What a run on a server with all shapes changes, and what it sends beside reads.
fn only_reads(mode: &str, words: &[&str]) -> Vec<String> {
    let mut site = everything(mode);
    site.run(words);
    let mut complaints = site.complaints(mode);
    let world = site.server.world();
    let is_read = |line: &&String| ["GET ", "HEAD ", "OPTIONS "].iter().any(|read| line.starts_with(read));
    complaints.extend(world.log().iter().filter(|line| !is_read(line)).map(|line| format!("[{mode}] all: {line}")));
    complaints
}

/// The second run begins with what failed in the first one.
#[test]
fn drawn_values_change_nothing_planted() {
    let mut site = everything("cases");
    site.run(&["--cases", "6"]);
    site.run(&["--cases", "1", "--seed", "2"]);
    let mut complaints = site.complaints("cases");
    complaints.extend(idle(&site, "cases"));
    assert_none(complaints);
}

#[test]
fn a_budget_of_three_runs_changes_nothing_planted() {
    let mut site = everything("budget");
    for _ in 0..3 {
        site.run(&["--budget", "30"]);
    }
    assert_none(site.complaints("budget"));
}

/// What nothing removes is made only where that is allowed, and the report names it then.
#[test]
fn what_stays_by_permission_is_named() {
    let mut site = Site::start("leftovers", &[named("create-without-a-delete")]);
    site.run(&["--allow", "leftovers"]);
    assert!(site.server.world().log().iter().any(|line| line.starts_with("POST /events ")), "nothing was made");
    assert_none(site.complaints("leftovers"));
}

/// Everything may be changed, and what can be read and written back is as before in the end, or is named.
#[test]
fn what_is_changed_by_permission_is_put_back_or_named() {
    let mut site = Site::start("allow-all", &[named("patch-by-uuid"), named("singleton")]);
    site.run(&["--allow", "all"]);
    let report = site.report();
    let told: Vec<String> = ["changed", "put_back", "left"].iter().map(|name| report[*name].to_string()).collect();
    let world = site.server.world();
    assert!(!world.harms().is_empty(), "nothing was changed in {} requests", world.log().len());
    let silent = world.changed().into_iter().filter(|(_, place)| {
        let last = place.rsplit('/').next().unwrap_or_default();
        !told.iter().any(|told| told.contains(last))
    });
    assert_none(silent.map(|(shape, place)| format!("[allow-all] {shape}: {place} is not as it was, and no report says so")).collect());
}

/// What is changed by permission is put back out of the same budget.
#[test]
fn a_budget_holds_for_what_is_put_back() {
    let mut changed = 0;
    for (only, jobs, budget) in
        [("*", "1"), ("*", "8"), ("*settings*", "1")].into_iter().flat_map(|(only, jobs)| (4..16).map(move |budget| (only, jobs, budget)))
    {
        let mut site = Site::start("put-back", &[named("patch-by-uuid"), named("singleton")]);
        site.run(&["--budget", &budget.to_string(), "--only", only, "--allow", "all", "--jobs", jobs, "--retries", "0"]);
        let report = site.report();
        let told: Vec<String> = ["put_back", "left"].iter().map(|name| report[*name].to_string()).collect();
        changed += ["changed", "put_back"].iter().filter_map(|name| report[*name].as_array()).map(Vec::len).sum::<usize>();
        let world = site.server.world();
        let sent = world.log().len();
        assert!(sent <= budget, "{sent} of {budget}: {:?}", world.log());
        // What may come of probes under way is kept in reserve only as long as they are.
        assert!(only != "*" || budget < 9 || sent == budget, "{jobs} at once: {sent} of {budget}");
        let named = |place: &str| told.iter().any(|told| told.contains(place.rsplit('/').next().unwrap_or_default()));
        let silent: Vec<String> = world.changed().into_iter().map(|(_, place)| place).filter(|place| !named(place)).collect();
        assert!(silent.is_empty(), "{budget}: {silent:?} not as before, and no report says so");
    }
    assert!(changed > 0, "nothing was changed");
}

/// Alone, so that no other request removes by chance what an id that names nothing has made.
#[test]
fn what_a_write_to_an_unknown_id_made_is_removed() {
    let mut site = Site::start("unknown-id", &[named("files-by-name")]);
    site.run(&["--only", "files.file_name.post"]);
    let is_sent = |start: &str| site.server.world().log().iter().any(|line| line.starts_with(start));
    assert!(is_sent("POST /files/probity-"), "no write names an unknown id");
    assert_none(site.complaints("unknown-id"));
}
