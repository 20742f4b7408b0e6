//! Probes that are sent again from a recording: it says what was sent, not what is allowed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::planted::modes::assert_none;
use crate::planted::shape::Shape;
use crate::planted::shapes::named;
use crate::planted::site::Site;

/// Shapes, in small groups: each probe costs a plan.
const PICKED: [&[&str]; 3] = [
    &["singleton", "archive-of-what-can-be-made"],
    &["bulk-delete-with-ids-in-the-body", "get-or-create-answered-201"],
    &["body-names-what-is-changed", "below-what-can-be-made"],
];

/// Of probes without a finding, every such one is sent again.
const EVERY: usize = 8;

/// Probes to send again: each with a finding, and a few others.
fn to_replay(report: &Value) -> Vec<String> {
    let cells = report["cells"].as_array().into_iter().flatten();
    let findings = cells.flat_map(|cell| cell["findings"].as_array().into_iter().flatten());
    let with: BTreeSet<&str> = findings.filter_map(|finding| finding["probe"].as_str()).collect();
    let sent = report["probes"].as_array().into_iter().flatten().filter(|probe| probe["purpose"] == "probe");
    let others = sent.filter_map(|probe| probe["id"].as_str()).filter(|probe| !with.contains(probe)).step_by(EVERY);
    with.iter().copied().chain(others).map(str::to_owned).collect()
}

/// Records a run with these words, and replays what came of it without any.
fn recorded_and_replayed(mode: &str, words: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    for names in PICKED {
        let shapes: Vec<&'static Shape> = names.iter().map(|name| named(name)).collect();
        let mut site = Site::start(&format!("{mode}-{}", names[0]), &shapes);
        site.run(&[&["--retries", "0"], words].concat());
        let known = site.complaints(mode);
        site.keep("out/recording.json", "recording.json");
        let probes = to_replay(&site.report());
        assert!(probes.len() > 5, "{probes:?}");
        site.server.world().replant();
        let codes: Vec<Option<i32>> = probes.iter().map(|probe| site.probity(&["replay", probe, "--recording", "recording.json"])).collect();
        assert!(codes.iter().any(|code| *code != Some(2)), "[{mode}] nothing of {probes:?} was sent again");
        complaints.extend(site.complaints(mode).into_iter().filter(|complaint| !known.contains(complaint)));
    }
    complaints
}

#[test]
fn replayed_probes_change_nothing_planted() {
    assert_none(recorded_and_replayed("replay", &[]));
}

#[test]
fn a_recording_of_what_was_allowed_allows_nothing() {
    assert_none(recorded_and_replayed("replay-of-allowed", &["--allow", "all"]));
}
