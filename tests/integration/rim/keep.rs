//! What is kept of the answers after a run holds no value of other people, unless the user asks for it.
//! A recording that was reduced proves nothing by what it does not hold.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::rim::origin::{Origin, answer};
use crate::support::{Folder, text};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: People, version: '1'}
paths:
  /people:
    get:
      operationId: people.list
      responses:
        '200': {description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Person'}}}}}
    post:
      operationId: people.create
      requestBody: {required: true, content: {application/json: {example: {name: Sample, worth: 5}, schema: {$ref: '#/components/schemas/New'}}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Person'}}}}
        '400': {description: bad, content: {application/json: {schema: {type: object}}}}
  /people/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: people.get
      responses:
        '200': {description: found, content: {application/json: {schema: {$ref: '#/components/schemas/Person'}}}}
        '404': {description: not there, content: {application/json: {schema: {type: object}}}}
    delete:
      operationId: people.delete
      responses:
        '204': {description: gone}
        '404': {description: not there, content: {application/json: {schema: {type: object}}}}
components:
  schemas:
    New: {type: object, required: [name], properties: {name: {type: string}, worth: {type: number}}}
    Person: {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: string}, worth: {type: number}, tags: {type: array, contains: {type: integer}}}}
";

/// What must not be kept: a name, the only word of it that a refusal repeats, and a text where a number is declared.
const SECRETIVE: [&str; 3] = ["Archibald", "Bremerhaven", "98765"];

/// How long anything may take, with all that the machine has to do beside it.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a server of people behaves.
#[derive(Debug, Clone, Default)]
struct Manners {
    /// Nobody is removed.
    refuses_removal: Arc<AtomicBool>,
    /// One person is shown after a long time.
    dawdles: Arc<AtomicBool>,
}

/// A server with somebody in it whose worth is a text; it refuses a request without a name by naming her.
fn people(manners: &Manners) -> Origin {
    let manners = manners.clone();
    let jane = json!({"id": 70, "name": "Jane Archibald Doe", "worth": "98765.25 in Bremerhaven"});
    let all: Mutex<Vec<Value>> = Mutex::new(vec![jane]);
    Origin::start(move |head, body| {
        let line: Vec<&str> = head.split_whitespace().take(2).collect();
        let id = line[1].strip_prefix("/people/").and_then(|id| id.parse::<u64>().ok());
        let mut people = all.lock().unwrap();
        let there = people.iter().position(|person| person["id"].as_u64() == id && id.is_some());
        let say = |line: &str, body: &Value| answer(line, "content-type: application/json\r\nx-served-by: Archibald\r\n", &body.to_string());
        match (line[0], there) {
            ("GET", _) if id.is_none() => say("200 OK", &Value::Array(people.clone())),
            ("POST", _) => match serde_json::from_str::<Value>(body).ok().filter(|body| body["name"].is_string()) {
                Some(mut made) => {
                    made["tags"] = json!(["one of Bremerhaven"]);
                    made["id"] = json!(71 + people.len());
                    people.push(made.clone());
                    say("201 Created", &made)
                }
                None => say("400 Bad Request", &json!({"errors": [{"detail": "no name, as in Jane Archibald Doe"}]})),
            },
            ("GET", Some(at)) => {
                let person = people[at].clone();
                drop(people);
                if manners.dawdles.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_secs(3));
                }
                say("200 OK", &person)
            }
            ("DELETE", Some(_)) if manners.refuses_removal.load(Ordering::Relaxed) => say("403 Forbidden", &json!({})),
            ("DELETE", Some(at)) => {
                people.remove(at);
                answer("204 No Content", "", "")
            }
            _ => say("404 Not Found", &json!({})),
        }
    })
}

/// A folder with the contract, and a suite by which the server is one elsewhere, or that says more.
fn folder(name: &str, more: &str) -> Folder {
    let folder = Folder::with_contract(&format!("keep-{name}"), CONTRACT);
    folder.write("suite.yaml", format!("name: people\ncontract: contract.yaml\n{more}"));
    folder
}

fn run(folder: &Folder, url: &str, more: &[&str]) -> String {
    text(&folder.run(&[&["run", "--suite", "suite.yaml", "--target", url, "--timeout", "5"], more].concat()))
}

/// Every file below a folder that holds any of what must not be kept, and the state folder's among them.
fn holding(folder: &Folder) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.0.clone()]);
    while let Some(next) = folders.pop() {
        // A run that is under way may remove a folder of its own meanwhile.
        for path in std::fs::read_dir(next).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            if SECRETIVE.iter().any(|word| text.contains(word)) {
                found.push(path.strip_prefix(&folder.0).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

fn verdicts(report: &Value) -> Vec<(String, String)> {
    let cell = |cell: &Value| (format!("{} {}", cell["operation"].as_str().unwrap(), cell["status"]), cell["verdict"].as_str().unwrap().to_owned());
    report["cells"].as_array().unwrap().iter().map(cell).collect()
}

/// Starts a run and kills it as soon as its journal holds an answer.
fn killed(folder: &Folder, url: &str, more: &[&str]) {
    let words = [&["run", "--suite", "suite.yaml", "--target", url, "--jobs", "1"], more].concat();
    let mut child = folder.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while holding(folder).is_empty() {
        assert!(began.elapsed() < PATIENCE, "no answer is in the journal");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().and_then(|()| child.wait()).unwrap();
}

#[test]
fn elsewhere_values_are_masked_and_on_this_machine_nothing_is() {
    let origin = people(&Manners::default());
    let elsewhere = folder("elsewhere", "live: true\n");
    let words = ["--allow-writes", "--retries", "1", "--cases", "2"];
    let printed = run(&elsewhere, &origin.url, &words);
    assert!(SECRETIVE.iter().all(|word| !printed.contains(word)) && printed.contains("masked:string:"), "{printed}");
    assert!(printed.contains("this report keeps masked values only"), "{printed}");
    assert_eq!(holding(&elsewhere), Vec::<String>::new());
    let report = elsewhere.report();
    assert_eq!(report["keep"], "masked");
    let drawn = elsewhere.text(".probity/regressions.json");
    assert!(drawn.contains("body /tags: None of the value"), "{drawn}");
    let recording = elsewhere.text("reports/recording.json");
    assert!(recording.contains(r#""id":70"#) && recording.contains("no name, as in masked:string:"), "{recording}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = std::fs::metadata(elsewhere.0.join(".probity/masking.key")).unwrap();
        assert_eq!((key.permissions().mode() & 0o777, key.len()), (0o600, 32));
    }

    let here = folder("here", "");
    let origin = people(&Manners::default());
    let printed = run(&here, &origin.url, &words);
    assert!(printed.contains("Bremerhaven"), "{printed}");
    assert!(holding(&here).contains(&"reports/recording.json".to_owned()) && here.report()["keep"].is_null());
    assert!(!here.0.join(".probity/masking.key").exists(), "nothing is masked");
    assert_eq!(verdicts(&here.report()), verdicts(&elsewhere.report()), "what is kept changes no verdict");
}

#[test]
fn the_flag_goes_before_the_suite_and_the_suite_before_the_target() {
    let origin = people(&Manners::default());
    let folder = folder("levels", "keep: shapes\n");
    run(&folder, &origin.url, &[]);
    assert_eq!((&folder.report()["keep"], holding(&folder)), (&json!("shapes"), Vec::new()));
    let recording = folder.text("reports/recording.json");
    assert!(recording.contains(r#"{"id":"number","name":"string","worth":"string"}"#), "{recording}");
    run(&folder, &origin.url, &["--keep", "none"]);
    assert_eq!((&folder.report()["keep"], holding(&folder)), (&json!("none"), Vec::new()));
    let recording: Value = folder.json("reports/recording.json");
    let body = |pointer: &str| recording.pointer(&format!("/outcomes/outcomes/0/exchanges/0/{pointer}")).cloned();
    assert_eq!((body("answer/body"), body("request/body")), (Some(json!({"withheld": "the run kept statuses only"})), Some(Value::Null)));
    run(&folder, &origin.url, &["--keep", "all"]);
    assert!(holding(&folder).len() > 2 && folder.report()["keep"].is_null());
    // What was kept before is taken out as well.
    run(&folder, &origin.url, &["--keep", "masked", "--only", "people.get"]);
    assert_eq!((&folder.report()["keep"], holding(&folder)), (&json!("masked"), Vec::new()));
    let refused = folder.run(&["run", "--suite", "suite.yaml", "--target", &origin.url, "--keep", "some"]);
    assert!(refused.status.code() == Some(2) && text(&refused).contains("the levels are none, shapes, masked, all"), "{}", text(&refused));
}

#[test]
fn a_reduced_recording_is_neither_green_nor_red_by_what_it_does_not_hold() {
    let origin = people(&Manners::default());
    for (level, words) in [("none", "statuses only"), ("shapes", "shapes only"), ("masked", "masked values only"), ("all", "")] {
        let folder = folder(&format!("judge-{level}"), "");
        run(&folder, &origin.url, &["--keep", level]);
        let first = verdicts(&folder.report());
        let output = folder.run(&["judge", "reports/recording.json", "--suite", "suite.yaml", "--out", "again"]);
        let again = folder.json("again/report.json");
        if level == "all" {
            assert_eq!(verdicts(&again), first);
            continue;
        }
        assert_eq!(output.status.code(), Some(3), "{}", text(&output));
        assert!(text(&output).contains(&format!("reports/recording.json keeps {words}: no body is judged again")), "{}", text(&output));
        for ((name, now), (_, then)) in verdicts(&again).into_iter().zip(first) {
            // What has no body is judged by all that there is of it.
            let expected = if name == "people.delete 204" { then } else { "inconclusive".to_owned() };
            assert_eq!(now, expected, "{level}: {name}");
        }
        let reason = format!("the body of the answer 200 was not judged again: the recording keeps {words}");
        assert_eq!(again["cells"][0]["reason"], json!(reason));
        assert_eq!(again["findings"], json!([]));
    }
}

#[test]
fn the_journal_of_a_run_that_was_cut_off_keeps_what_going_on_needs() {
    let manners = Manners::default();
    let origin = people(&manners);
    let folder = folder("cut-off", "live: true\n");
    manners.dawdles.store(true, Ordering::Relaxed);
    killed(&folder, &origin.url, &[]);
    manners.dawdles.store(false, Ordering::Relaxed);
    let held = holding(&folder);
    assert!(held.len() == 1 && held[0].contains("/probity-"), "{held:?}");
    let lists = || origin.seen().iter().filter(|head| head.starts_with("GET /people HTTP")).count();
    let before = lists();
    let printed = run(&folder, &origin.url, &["--jobs", "1", "--retries", "0"]);
    assert!(printed.contains("Continuing the run of"), "{printed}");
    assert_eq!(lists(), before, "what was answered is not asked for again");
    assert_eq!(holding(&folder), Vec::<String>::new());
}

#[test]
fn a_run_without_a_report_leaves_no_more_than_others() {
    let origin = Origin::start(|_, _| answer("404 Not Found", "content-type: text/html\r\n", "<p>Nobody in Bremerhaven</p>"));
    let folder = folder("nowhere", "live: true\n");
    let printed = run(&folder, &origin.url, &[]);
    assert!(!folder.0.join("reports/report.json").exists() && !origin.seen().is_empty(), "{printed}");
    assert_eq!(holding(&folder), Vec::<String>::new());
}

#[test]
fn what_a_run_has_left_can_be_removed_by_a_journal_that_was_reduced() {
    for level in ["none", "shapes", "masked"] {
        let manners = Manners::default();
        let origin = people(&manners);
        let folder = folder(&format!("left-{level}"), &format!("keep: {level}\n"));
        manners.refuses_removal.store(true, Ordering::Relaxed);
        run(&folder, &origin.url, &[]);
        assert!(folder.report()["left"].as_array().is_some_and(|left| !left.is_empty()), "something is left");
        assert_eq!(holding(&folder), Vec::<String>::new());
        manners.refuses_removal.store(false, Ordering::Relaxed);
        let cleaned = folder.run(&["clean", "--suite", "suite.yaml", "--target", &origin.url]);
        assert_eq!(cleaned.status.code(), Some(0), "{level}: {}", text(&cleaned));
        let removed = origin.seen().iter().filter(|head| head.starts_with("DELETE /people/")).count();
        assert!(removed > 1, "{level}: {}", text(&cleaned));
        let list = text(&folder.run(&["clean", "--suite", "suite.yaml", "--target", &origin.url]));
        assert!(list.contains("Nothing that can be removed is left"), "{level}: {list}");
    }
}
