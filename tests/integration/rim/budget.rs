//! A budget holds whatever the server answers: repeated requests and those that put back count as well.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::rim::origin::{Origin, answer};
use crate::support::{Folder, text};

/// Something that everybody uses, and a list of pages.
const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Budget, version: '1'}
paths:
  /settings:
    get:
      operationId: settings.get
      responses: {'200': &settings {description: found, content: {application/json: {schema: &schema {type: object, required: [colour], properties: {colour: {type: string}}}}}}}
    put:
      operationId: settings.put
      requestBody: {required: true, content: {application/json: {schema: *schema, example: {colour: red}}}}
      responses: {'200': *settings, '400': {description: bad}, '415': {description: another type}, '422': {description: refused}}
  /a: {get: {operationId: a.list, responses: {'200': {description: found}}}}
  /b: {get: {operationId: b.list, responses: {'200': {description: found}}}}
";

/// Settings that were blue before; who asks for anything else than these is asked to come back, with this status.
fn server(busy: &'static str) -> (Origin, Arc<Mutex<Value>>) {
    let settings = Arc::new(Mutex::new(json!({"colour": "blue"})));
    let kept = Arc::clone(&settings);
    let origin = Origin::start(move |head, body| {
        let json = "content-type: application/json\r\n";
        let mut settings = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let sent: Option<Value> = serde_json::from_str(body).ok().filter(|sent: &Value| sent["colour"].is_string());
        match (head.starts_with("PUT /settings"), sent) {
            (true, Some(sent)) => *settings = sent,
            (false, _) if head.starts_with("GET /settings") => {}
            _ => return answer(busy, "retry-after: 1\r\n", ""),
        }
        answer("200 OK", json, &settings.to_string())
    });
    (origin, settings)
}

#[test]
fn a_budget_holds_for_what_is_sent_again_and_for_what_is_put_back() {
    let mut changed = 0;
    for (busy, budget) in ["503 Busy", "429 Too Many"].into_iter().flat_map(|busy| (4..10).map(move |budget| (busy, budget))) {
        let folder = Folder::with_contract("budget-again", CONTRACT);
        let (origin, settings) = server(busy);
        let output = folder.against(&origin.url, &["--budget", &budget.to_string(), "--allow", "all", "--jobs", "1", "--retries", "0"]);
        let seen: Vec<String> = origin.seen().iter().filter_map(|head| head.lines().next().map(str::to_owned)).collect();
        changed += seen.iter().filter(|line| line.starts_with("PUT ")).count();
        assert!(seen.len() <= budget, "{busy}: {} of {budget}: {seen:#?}\n{}", seen.len(), text(&output));
        let now = settings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert_eq!(now, json!({"colour": "blue"}), "{busy} {budget}: {seen:#?}\n{}", text(&output));
    }
    assert!(changed > 0, "nothing was written");
}
