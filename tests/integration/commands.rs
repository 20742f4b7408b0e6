//! The command line as a user or a CI server meets it: exit codes, messages, files, and what was really sent.

use serde_json::Value;

use crate::support::{Folder, Mock, OTHER, text};

/// Whether a cell is the one of two sides that the mock does not take; it says so.
fn is_other_side(cell: &Value) -> bool {
    let reason = cell["reason"].as_str().unwrap_or_default();
    cell["verdict"] == "unreached" && reason.starts_with("the server takes the other side: it answered 20")
}

/// The verdicts of a report, by operation and status.
fn verdicts(report: &Value) -> Vec<(String, u64, String)> {
    let cells = report["cells"].as_array().expect("cells");
    let cell = |cell: &Value| Some((cell["operation"].as_str()?.to_owned(), cell["status"].as_u64()?, cell["verdict"].as_str()?.to_owned()));
    cells.iter().filter_map(cell).collect()
}

#[test]
fn without_arguments_everything_conforms_and_the_reports_are_there() {
    let folder = Folder::new("plain");
    let output = folder.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report = folder.report();
    let cells = report["cells"].as_array().expect("cells");
    let open: Vec<&Value> = cells.iter().filter(|cell| cell["verdict"] != if cell["status"] == 500 { "held" } else { "conforms" }).collect();
    assert!(open.iter().all(|cell| is_other_side(cell)), "{open:#?}");
    // As many as tests/integration/contract/figures.rs counts.
    assert_eq!(open.len(), 12);
    assert_eq!(report["totals"]["inferred"], serde_json::json!({"conforms": 74, "unreached": 9}));
    let shown: Vec<u64> = [200, 201, 202, 204, 303, 400, 401, 403, 404, 405, 409, 410, 415, 429]
        .into_iter()
        .filter(|status| report["probes"].as_array().is_some_and(|probes| probes.iter().any(|probe| probe["status"] == *status)))
        .collect();
    assert_eq!(shown.len(), 14, "each documented status is shown by an exchange: {shown:?}");
    assert!(report["findings"].as_array().is_some_and(Vec::is_empty));
    for name in ["junit.xml", "report.md", "recording.json"] {
        assert!(folder.0.join("reports").join(name).exists(), "{name}");
    }
}

#[test]
fn a_mock_in_another_process_gives_the_same_matrix() {
    let folder = Folder::new("same");
    assert_eq!(folder.run(&["run"]).status.code(), Some(0));
    let embedded = verdicts(&folder.report());
    let mock = Mock::start(&folder, &[]);
    let output = mock.run(&folder, &["run"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(verdicts(&folder.report()) == embedded, "the two matrices differ:\n{}", text(&output));
}

#[test]
fn with_wrong_credentials_only_401_conforms() {
    let folder = Folder::new("wrong");
    let mut mock = Mock::start(&folder, &[]);
    for (name, value) in &mut mock.environment {
        if name.ends_with("SECRET") {
            "wrong".clone_into(value);
        }
    }
    let output = mock.run(&folder, &["run"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    for (operation, status, verdict) in verdicts(&folder.report()) {
        let expected = if status == 401 { "conforms" } else { "blocked" };
        assert_eq!(verdict, expected, "{operation} {status}");
    }
}

/// Of a status that no known request provokes the answer says nothing, so that the run must not end green.
#[test]
fn what_is_answered_but_not_proved_is_no_success() {
    let folder = Folder::new("unreached");
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/wild/petstore.yaml");
    let output = folder.run(&["run", "--target", "mock", "--contract", contract, "--only", "getUserByName", "--status", "400"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("Nothing was proved"), "{}", text(&output));
}

#[test]
fn a_server_that_refuses_everything_proves_nothing_and_one_that_fails_breaks_what_it_documents() {
    for (fault, code) in [("always-500", 1), ("always-429", 3)] {
        let folder = Folder::new(fault);
        let output = folder.run(&["run", "--fault", fault, "--retries", "0"]);
        assert_eq!(output.status.code(), Some(code), "{fault}: {}", text(&output));
        let report = folder.report();
        let violated: Vec<u64> = verdicts(&report).into_iter().filter(|(_, _, verdict)| verdict != "blocked").map(|(_, status, _)| status).collect();
        assert_eq!(!violated.is_empty(), fault == "always-500", "{fault}: {violated:?}");
        assert!(violated.iter().all(|status| *status == 500), "{fault}: {violated:?}");
        let blocked =
            report["cells"].as_array().expect("cells").iter().filter(|cell| cell["verdict"] == "blocked").all(|cell| cell["reason"].is_string());
        assert!(blocked, "{fault}: every blocked cell has its reason");
    }
}

#[test]
fn a_fault_is_found_named_and_can_be_shown_again() {
    let folder = Folder::new("fault");
    let output = folder.run(&["run", "--fault", "conflict-as-bad-request@entities.create", "--only", "entities.create"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let report = folder.report();
    let violated: Vec<_> = verdicts(&report).into_iter().filter(|(_, _, verdict)| verdict == "violates").collect();
    assert_eq!(violated, [("entities.create".to_owned(), 409, "violates".to_owned())]);
    let shown = text(&output);
    for part in ["error[status]", "400 instead of 409", "entities.yaml#/paths/~1v1~1entities/post", "clause:", "curl -i -X POST"] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
}

#[test]
fn every_request_of_the_report_was_counted_by_the_mock() {
    let folder = Folder::new("counted");
    let mut mock = Mock::start(&folder, &[]);
    let output = mock.run(&folder, &["run"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report = folder.report();
    let counted = mock.end();
    assert!(counted > 1000, "{counted}");
    assert_eq!(report["totals"]["requests"], counted);
    let probes = report["probes"].as_array().expect("probes");
    assert_eq!(probes.iter().filter_map(|probe| probe["requests"].as_u64()).sum::<u64>(), counted);
    let sent: std::collections::BTreeSet<&str> = probes.iter().filter_map(|probe| probe["id"].as_str()).collect();
    for cell in report["cells"].as_array().expect("cells") {
        let proofs: Vec<&Value> = cell["probes"].as_array().into_iter().flatten().filter(|probe| probe["status"].is_u64()).collect();
        assert!(proofs.iter().all(|probe| probe["id"].as_str().is_some_and(|id| sent.contains(id))), "{cell}");
        let green = cell["verdict"] == "conforms" || cell["verdict"] == "held";
        assert!(!green || !proofs.is_empty(), "green without an exchange: {cell}");
    }
}

#[test]
fn a_recording_is_judged_again_to_the_same_verdicts() {
    let folder = Folder::new("judge");
    assert_eq!(folder.run(&["run", "--only", "groups.*", "--out", "first"]).status.code(), Some(0));
    let output = folder.run(&["judge", "first/recording.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(folder.json("first/report.json"), folder.report());
    let output = folder.run(&["report", "first/report.json", "--format", "markdown"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), folder.text("first/report.md"));
}

#[test]
fn a_recording_is_judged_by_its_own_contract_or_a_later_version_of_it() {
    let folder = Folder::new("judged-by");
    assert_eq!(folder.run(&["run", "--only", "teams.*", "--out", "first"]).status.code(), Some(0));
    folder.write("other.yaml", OTHER);
    let output = folder.run(&["judge", "first/recording.json", "--contract", "other.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("\"Other\" has none of its operations"), "{}", text(&output));
    assert_eq!(folder.run(&["bundle", "--out", "later.json"]).status.code(), Some(0));
    let mut later = folder.json("later.json");
    let team = later["paths"]["/v1/teams/{team_id}"].as_object_mut().expect("the path of a team");
    team.remove("delete").expect("an operation to go");
    team["get"]["responses"].as_object_mut().expect("responses").remove("404").expect("a status to go");
    folder.write("later.json", later.to_string());
    let output = folder.run(&["judge", "first/recording.json", "--contract", "later.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let reason = |operation: &str, status: u64| {
        let report = folder.report();
        let cell = report["cells"].as_array().into_iter().flatten().find(|cell| cell["operation"] == operation && cell["status"] == status);
        cell.map(|cell| format!("{} {}", cell["verdict"], cell["reason"])).expect("the cell")
    };
    assert_eq!(reason("teams.delete", 204), "\"unreached\" \"the contract has no such operation\"");
    assert_eq!(reason("teams.get", 404), "\"unreached\" \"the contract documents no such status\"");
    assert_eq!(reason("teams.get", 200), "\"conforms\" null");
}

/// What a user meets when something must be fixed: the exit code, and words that name the place and the next step.
#[test]
fn what_cannot_be_used_is_named_with_its_place() {
    let folder = Folder::new("errors");
    folder.write("no-operation.yaml", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n");
    folder.write("old.yaml", "swaggerVersion: '1.2'\n");
    folder.write("broken.yaml", "openapi: 3.1.0\npaths: [1,\n");
    folder
        .write("dangling.yaml", "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        '200': {$ref: '#/components/responses/Gone'}\n");
    folder.write(
        "trigger.yaml",
        "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        '200': {description: d, x-probity-when: [sucess]}\n",
    );
    folder.write("status.yaml", "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        '2000': {description: d}\n");
    folder.write("key.suite.yaml", "name: s\ncontract: dangling.yaml\nefects: {}\n");
    folder.write("type.suite.yaml", "name: s\ncontract: dangling.yaml\neffects: [a]\n");
    let cases: &[(&[&str], i32, &[&str])] = &[
        (&["run", "--target", "http://127.0.0.1:1", "--contract", "plain.yaml"], 2, &["plain.yaml", "cannot be read"]),
        (&["run", "--target", "no url"], 2, &["no url", "base URL"]),
        (&["run", "--target", "http://127.0.0.1:1"], 2, &["ADDEPAR_KEY", "ADDEPAR_SECRET", "ADDEPAR_FIRM"]),
        (&["run", "--contract", "no-operation.yaml"], 2, &["no-operation.yaml#/paths", "no operation"]),
        (&["run", "--contract", "old.yaml"], 2, &["old.yaml#", "Swagger 1.x"]),
        (&["run", "--contract", "broken.yaml"], 2, &["broken.yaml", "line"]),
        (
            &["run", "--strict-document", "--contract", "dangling.yaml"],
            2,
            &["dangling.yaml#/paths/~1a/get/responses/200", "#/components/responses/Gone"],
        ),
        (&["run", "--target", "mock", "--contract", "trigger.yaml"], 2, &["trigger.yaml#/paths/~1a/get/responses/200", "sucess", "success"]),
        (&["run", "--strict-document", "--contract", "status.yaml"], 2, &["status.yaml#/paths/~1a/get/responses/2000", "2000"]),
        (&["run", "--suite", "key.suite.yaml"], 2, &["key.suite.yaml:3:1", "efects", "effects"]),
        (&["run", "--suite", "type.suite.yaml"], 2, &["type.suite.yaml", "3"]),
        (&["run", "--only", "entitis.*"], 4, &["entitis.*", "entities."]),
        (&["run", "--status", "418"], 4, &["418", "documented are"]),
        (&["run", "--fault", "confict-as-bad-request"], 2, &["conflict-as-bad-request"]),
        (&["run", "--allow", "everything"], 2, &["all", "notify"]),
        (&["run", "--no-such-flag"], 2, &["--no-such-flag"]),
        (&["judge", "missing.json"], 2, &["missing.json"]),
        (&["report", "old.yaml"], 2, &["old.yaml"]),
    ];
    for (words, code, parts) in cases {
        let output = folder.run(words);
        let shown = text(&output);
        assert_eq!(output.status.code(), Some(*code), "{words:?}:\n{shown}");
        for part in *parts {
            assert!(shown.contains(part), "{words:?} does not say {part:?}:\n{shown}");
        }
        assert!(!shown.contains("panicked"), "{words:?}:\n{shown}");
        assert!(!folder.0.join("reports").exists(), "{words:?} left a report");
    }
}

#[test]
fn a_target_that_does_not_answer_has_no_report() {
    let folder = Folder::new("silent");
    let mut command = folder.command(&["run", "--target", "http://127.0.0.1:1"]);
    let output = command.envs([("ADDEPAR_KEY", "k"), ("ADDEPAR_SECRET", "s"), ("ADDEPAR_FIRM", "1")]).output().expect("the command runs");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("http://127.0.0.1:1 did not answer"), "{}", text(&output));
    assert!(!folder.0.join("reports").exists());
}

#[test]
fn a_target_elsewhere_is_read_only_unless_writes_are_allowed() {
    let folder = Folder::new("elsewhere");
    let methods = |words: &[&str]| {
        let output = folder.run(words);
        let plan: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
        let probes = plan["probes"].as_array().cloned().unwrap_or_default();
        probes.iter().filter_map(|probe| probe["request"]["method"].as_str().map(str::to_owned)).collect::<std::collections::BTreeSet<_>>()
    };
    let safe = methods(&["plan", "--target", "https://api.example.com", "--format", "json"]);
    let all = methods(&["plan", "--target", "https://api.example.com", "--format", "json", "--allow-writes"]);
    assert_eq!(safe.iter().map(String::as_str).collect::<Vec<_>>(), ["GET"]);
    assert!(all.contains("POST") && all.contains("DELETE"));
}

/// A run that sees less than the one before proves nothing.
#[test]
fn a_comparison_fails_closed() {
    let folder = Folder::new("diff");
    folder.write("other.yaml", OTHER);
    assert_eq!(folder.run(&["run", "--contract", "other.yaml", "--target", "mock"]).status.code(), Some(0));
    let old = folder.report();
    assert_eq!(old["cells"][0]["verdict"], "conforms");
    folder.write("old.json", old.to_string());
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut new = old.clone();
        change(&mut new);
        folder.write("new.json", new.to_string());
        let output = folder.run(&["diff", "old.json", "new.json", "--fail"]);
        assert_eq!(folder.run(&["diff", "old.json", "new.json"]).status.code(), if output.status.code() == Some(2) { Some(2) } else { Some(0) });
        (output.status.code(), text(&output))
    };
    let (code, told) = changed(&|_| {});
    assert!(code == Some(0) && told.contains("SAME: no changes in 0 answers and ") && told.contains("only verdicts are compared"), "{told}");
    for verdict in ["blocked", "inconclusive", "unreached", "skipped"] {
        let (code, told) = changed(&|new| new["cells"][0]["verdict"] = verdict.into());
        assert_eq!(code, Some(3), "{told}");
        let words = format!("GET /a 200, cell: conforms -> {verdict}");
        assert!(told.contains("LESS SEEN: 1 cause in 1 operation (1 unclear)") && told.contains(&words), "{told}");
    }
    let (code, told) = changed(&|new| {
        let mut cell = new["cells"][0].clone();
        cell["status"] = 299.into();
        new["cells"] = serde_json::json!([cell]);
    });
    assert!(code == Some(3) && told.contains("? unclear gone") && told.contains("GET /a 200, cell: conforms -> nothing"), "{told}");
    assert_eq!(changed(&|new| new["cells"][0]["in_part"] = "body not judged".into()).0, Some(3));
    let (code, told) = changed(&|new| new["cells"][0]["verdict"] = "violates".into());
    assert!(code == Some(1) && told.contains("! breaking cell-violated"), "{told}");
    assert_eq!(changed(&|new| new["cells"] = serde_json::json!([])).0, Some(2));
    assert_eq!(changed(&|new| new["contract"]["title"] = "another API".into()).0, Some(2));
    assert_eq!(changed(&|new| new["schema_version"] = 99.into()).0, Some(2));
    folder.write("broken.json", "{");
    assert_eq!(folder.run(&["diff", "old.json", "broken.json", "--fail"]).status.code(), Some(2));
    assert_eq!(folder.run(&["diff", "gone.json", "old.json", "--fail"]).status.code(), Some(2));
}

/// A device that is full takes no output: that is said with a code of the table.
#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_ends_with_a_code_of_the_table() {
    use std::process::Stdio;
    let folder = Folder::new("full");
    folder.write("other.yaml", OTHER);
    let full = || Stdio::from(std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the device"));
    for words in [
        &["list"][..],
        &["run", "--contract", "other.yaml", "--target", "mock"],
        &["plan", "--format", "json"],
        &["--help"],
        &["mock", "--fault", "help"],
    ] {
        let output = folder.command(words).stdout(full()).stderr(Stdio::piped()).output().expect("the command runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "{words:?}: {said}");
    }
    assert_eq!(folder.report()["totals"]["conforms"], 1, "the reports are written all the same");
    let output =
        folder.command(&["run", "--contract", "other.yaml", "--target", "mock"]).stdout(full()).stderr(full()).status().expect("the command runs");
    assert_eq!(output.code(), Some(2));
}

/// What the next run should know is written last, and its loss is no reason to lose the reports.
#[test]
fn reports_are_there_even_if_nothing_can_be_remembered() {
    let folder = Folder::new("memory");
    let mock = Mock::start(&folder, &[]);
    let first = mock.run(&folder, &["run", "--only", "entities.list"]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first));
    let memory = std::fs::read_dir(folder.0.join(".probity")).expect("a state folder").flatten().map(|entry| entry.path().join("memory.json.new"));
    let blocked = memory.filter(|path| path.parent().is_some_and(|folder| folder.join("memory.json").exists())).map(std::fs::create_dir_all).count();
    assert!(blocked > 0);
    std::fs::remove_dir_all(folder.0.join("reports")).expect("reports");
    let second = mock.run(&folder, &["run", "--only", "entities.list"]);
    assert_eq!(second.status.code(), Some(0), "{}", text(&second));
    assert!(text(&second).contains("warning:") && folder.0.join("reports/junit.xml").exists(), "{}", text(&second));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.0.join("reports/recording.json")).expect("a recording").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// What need not be judged is named with its place and a reason, and only what is not judged.
#[test]
fn a_gap_is_accepted_by_place_with_a_reason() {
    let folder = Folder::new("gaps");
    let schema = "{type: object, properties: {s: {type: string, pattern: 'a\\Z'}}}";
    let responses = format!("{{'200': {{description: a, content: {{application/json: {{schema: {schema}}}}}}}}}");
    folder
        .write("contract.yaml", format!("openapi: 3.1.0\ninfo: {{title: Gaps, version: '1'}}\npaths: {{/a: {{get: {{responses: {responses}}}}}}}\n"));
    let run = |accepted: &str| {
        folder.write("suite.yaml", format!("name: gaps\ncontract: contract.yaml\n{accepted}"));
        let output = folder.run(&["run", "--suite", "suite.yaml", "--target", "mock"]);
        (output.status.code(), text(&output))
    };
    let (code, said) = run("");
    assert!(code == Some(3) && said.contains("pattern") && said.contains("not judged"), "{said}");
    let place = "#/paths/~1a/get/responses/200/content/application~1json/schema/properties/s/pattern";
    let (code, said) = run(&format!("accept-unjudged: [{{place: '{place}', reason: a pattern of Ruby}}]\n"));
    assert!(code == Some(0) && said.contains("1 conforms (1 in part)") && said.contains("a pattern of Ruby"), "{said}");
    assert_eq!(folder.report()["totals"]["in_part"], 1);
    for wrong in ["{place: '#/gone', reason: x}".to_owned(), format!("{{place: '{place}', reason: ' '}}"), format!("{{place: '{place}'}}")] {
        let (code, said) = run(&format!("accept-unjudged: [{wrong}]\n"));
        assert_eq!(code, Some(2), "{said}");
    }
}
