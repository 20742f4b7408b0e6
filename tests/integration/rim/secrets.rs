//! Secrets appear in nothing that is written, however a server repeats them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::rim::origin::{Origin, answer, field};
use crate::support::{Folder, text};

/// Three ways to show who asks, each with operations whose answers go into different parts of the reports.
const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Secrets, version: '1'}
paths:
  /basic/{id}:
    get:
      operationId: basic.get
      security: [{pair: []}]
      parameters: [{name: id, in: path, required: true, schema: {type: integer}, example: 7}]
      responses: &responses
        '200': {description: found, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}}}
        '400': {description: bad, content: {application/json: {schema: {type: object}}}}
        '401': {description: who, content: {application/json: {schema: {type: object}}}}
        '404': {description: gone, content: {application/json: {schema: {type: object}}}}
  /bearer:
    get: {operationId: bearer.get, security: [{token: []}], responses: *responses}
    post:
      operationId: bearer.create
      security: [{token: []}]
      requestBody: {required: true, content: {application/json: {example: {name: x}, schema: {type: object, properties: {name: {type: string}}}}}}
      responses: {'201': {description: made, headers: {Location: {schema: {type: string}}}}, '400': {description: bad}}
  /key:
    get: {operationId: key.get, security: [{key: []}], responses: *responses}
  /export:
    get:
      operationId: export.get
      security: [{token: []}]
      responses:
        '303': {description: elsewhere, headers: {Location: {schema: {type: string}}}, x-probity-when: [success]}
        '200': {description: found, x-probity-when: [success]}
components:
  securitySchemes:
    pair: {type: http, scheme: basic}
    token: {type: http, scheme: bearer}
    key: {type: apiKey, in: query, name: api_key}
";

#[derive(Debug, Clone)]
struct Secrets {
    password: String,
    token: String,
    key: String,
}

fn secrets() -> impl Strategy<Value = Secrets> {
    // A file of lines holds no line break, and what a header field carries is visible ASCII.
    ("[ -~äß€]{8,40}", "[!-~]{8,60}", "[ -~ü]{8,40}").prop_map(|(password, token, key)| Secrets { password, token, key })
}

/// The forms in which a server may repeat a text: written here without a look at how the program finds them.
fn forms(text: &str) -> Vec<String> {
    let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let quoted = serde_json::to_string(text).expect("JSON");
    let escaped = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
    vec![
        text.to_owned(),
        STANDARD.encode(text),
        STANDARD_NO_PAD.encode(format!("x{text}y")),
        URL_SAFE_NO_PAD.encode(format!("xy{text}z")),
        text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02x}") }).collect(),
        percent,
        form,
        quoted[1..quoted.len() - 1].to_owned(),
        quoted[1..quoted.len() - 1].replace('/', "\\/"),
        escaped,
        html,
        text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat(),
    ]
}

/// A server that says everything back that it was told, in a form that changes with each request.
fn echo(secrets: &Secrets) -> Origin {
    let known = [secrets.password.clone(), secrets.token.clone(), secrets.key.clone()];
    let count = std::sync::atomic::AtomicUsize::new(0);
    Origin::start(move |head, body| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let told = field(head, "authorization").unwrap_or_default();
        let line = head.lines().next().unwrap_or_default().to_owned();
        let forms: Vec<String> = known.iter().flat_map(|secret| forms(secret)).chain([told, line.clone()]).collect();
        let form = forms[number % forms.len()].clone();
        let plain: String = form.chars().filter(|letter| letter.is_ascii() && !letter.is_control()).collect();
        let name: String = plain.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        let fields =
            format!("location: /{plain}\r\nx-echo: {plain}\r\nx-{name}: 1\r\n{}set-cookie: s={plain}\r\n", "content-type: application/json\r\n");
        let status = if line.starts_with("POST") {
            "201 Created"
        } else if line.contains("/export") {
            "303 See Other"
        } else {
            "200 OK"
        };
        let message = format!("you said {form}, {line} and {body}");
        let document = json!({"id": 1, "message": message, "all": forms, form.clone(): {"deep": [form.clone()]}}).to_string();
        match number % 7 {
            0 => answer(status, &fields, &document),
            1 => answer("400 Bad Request", &fields, &document),
            2 => answer("500 Oops", &fields, &format!("<html>{message}: {}</html>", forms.join(", "))),
            3 => answer(&format!("200 {plain}"), &fields, &json!(form).to_string()),
            4 => format!("{plain} {}\r\n\r\n", forms.join(" ")).into_bytes(),
            5 => answer("200 OK", &format!("{fields}content-encoding: {plain}\r\n"), &document),
            _ => answer(status, &fields, &json!({"id": form}).to_string()),
        }
    })
}

/// Everything that a run wrote.
pub fn written(folder: &Folder, printed: &str) -> Vec<(String, String)> {
    let mut texts = vec![("terminal".to_owned(), printed.to_owned())];
    let mut folders = vec![folder.0.clone()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("ours") {
                texts.push((path.display().to_string(), String::from_utf8_lossy(&std::fs::read(&path).unwrap_or_default()).into_owned()));
            }
        }
    }
    texts
}

#[test]
fn a_secret_is_in_nothing_that_is_written() {
    let mut runner = TestRunner::new(Config { cases: 16, failure_persistence: None, max_shrink_iters: 20, ..Config::default() });
    let outcome = runner.run(&secrets(), |secrets| {
        let (folder, origin) = (Folder::with_contract("secrets", CONTRACT), echo(&secrets));
        let Secrets { password, token, key } = &secrets;
        folder.write(
            "ours",
            format!("PROBITY_PAIR_USERNAME=somebody\nPROBITY_PAIR_PASSWORD='{password}'\nexport PROBITY_TOKEN=\"{token}\"\nPROBITY_KEY='{key}'\n"),
        );
        let output = folder.against(&origin.url, &["--credentials", "ours", "--jobs", "1", "--thorough"]);
        let printed = text(&output);
        prop_assert!(output.status.code().is_some_and(|code| code == 1 || code == 3), "{printed}");
        let texts = written(&folder, &printed);
        // The reports, the recording and the journal among them.
        prop_assert!(texts.len() >= 7, "{} files: {printed}", texts.len());
        prop_assert!(texts.iter().any(|(_, text)| text.contains("no-echo")), "nothing came back: {printed}");
        for (name, text) in &texts {
            for secret in [password, token, key] {
                let found = forms(secret).into_iter().find(|form| text.contains(form.trim_end_matches('=')));
                prop_assert_eq!(found, None, "{} holds {}", name, secret);
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_short_secret_is_told_of_and_shreds_no_report() {
    let folder = Folder::with_contract("secrets-short", &CONTRACT.replace("/key:", "/other:"));
    let origin = Origin::start(|_, _| answer("200 OK", "content-type: application/json\r\n", r#"{"id": 1, "a": "a 1 a"}"#));
    folder.write("ours", "PROBITY_PAIR_USERNAME=somebody\nPROBITY_PAIR_PASSWORD=a\nPROBITY_TOKEN=1\nPROBITY_KEY=e\n");
    let output = folder.against(&origin.url, &["--credentials", "ours"]);
    let printed = text(&output);
    assert!(printed.contains("note: PROBITY_TOKEN is shorter than 8 characters") && printed.contains("PROBITY_PAIR_PASSWORD"), "{printed}");
    for (name, text) in written(&folder, &printed) {
        assert!(!text.contains("[credentials]") && !text.contains("no-echo"), "{name}: {text}");
    }
    // The pair is long enough to be told from chance.
    let pair = STANDARD.encode("somebody:a");
    let origin = Origin::start(move |_, _| answer("200 OK", "content-type: application/json\r\n", &json!({"id": 1, "a": pair}).to_string()));
    let printed = text(&folder.against(&origin.url, &["--credentials", "ours"]));
    assert!(written(&folder, &printed).iter().all(|(_, text)| !text.contains(&STANDARD.encode("somebody:a"))), "{printed}");
}

#[test]
fn a_mock_does_not_show_what_the_environment_has() {
    use std::io::{BufRead, BufReader};
    let folder = Folder::with_contract("secrets-mock", CONTRACT);
    let mut command = folder.command(&["mock", "--listen", "127.0.0.1:0", "--contract", "contract.yaml"]);
    let mut mock = command.env("PROBITY_TOKEN", "s3cret-of-the-environment").stdout(std::process::Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(mock.stdout.take().unwrap()).lines().map_while(Result::ok);
    let said: Vec<String> = lines.take_while(|line| !line.contains("probity run")).collect();
    mock.kill().and_then(|()| mock.wait()).unwrap();
    let said = said.join("\n");
    assert!(said.contains("export PROBITY_KEY=") && said.contains("# PROBITY_TOKEN") && !said.contains("s3cret"), "{said}");
}

#[test]
fn the_types_that_hold_secrets_do_not_show_them() {
    use probity::execute::http::{Accounts, Secret, Secrets, UnsignedRequest};
    use secrecy::SecretString;
    let text = || SecretString::from("s3cret-of-a-type".to_owned());
    let all = [("a", Secret::Bearer(text())), ("b", Secret::Value(text())), ("c", Secret::Basic { username: text(), password: text() })];
    let full: Secrets = all.map(|(name, secret)| (name.to_owned(), secret)).into();
    let accounts = Accounts { limited: Some(full.clone()), full, ..Accounts::default() };
    let method = probity::model::contract::Method::GET;
    let headers = vec![("authorization".to_owned(), "Bearer s3cret-of-a-type".to_owned())];
    let wire = UnsignedRequest { method, url: "http://h/x?key=s3cret-of-a-type".to_owned(), headers, body: None };
    for shown in [format!("{accounts:?} {accounts:#?}"), format!("{wire:?} {wire:#?}")] {
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
