//! The command under `again:` sends the same request: the same bytes, the same credentials or none.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use probity::execute::http::UnsignedRequest;
use probity::judge::exchange_rules::{CredentialHints, curl};
use probity::model::contract::Method;
use serde_json::Value;

use crate::rim::origin::{Origin, answer, field, json};
use crate::support::{Folder, text};

type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// A server that remembers head and body of each request.
fn recorder(reply: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> (Origin, Seen) {
    let seen: Seen = Arc::default();
    let kept = Arc::clone(&seen);
    let origin = Origin::start(move |head, body| {
        kept.lock().unwrap().push((normal(head), body.to_owned()));
        reply(head)
    });
    (origin, seen)
}

/// A head without what curl says of itself and of the connection, its fields sorted.
fn normal(head: &str) -> String {
    let own = ["user-agent:", "accept-encoding:", "connection:"];
    let mut lines: Vec<String> = head
        .trim_end()
        .lines()
        .map(|line| line.split_once(':').map_or(line.to_owned(), |(name, value)| format!("{}: {}", name.to_lowercase(), value.trim())))
        .collect();
    lines.retain(|line| own.iter().all(|own| !line.starts_with(own)));
    let rest = lines.split_off(1);
    let mut rest: Vec<String> = rest.into_iter().collect();
    rest.sort();
    lines.extend(rest);
    lines.join("\n")
}

/// What a shell sends when a line is pasted into it.
fn pasted(line: &str, seen: &Seen, environment: &[(&str, &str)]) -> (String, String) {
    let before = seen.lock().unwrap().len();
    let mut shell = Command::new("sh");
    shell.env_clear().env("PATH", std::env::var("PATH").unwrap()).envs(environment.iter().copied());
    let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut shell.stdin.take().unwrap(), format!("{line}\n").as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    let all = seen.lock().unwrap();
    assert_eq!(all.len(), before + 1, "{line}: {}", String::from_utf8_lossy(&output.stderr));
    all[before].clone()
}

/// The request as it is to come, by RFC 9112 and the URL standard.
fn on_the_wire(wire: &UnsignedRequest) -> (String, String) {
    let url = url::Url::parse(&wire.url).unwrap();
    let mut fields = wire.headers.clone();
    fields.push(("host".to_owned(), format!("127.0.0.1:{}", url.port().unwrap())));
    if !fields.iter().any(|(name, _)| name == "accept") {
        fields.push(("accept".to_owned(), "*/*".to_owned()));
    }
    let body = wire.body.clone().unwrap_or_default();
    if !body.is_empty() {
        fields.push(("content-length".to_owned(), body.len().to_string()));
    }
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let fields = fields.iter().fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n");
    (normal(&format!("{} {target} HTTP/1.1\r\n{fields}\r\n", wire.method.as_str())), String::from_utf8_lossy(&body).into_owned())
}

#[test]
fn what_is_pasted_is_what_was_sent_byte_by_byte() {
    let (origin, seen) = recorder(|_| json("{}"));
    let long = "x".repeat(150_000);
    let bodies: [&[u8]; 14] = [
        b"",
        b"{\"a\": \"it's $HOME `id` \\\\ \\n\"}",
        b"line\nbreak\r\n",
        b"a\0b",
        b"\xff\xfe\xc3",
        b"@/etc/passwd",
        b"-n",
        b"%s %d %%",
        "é \u{202e}\u{200b}\u{feff}".as_bytes(),
        b"\n",
        b"--b\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n'x'\r\n--b--\r\n",
        b"\\x41 \\101",
        b"\x1b]0;title\x07",
        long.as_bytes(),
    ];
    let same = |wire: &UnsignedRequest| {
        let line = curl(&wire.without_secrets(), &CredentialHints::default());
        assert!(line.chars().all(|letter| !letter.is_control()), "it is one line: {line}");
        assert_eq!(pasted(&line, &seen, &[]), on_the_wire(wire), "{line}");
    };
    for body in bodies {
        for media in [None, Some("application/json"), Some("multipart/form-data; boundary=b")] {
            let headers = media.iter().map(|media| ("content-type".to_owned(), (*media).to_owned())).collect();
            same(&UnsignedRequest { method: Method::POST, url: format!("{}/a?b[c]=d%20e", origin.url), headers, body: Some(body.to_vec()) });
        }
    }
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for method in ["GET", "HEAD", "DELETE", "POST", "PUT", "PATCH", "OPTIONS", "PROPFIND"] {
        let headers = vec![field("accept", "a/b"), field("x-empty", ""), field("x-quote", "it's \"$x\""), field("cookie", "a=1; b=2")];
        same(&UnsignedRequest { method: Method::new(method), url: format!("{}/a/../b/%7Bc%7D?x={{y}}", origin.url), headers, body: None });
    }
}

/// Three schemes are declared, and two accounts have credentials for one of them.
const CONTRACT: &str = r#"openapi: 3.1.0
info: {title: Again, version: '1'}
security: [{token: []}, {pair: []}, {key: []}]
paths:
  /notes:
    get:
      operationId: notes.list
      parameters: [{name: place, in: cookie, required: true, schema: {type: string}, example: here}]
      responses: &responses
        '200': {description: all, content: {application/json: {schema: {type: object, required: [n]}}}}
        '401': {description: who}
        '403': {description: may not}
    post:
      operationId: notes.create
      requestBody: {required: true, content: {application/json: {example: {text: "it's\n\"quoted\" $HOME"}, schema: {type: object, required: [text], properties: {text: {type: string}}}}}}
      responses: {<<: *responses, '400': {description: bad}}
  /files:
    post:
      operationId: files.create
      requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, required: [file], properties: {file: {type: string, format: binary}}}}}}
      responses: *responses
    head: {operationId: files.head, responses: {'200': {description: there, headers: {X-Count: {required: true, schema: {type: integer}}}}, '401': {description: who}}}
components:
  securitySchemes:
    pair: {type: http, scheme: basic}
    token: {type: http, scheme: bearer}
    key: {type: apiKey, in: query, name: api_key}
"#;

const SUITE: &str = "name: again\ncontract: contract.yaml\naccounts:\n  full: {pair: {basic: {username: U, password: P}}}\n  limited: {pair: {basic: {username: U2, password: P2}}}\n";

#[test]
fn what_is_pasted_is_what_the_run_has_sent_with_its_credentials_or_none() {
    let kinds = pasted_again("again", &["--suite", "suite.yaml"], &[("U", "user"), ("P", "pass word 'quoted'"), ("U2", "limited"), ("P2", "other")]);
    for kind in
        ["notes.list no-credentials", "notes.list wrong-secret", "notes.list limited-credentials", "notes.create success", "files.create success"]
    {
        assert!(kinds.iter().any(|known| known == kind), "{kind} in {kinds:?}");
    }
}

/// Where no suite names accounts, the contract asks for three; what there is of them is what is sent.
#[test]
fn a_scheme_without_credentials_is_in_no_command() {
    let environment = [("PROBITY_PAIR_USERNAME", "user"), ("PROBITY_PAIR_PASSWORD", "other word")];
    let kinds = pasted_again("again-alone", &["--contract", "contract.yaml", "--cases", "2"], &environment);
    for kind in ["notes.list no-credentials", "notes.create success"] {
        assert!(kinds.iter().any(|known| known == kind), "{kind} in {kinds:?}");
    }
}

/// Runs against a server that is wrong in everything, and pastes the command of each finding: what each was about.
fn pasted_again(name: &str, words: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
    let folder = Folder::with_contract(name, CONTRACT);
    folder.write("suite.yaml", SUITE);
    // Whoever asks for nothing is let in, and what is answered is wrong.
    let (origin, seen) = recorder(|head| if head.starts_with("HEAD") { answer("200 OK", "", "") } else { json("{\"wrong\": true}") });
    let all = [&["run", "--target", &origin.url, "--allow", "all", "--retries", "0"][..], words].concat();
    let output = folder.command(&all).envs(environment.iter().copied()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let sent = seen.lock().unwrap().clone();
    let report = folder.report();
    let cells = report["cells"].as_array().unwrap().iter().flat_map(|cell| cell["findings"].as_array().unwrap());
    let findings: Vec<&Value> = cells.chain(report["findings"].as_array().unwrap()).collect();
    let (user, password) = (environment[0].0, environment[1].0);
    let mut kinds = Vec::new();
    for finding in &findings {
        let (line, probe) = (finding["curl"].as_str().unwrap(), finding["probe"].as_str().unwrap());
        let again = pasted(line, &seen, environment);
        assert!(sent.contains(&again), "{probe}: {line}\nsent {again:#?}\nknown {sent:#?}");
        let authorization = field(&format!("{}\n", again.0), "authorization");
        let trigger = probe.split("::").nth(2).unwrap_or_default();
        match trigger {
            "no-credentials" => assert_eq!(authorization, None, "{line}"),
            "wrong-secret" => assert!(line.contains("wrong-secret"), "{line}"),
            "limited-credentials" => assert!(line.contains("${U2}"), "{line}"),
            _ => assert!(line.contains(&format!("\"${{{user}}}\":\"${{{password}}}\"")), "{line}"),
        }
        assert!(!line.contains("Bearer") && !line.contains("api_key"), "{line}");
        kinds.push(format!("{} {trigger}", probe.split("::").next().unwrap_or_default()));
    }
    kinds
}
