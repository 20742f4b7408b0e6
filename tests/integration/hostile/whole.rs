//! Servers that misbehave on every request.

use std::net::TcpListener;
use std::time::Duration;

use crate::hostile::server::Server;
use crate::hostile::watch;
use crate::hostile::{MOST_MEMORY, complaints};
use crate::support::Folder;

/// Resident memory of the program, in KiB, where all answers together take what they may.
const MOST_MEMORY_OF_MANY: u64 = 150 * 1024;

#[test]
fn a_server_that_never_accepts_has_no_report() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let folder = Folder::hostile("never-accepts");
    let seen = watch::run(&folder, &url, &[]);
    assert_eq!((seen.code, complaints(&seen)), (Some(3), Vec::new()), "{}", seen.shown);
    assert!(seen.shown.contains("did not answer: no answer within 2 s") && !folder.0.join("reports").exists(), "{}", seen.shown);
}

/// A server that goes away is not asked again and again: each request would wait as long as it may.
#[test]
fn a_server_that_falls_silent_is_left_alone() {
    let folder = Folder::hostile("silent");
    folder.many("quiet", 60);
    let server = Server::start(|talk| {
        if talk.number < 3 {
            return talk.json("{}");
        }
        talk.hold();
        Ok(())
    });
    let seen = watch::run(&folder, &server.url(), &["--jobs", "5"]);
    let of = |verdict: &str| (0..60).filter(|number| seen.verdict(&format!("quiet{number}")) == verdict).count();
    assert_eq!((seen.code, complaints(&seen)), (Some(3), Vec::new()), "{}", seen.shown);
    // Those that were under way with the last one wait for nothing, too.
    assert!(of("conforms") == 3 && (10..15).contains(&of("inconclusive")) && of("blocked") > 40, "{}", seen.shown);
    assert!(seen.shown.contains("none of the last 10 requests was answered"), "{}", seen.shown);
}

/// What a server says is shown, and never obeyed by the terminal.
#[test]
fn no_server_writes_to_the_terminal() {
    let folder = Folder::hostile("terminal");
    folder.write("hostile.yaml", folder.text("hostile.yaml").replace("required: [id]", "additionalProperties: {type: integer}"));
    let server = Server::start(|talk| {
        let name = r"\u001b[2J\u001b]0;mine\u0007\u009b31m\u202e";
        talk.reply("200 OK", "content-type: application/json\r\n", format!(r#"{{"id":"{name}","{name}":"{name}"}}"#))
    });
    let seen = watch::run(&folder, &server.url(), &["--jobs", "1"]);
    assert_eq!((seen.code, seen.verdict("bad.read").as_str()), (Some(1), "violates"), "{}", seen.shown);
    let written = ["report.md", "junit.xml"].map(|name| folder.text(&format!("reports/{name}")));
    for text in [&seen.shown, &written[0], &written[1]] {
        let obeyed = text.chars().find(|letter| (letter.is_control() && *letter != '\n') || *letter == '\u{202e}');
        assert_eq!(obeyed, None, "{text}");
    }
}

/// One answer that is as long as it may be is no harm; a hundred of them would be.
#[test]
fn many_long_answers_take_no_more_than_one_run_may() {
    let folder = Folder::hostile("floods");
    folder.many("flood", 100);
    let server = Server::start(|talk| talk.json(format!("{{\"text\":\"{}\",\"more\":[{}0]}}", "a".repeat(3_000_000), "0,".repeat(20_000))));
    let seen = watch::run(&folder, &server.url(), &["--jobs", "8"]);
    println!("{} KiB", seen.memory);
    let inconclusive = (0..100).filter(|number| seen.verdict(&format!("flood{number}")) == "inconclusive").count();
    assert!(seen.memory < MOST_MEMORY_OF_MANY && seen.time < Duration::from_mins(1), "{} KiB, {:?}", seen.memory, seen.time);
    assert_eq!(seen.code, Some(3), "{}", seen.shown);
    assert!((50..100).contains(&inconclusive), "{inconclusive}: {}", seen.shown);
}

/// One value that breaks many rules is not told with each of them.
#[test]
fn a_long_value_is_repeated_by_no_breach() {
    let folder = Folder::hostile("repeated");
    let rules = vec!["{maxProperties: 1}"; 60].join(", ");
    folder.write("hostile.yaml", folder.text("hostile.yaml").replace("required: [id]", &format!("allOf: [{rules}]")));
    let server = Server::start(|talk| talk.json(format!("{{\"id\":1,\"text\":\"{}\"}}", "a".repeat(4_000_000))));
    let seen = watch::run(&folder, &server.url(), &["--retries", "0"]);
    assert!(seen.code == Some(1) && seen.told("bad.read").contains("in 55 more places"), "{}", seen.shown);
    assert!(seen.memory < MOST_MEMORY, "{} KiB", seen.memory);
}

/// What earlier runs were answered is in their journals, and is not read as long as it is not needed.
#[test]
fn earlier_runs_take_no_memory() {
    let folder = Folder::hostile("earlier");
    let server = Server::start(|talk| talk.json(format!("{{\"id\":1,\"more\":[{}0]}}", "0,".repeat(280_000))));
    for number in 1..=3 {
        let seen = watch::run(&folder, &server.url(), &[]);
        assert_eq!(seen.code, Some(1), "{}", seen.shown);
        assert!(seen.memory < MOST_MEMORY, "run {number}: {} KiB", seen.memory);
    }
}
