//! Servers that fail while a run makes and removes its things: nothing of the run stays without being named.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::foreign::server::{Asked, Server};
use crate::support::server::{Reply, Served};
use crate::support::{Folder, text};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /things:
    get: {operationId: list, responses: {'200': {description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}}}
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}, example: {name: Ann}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}, '400': {description: wrong}}
  /things/{thingId}:
    parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {'200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}, '404': {description: none}}}
    delete: {operationId: remove, responses: {'204': {description: gone}, '404': {description: none}}}
components: {schemas: {Thing: {type: object, properties: {id: {type: string}, name: {type: string}}}}}
";

/// What a server holds, by id.
type Held = Arc<Mutex<BTreeMap<String, Value>>>;

/// Somebody's thing, which no run may remove.
fn held() -> Held {
    Arc::new(Mutex::new(BTreeMap::from([("1".to_owned(), json!({"id": "1", "name": "Bob"}))])))
}

/// Answers as a right server would.
fn right(held: &Held, asked: &Asked) -> (u16, Value) {
    let mut things = held.lock().expect("nobody panics");
    let id = asked.path.strip_prefix("/things/");
    match (asked.method.as_str(), id) {
        ("GET", None) => (200, things.values().cloned().collect()),
        ("POST", None) => {
            let Some(name) = asked.body.as_ref().and_then(|body| body["name"].as_str()) else { return (400, json!({"error": "no name"})) };
            let new = (things.len() + 100 + things.keys().filter_map(|id| id.parse::<usize>().ok()).max().unwrap_or_default()).to_string();
            let thing = json!({"id": new, "name": name});
            things.insert(new, thing.clone());
            (201, thing)
        }
        ("GET", Some(id)) => things.get(id).map_or((404, Value::Null), |thing| (200, thing.clone())),
        ("DELETE", Some(id)) => things.remove(id).map_or((404, Value::Null), |_| (204, Value::Null)),
        _ => (405, Value::Null),
    }
}

#[test]
fn what_a_server_fails_to_remove_for_a_while_is_removed_after_it() {
    let (things, began) = (held(), Mutex::new(None));
    let server = Server::start("locked", CONTRACT, {
        let things = Arc::clone(&things);
        move |asked: &Asked| {
            // Its database is locked for two seconds from the first deletion on.
            let locked = asked.method == "DELETE" && asked.path != "/things/1" && {
                let mut began = began.lock().expect("nobody panics");
                began.get_or_insert_with(Instant::now).elapsed() < Duration::from_secs(2)
            };
            if locked { (500, json!({"error": "locked"})) } else { right(&things, asked) }
        }
    });
    let report = server.whole(&["--allow-writes"]);
    assert_eq!(things.lock().expect("nobody panics").keys().collect::<Vec<_>>(), ["1"], "{}", report["left"]);
    assert!(report["left"].as_array().is_none_or(Vec::is_empty), "{}", report["left"]);
}

#[test]
fn what_cannot_be_removed_is_named_with_its_address() {
    let things = held();
    let server = Server::start("stuck", CONTRACT, {
        let things = Arc::clone(&things);
        move |asked: &Asked| if asked.method == "DELETE" { (500, json!({"error": "locked"})) } else { right(&things, asked) }
    });
    let report = server.whole(&["--allow-writes"]);
    let mine: Vec<String> = things.lock().expect("nobody panics").keys().filter(|id| *id != "1").cloned().collect();
    let address = |id: &String| report["left"].as_array().expect("a list").iter().find(|one| one["id"] == **id).map(|one| one["address"].clone());
    assert!(!mine.is_empty());
    for id in &mine {
        let address = address(id).unwrap_or_else(|| panic!("{id} is not named: {}", report["left"]));
        assert!(address.as_str().is_some_and(|address| address.ends_with(&format!("/things/{id}"))), "{address}");
    }
    let asked = server.seen().into_iter().filter(|asked| *asked == format!("DELETE /things/{}", mine[0])).count();
    assert!((4..=12).contains(&asked), "{asked} requests to remove one thing");
}

#[test]
fn what_a_create_made_that_says_it_failed_is_looked_for_and_removed() {
    let (things, asked_for) = (held(), Mutex::new(0));
    let server = Server::start("half-done", CONTRACT, {
        let things = Arc::clone(&things);
        move |asked: &Asked| {
            let answer = right(&things, asked);
            let mut count = asked_for.lock().expect("nobody panics");
            *count += usize::from(answer.0 == 201);
            if answer.0 == 201 && *count % 2 == 1 { (500, json!({"error": "failed after it was made"})) } else { answer }
        }
    });
    let report = server.whole(&["--allow-writes"]);
    assert!(server.seen().contains(&"POST /things".to_owned()), "{:?}", server.seen());
    assert_eq!(things.lock().expect("nobody panics").keys().collect::<Vec<_>>(), ["1"], "{}", report["left"]);
}

/// What is there after a run that makes one of each of several kinds, on a server on which a deletion at these addresses fails for
/// so long, and every deletion that was asked for.
fn kinds(name: &str, fails: impl Fn(&str, Duration) -> bool + Send + Sync + 'static) -> (Vec<String>, Vec<String>) {
    const KINDS: [&str; 6] = ["apples", "bats", "cups", "dogs", "eggs", "figs"];
    let one = |kind: &str| {
        let (body, id) = ("{type: object, required: [name], properties: {name: {type: string}}}", "{type: object, properties: {id: {type: string}}}");
        format!(
            "  /{kind}:\n    post: {{operationId: make-{kind}, requestBody: {{required: true, content: {{application/json: {{schema: {body}}}}}}}, \
             responses: {{'201': {{description: made, content: {{application/json: {{schema: {id}}}}}}}}}}}\n  /{kind}/{{id}}:\n    parameters: \
             [{{name: id, in: path, required: true, schema: {{type: string}}}}]\n    delete: {{operationId: remove-{kind}, responses: {{'204': \
             {{description: gone}}}}}}\n"
        )
    };
    let paths: String = KINDS.iter().map(|kind| one(kind)).collect();
    let contract = format!("openapi: 3.1.0\ninfo: {{title: Kinds, version: '1'}}\npaths:\n{paths}");
    let there: Arc<Mutex<Vec<String>>> = Arc::default();
    let server = Server::start(name, &contract, {
        let (there, began) = (Arc::clone(&there), Mutex::new(None));
        move |asked: &Asked| {
            let mut there = there.lock().expect("nobody panics");
            if asked.method == "POST" {
                let id = (there.len() + 100).to_string();
                there.push(format!("{}/{id}", asked.path));
                return (201, json!({"id": id}));
            }
            let since = began.lock().expect("nobody panics").get_or_insert_with(Instant::now).elapsed();
            if fails(&asked.path, since) {
                return (500, json!({"error": "stuck"}));
            }
            there.retain(|path| *path != asked.path);
            (204, Value::Null)
        }
    });
    server.whole(&["--allow-writes"]);
    let there = there.lock().expect("nobody panics").clone();
    (there, server.seen().into_iter().filter(|asked| asked.starts_with("DELETE")).collect())
}

#[test]
fn what_can_never_be_removed_is_not_in_the_way_of_the_rest() {
    // Whichever of them are asked for first.
    for stuck in [["/apples", "/bats", "/cups"], ["/dogs", "/eggs", "/figs"]] {
        let is_stuck = move |path: &str| stuck.iter().any(|kind| path.starts_with(kind));
        let fails = move |path: &str, since| is_stuck(path) || since < Duration::from_millis(1_200);
        let (there, _) = kinds(&stuck[0].replace('/', "in-the-way-"), fails);
        assert!(there.len() == 3 && there.iter().all(|path| is_stuck(path)), "{stuck:?}: {there:?}");
    }
}

#[test]
fn a_server_that_removes_nothing_is_not_asked_for_ever() {
    let (there, asked) = kinds("nothing", |_, _| true);
    assert!(there.len() >= 6 && asked.len() <= there.len() * 4 + 5 * 3, "{} requests to remove {} things", asked.len(), there.len());
}

/// What `clean` says after a run was killed on a server whose creates answer with this status and so, and what is there then.
fn cleaned(name: &str, status_of_creates: u16, made: impl Fn(&str, &Value) -> Value + Send + Sync + 'static) -> (String, Vec<String>) {
    let things = held();
    let served = Served::start({
        let things = Arc::clone(&things);
        move |asked: &Asked| {
            let (status, body) = right(&things, asked);
            // Long enough to be killed in the meantime.
            std::thread::sleep(Duration::from_secs(if status == 404 { 3 } else { 0 }));
            let body = if status == 201 { made(body["id"].as_str().unwrap_or_default(), &body["name"]) } else { body };
            Reply::json(if status == 201 { status_of_creates } else { status }, &body)
        }
    });
    let folder = Folder::new(&format!("cleaned-{name}"));
    // Where the id of what is made stands is not told, unless it is to be looked for in a list.
    let untold = CONTRACT.replace("schema: {$ref: '#/components/schemas/Thing'}}}}, '400'", "schema: {type: object}}}}, '400'");
    folder.write("contract.yaml", if status_of_creates == 201 { untold.as_str() } else { CONTRACT });
    let words = ["run", "--contract", "contract.yaml", "--target", &served.url, "--allow-writes"];
    let mut child = folder.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command runs");
    let started = Instant::now();
    while !served.seen().contains(&"POST /things".to_owned()) && started.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(300));
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let said = text(&folder.run(&["clean", "--contract", "contract.yaml", "--target", &served.url]));
    let left = things.lock().expect("nobody panics").keys().filter(|id| *id != "1").cloned().collect();
    let again = text(&folder.run(&["clean", "--contract", "contract.yaml", "--target", &served.url]));
    assert!(again.contains("Nothing that can be removed is left"), "{again}");
    (said, left)
}

#[test]
fn clean_removes_or_names_what_the_contract_gives_no_id() {
    let (said, left) = cleaned("shown", 201, |id, name| json!({"result": {"id": id, "name": name}}));
    assert_eq!(left, Vec::<String>::new(), "{said}");
    let (said, left) = cleaned("other", 201, |id, _| json!({"result": {"id": id, "name": "another"}}));
    assert!(!left.is_empty() && left.iter().all(|id| said.contains(&format!("things {id} "))), "{left:?}: {said}");
    let (said, left) = cleaned("nothing", 201, |_, _| json!({"result": "done"}));
    assert!(!left.is_empty() && said.contains("/things"), "{left:?}: {said}");
}

#[test]
fn clean_looks_for_what_a_create_made_that_said_it_failed() {
    let (said, left) = cleaned("failed", 500, |_, _| json!({"error": "failed after it was made"}));
    assert_eq!(left, Vec::<String>::new(), "{said}");
}
