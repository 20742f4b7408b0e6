//! Runs the program and measures the time and memory that it takes.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Folder;

/// Seconds that the program waits for an answer.
const TIMEOUT: &str = "2";

/// How long a run may take in any case: one that would never end is ended, and is told by its missing exit code.
const LONGEST: Duration = Duration::from_mins(2);

/// The contract: a path on which servers misbehave, and one on which they do not.
const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Hostile, version: '1'}
paths:
  /bad:
    get:
      operationId: bad.read
      responses: {'200': {$ref: '#/components/responses/Thing'}}
  /good:
    get:
      operationId: good.read
      responses: {'200': {$ref: '#/components/responses/Thing'}}
components:
  responses:
    Thing:
      description: found
      content:
        application/json:
          schema:
            type: object
            required: [id]
            properties: {id: {type: integer}, more: {type: array, items: {type: string}}}
";

impl Folder {
    /// A folder with the contract in it.
    pub fn hostile(name: &str) -> Self {
        let folder = Self::new(name);
        folder.write("hostile.yaml", CONTRACT);
        folder
    }

    /// Puts a contract of many operations in the place of the usual one.
    pub fn many(&self, name: &str, count: usize) {
        let response = "{description: d, content: {application/json: {schema: {type: object}}}}";
        let path = |number: usize| format!("  /{name}{number}: {{get: {{operationId: {name}{number}, responses: {{'200': {response}}}}}}}\n");
        let paths = (0..count).map(path).collect::<Vec<_>>().concat();
        self.write("hostile.yaml", format!("openapi: 3.1.0\ninfo: {{title: Many, version: '1'}}\npaths:\n{paths}"));
    }
}

/// What came of a run.
pub struct Seen {
    /// Exit code; none when it was ended by a signal.
    pub code: Option<i32>,
    /// What it printed.
    pub shown: String,
    /// The most memory that it had at once, in KiB.
    pub memory: u64,
    /// How long it ran.
    pub time: Duration,
    report: Value,
}

impl Seen {
    fn cell(&self, operation: &str) -> Option<&Value> {
        self.report["cells"].as_array()?.iter().find(|cell| cell["operation"] == operation)
    }

    /// The verdict of the only cell of an operation; `none` without a report.
    pub fn verdict(&self, operation: &str) -> String {
        self.cell(operation).and_then(|cell| cell["verdict"].as_str()).unwrap_or("none").to_owned()
    }

    /// Everything that is told of an operation.
    pub fn told(&self, operation: &str) -> String {
        self.cell(operation).map(|cell| format!("{} {}", cell["reason"], cell["findings"])).unwrap_or_default()
    }
}

/// Runs the program against a server, with more arguments.
pub fn run(folder: &Folder, url: &str, more: &[&str]) -> Seen {
    let mut command = folder.command(&["run", "--contract", "hostile.yaml", "--target", url, "--timeout", TIMEOUT]);
    command.env("CLICOLOR_FORCE", "1").stdout(Stdio::piped()).stderr(Stdio::piped()).args(more);
    if more.is_empty() {
        command.args(["--jobs", "1"]);
    }
    let started = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let (mut out, mut err) = (child.stdout.take().expect("its output"), child.stderr.take().expect("its errors"));
    let process = child.id();
    let (code, shown, memory) = std::thread::scope(|scope| {
        let texts = scope.spawn(move || {
            let (mut text, mut errors) = (String::new(), String::new());
            let _ = out.read_to_string(&mut text);
            let _ = err.read_to_string(&mut errors);
            text + &errors
        });
        let mut memory = 0;
        let code = loop {
            memory = peak(process).unwrap_or(0).max(memory);
            match child.try_wait().expect("its end") {
                Some(status) => break status.code(),
                None if started.elapsed() > LONGEST => drop(child.kill()),
                None => std::thread::sleep(Duration::from_millis(4)),
            }
        };
        (code, texts.join().expect("its output"), memory)
    });
    let report = std::fs::read_to_string(folder.0.join("reports/report.json")).ok();
    let report = report.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Seen { code, shown, memory, time: started.elapsed(), report }
}

/// The most memory that a process of the program has had so far, in KiB, where the system tells.
fn peak(process: u32) -> Option<u64> {
    peak_in(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// The same from the text of the system. A process that has just been started still shows the memory of the one that starts it,
/// and goes by its name (`man 2 vfork`): that says nothing of the program.
fn peak_in(status: &str) -> Option<u64> {
    let member = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    member("Name:").filter(|name| *name == "probity")?;
    member("VmHWM:")?.trim_end_matches(" kB").trim().parse().ok()
}

#[test]
fn the_memory_of_the_tests_is_not_taken_for_that_of_the_program() {
    assert_eq!(peak_in("Name:\tprobity\nUmask:\t0022\nVmHWM:\t   32260 kB\n"), Some(32260));
    assert_eq!(peak_in("Name:\thostile::no_beh\nUmask:\t0022\nVmHWM:\t  269464 kB\n"), None);
}
