//! Conditional answers: 304 for what has not changed, 406 for an unknown form, 412 for an old version.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::foreign::server::{Answered, Asked, Server, said, verdict};
use crate::support::{Folder, text};

/// Things that are read and written; with the statuses that tell of conditions, or without them.
fn contract(documented: bool) -> String {
    let more = |statuses: &[u16]| -> String {
        let known = statuses.iter().filter(|_| documented);
        known.map(|status| [", '", &status.to_string(), "': {description: told}"].concat()).collect()
    };
    let shown = "content: {application/json: {schema: {type: object, properties: {id: {type: string}, name: {type: string}}}}}";
    let taken = "{required: true, content: {application/json: {schema: {type: object, properties: {name: {type: string}}}, example: {name: Ann}}}}";
    format!(
        "openapi: 3.1.0\ninfo: {{title: Things, version: '1'}}\npaths:\n  /things:\n    post: {{operationId: make, requestBody: {taken}, responses: \
         {{'201': {{description: made, {shown}}}}}}}\n  /things/{{thingId}}:\n    parameters: [{{name: thingId, in: path, required: true, schema: \
         {{type: string}}}}]\n    get: {{operationId: read, responses: {{'200': {{description: one, {shown}}}{}}}}}\n    put: {{operationId: write, \
         requestBody: {taken}, responses: {{'200': {{description: written, {shown}}}{}}}}}\n    delete: {{operationId: remove, responses: \
         {{'204': {{description: gone}}{}}}}}\n",
        more(&[304, 406]),
        more(&[412]),
        more(&[412])
    )
}

/// A server that keeps things; one that `heeds` conditions, or one that does not look at them. It counts what it does not heed.
fn server(name: &str, documented: bool, heeds: bool) -> (Server, &'static Mutex<Vec<String>>) {
    let things: Mutex<Vec<Option<Value>>> = Mutex::default();
    let conditions: &'static Mutex<Vec<String>> = Box::leak(Box::default());
    let answer = move |asked: &Asked| -> Answered {
        let mut things = things.lock().expect("nobody panics");
        let told = |name: &str| asked.headers.get(name).cloned();
        for name in ["if-match", "if-none-match"] {
            conditions.lock().expect("nobody panics").extend(told(name).map(|value| format!("{} {name}: {value}", asked.method)));
        }
        let Some(id) = asked.path.strip_prefix("/things/") else {
            let id = things.len().to_string();
            things.push(asked.body.clone());
            return (201, json!({"id": id, "name": asked.body.as_ref().map(|body| body["name"].clone())}), Vec::new());
        };
        let Some(Some(thing)) = id.parse::<usize>().ok().and_then(|index| things.get(index).cloned()) else {
            return (404, Value::Null, Vec::new());
        };
        let tag = format!("\"100%-{}\"", thing.to_string().len());
        if heeds && told("accept").is_some_and(|accept| !accept.contains("json") && !accept.contains('*')) {
            return (406, Value::Null, Vec::new());
        }
        if heeds && told("if-match").is_some_and(|known| known != tag) {
            return (412, Value::Null, Vec::new());
        }
        if heeds && told("if-none-match").is_some_and(|known| known == tag) {
            return (304, Value::Null, vec![("etag", tag)]);
        }
        let index: usize = id.parse().expect("a number");
        match asked.method.as_str() {
            "DELETE" => {
                things[index] = None;
                (204, Value::Null, Vec::new())
            }
            "PUT" => {
                things[index].clone_from(&asked.body);
                (200, json!({"id": id, "name": asked.body.as_ref().map(|body| body["name"].clone())}), Vec::new())
            }
            _ => (200, json!({"id": id, "name": thing["name"]}), vec![("etag", tag)]),
        }
    };
    (Server::telling(name, &contract(documented), answer), conditions)
}

#[test]
fn what_is_answered_on_condition_is_provoked() {
    let (server, _) = server("heeding", true, true);
    let report = server.run(&["--allow-writes"]);
    for (operation, status) in [("read", 304), ("read", 406), ("write", 412), ("remove", 412)] {
        assert_eq!(verdict(&report, operation, status), "conforms", "{operation} {status}: {:?}", said(&report));
    }
    assert!(report.left.is_empty(), "{:?}", report.left);
}

/// What is preferred may be disregarded, and what has not changed may be sent again (RFC 9110, sections 12.5.1 and 15.4.5);
/// what is not the version that was named must not be removed (section 13.1.1).
#[test]
fn who_does_not_heed_conditions_is_accused_of_what_must_be_heeded() {
    let (server, _) = server("heedless", true, false);
    let report = server.run(&["--allow-writes"]);
    assert_eq!([verdict(&report, "read", 304), verdict(&report, "read", 406)], ["unreached"; 2], "{:?}", said(&report));
    assert_eq!([verdict(&report, "write", 412), verdict(&report, "remove", 412)], ["violates"; 2], "{:?}", said(&report));
}

#[test]
fn where_no_condition_is_documented_none_is_sent() {
    let (server, conditions) = server("silent", false, false);
    let report = server.run(&["--allow-writes"]);
    assert!(said(&report).is_empty(), "{:?}", said(&report));
    assert!(conditions.lock().expect("nobody panics").is_empty(), "{conditions:?}");
}

#[test]
fn the_embedded_server_answers_on_condition() {
    let folder = Folder::new("foreign-mocked");
    folder.write("contract.yaml", contract(true));
    let output = folder.run(&["run", "--contract", "contract.yaml", "--target", "mock"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report = folder.report();
    let cells = report["cells"].as_array().expect("cells");
    let open: Vec<&Value> = cells.iter().filter(|cell| !matches!(cell["verdict"].as_str(), Some("conforms" | "held"))).collect();
    assert!(open.is_empty() && cells.iter().any(|cell| cell["status"] == 304), "{open:?}");
}
