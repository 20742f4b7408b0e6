//! Every shape in every mode: on groups of servers as the command runs by default, and on one that holds all shapes in the
//! others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::shape::Shape;
use crate::shapes::{GROUPS, all, named};
use crate::site::Site;

/// The server counts as one elsewhere, whatever its address.
const LIVE: &str = "--live";
/// And may be written to.
const WRITABLE: [&str; 2] = [LIVE, "--allow-writes"];

/// Complaints of one shape that are shown.
const SHOWN: usize = 4;

/// Numbers of requests after which a run is killed.
const KILLS: [usize; 3] = [37, 211, 613];

/// Fails with all complaints, those of each shape together.
fn assert_none(complaints: Vec<String>) {
    let mut shapes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for complaint in complaints {
        let shape = complaint.split(": ").next().unwrap_or_default().to_owned();
        shapes.entry(shape).or_default().push(complaint);
    }
    let mut shown = String::new();
    for complaints in shapes.values() {
        for complaint in complaints.iter().take(SHOWN) {
            shown += &format!("{complaint}\n");
        }
        if complaints.len() > SHOWN {
            shown += &format!("    and {} more\n", complaints.len() - SHOWN);
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

/// A run that makes nothing of its own proves nothing here.
fn idle(site: &Site, mode: &str) -> Option<String> {
    let world = site.server.world();
    let sent = |start: &str| world.log().iter().any(|line| line.starts_with(start));
    let wrong = !(sent("POST /notes ") && sent("DELETE /notes/"));
    wrong.then(|| format!("[{mode}] own-resources: nothing was made and removed in {} requests", world.log().len()))
}

/// One server with all shapes.
fn everything(mode: &str) -> Site {
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
    each_group("live", &WRITABLE);
}

#[test]
fn elsewhere_without_writes_only_reads_are_sent() {
    let mut site = everything("read-only");
    site.run(&[LIVE]);
    let mut complaints = site.complaints("read-only");
    let reads = ["GET ", "HEAD ", "OPTIONS "];
    let writes: Vec<String> = site.server.world().log().iter().filter(|line| !reads.iter().any(|read| line.starts_with(read))).cloned().collect();
    complaints.extend(writes.into_iter().map(|line| format!("[read-only] all: {line}")));
    assert_none(complaints);
}

#[test]
fn drawn_values_change_nothing_planted() {
    let mut site = everything("cases");
    site.run(&["--cases", "6"]);
    let mut complaints = site.complaints("cases");
    complaints.extend(idle(&site, "cases"));
    assert_none(complaints);
}

#[test]
fn a_budget_of_three_runs_changes_nothing_planted() {
    let mut site = everything("budget");
    let mut complaints = Vec::new();
    for _ in 0..3 {
        site.run(&["--budget", "30"]);
        complaints = site.complaints("budget");
    }
    assert_none(complaints);
}

#[test]
fn killed_and_continued_nothing_planted_changes() {
    let mut complaints = Vec::new();
    for requests in KILLS {
        let mode = format!("killed-{requests}");
        let mut site = everything(&mode);
        assert!(site.kill_after(requests, &[]), "the run sent fewer than {requests} requests");
        site.run(&[]);
        site.probity(&["clean"]);
        complaints.extend(site.complaints_after_clean(&mode));
    }
    assert_none(complaints);
}

/// Probes to send again: each with a finding, and a few others.
fn to_replay(report: &Value) -> Vec<String> {
    let cells = report["cells"].as_array().into_iter().flatten();
    let findings = cells.flat_map(|cell| cell["findings"].as_array().into_iter().flatten());
    let with: BTreeSet<&str> = findings.filter_map(|finding| finding["probe"].as_str()).collect();
    let sent: Vec<&str> = report["probes"].as_array().into_iter().flatten().filter_map(|probe| probe["id"].as_str()).collect();
    let others = sent.iter().filter(|probe| !with.contains(*probe)).step_by(10);
    with.iter().chain(others).map(|probe| (*probe).to_owned()).collect()
}

#[test]
fn replayed_probes_change_nothing_planted() {
    let mut complaints = Vec::new();
    for names in [&["singleton", "archive-of-what-can-be-made"][..], &["bulk-delete-with-ids-in-the-body", "get-or-create-answered-201"]] {
        let mut site = Site::start(&format!("replay-{}", names[0]), &names.iter().map(|name| named(name)).collect::<Vec<_>>());
        site.run(&["--retries", "0"]);
        site.keep("out/recording.json", "recording.json");
        let probes = to_replay(&site.report());
        assert!(probes.len() > 5, "{probes:?}");
        for probe in probes {
            site.probity(&["replay", &probe, "--recording", "recording.json"]);
        }
        complaints.extend(site.complaints("replay"));
    }
    assert_none(complaints);
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
