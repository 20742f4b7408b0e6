//! A replay of an answer that is only warned of ends as the flags of the command say.

use crate::support::server::{Reply, Served};
use crate::support::{Folder, text};

/// An answer in JSON without a media type: a warning, no violation (RFC 9110, section 8.3).
const CONTRACT: &str = "openapi: 3.1.0\ninfo: {title: Notes, version: '1'}\npaths:\n  /notes:\n    get: {operationId: list, responses: \
                        {'200': {description: all, content: {application/json: {schema: {type: object}}}}}}\n";

#[test]
fn a_replay_is_as_strict_as_it_is_told() {
    let served = Served::start(|_| Reply { status: 200, headers: Vec::new(), body: Some("{}".to_owned()) });
    let folder = Folder::new("foreign-replayed");
    folder.write("contract.yaml", CONTRACT);
    let output = folder.run(&["run", "--contract", "contract.yaml", "--target", &served.url]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    for (strict, code) in [(&[][..], 0), (&["--strict"], 1)] {
        let output = folder.run(&[&["replay", "list::200::success"], strict].concat());
        assert_eq!(output.status.code(), Some(code), "{strict:?}: {}", text(&output));
    }
    assert!(served.seen().len() > 2, "the replays were not sent: {:?}", served.seen());
}
