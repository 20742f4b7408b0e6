//! What several tests share: temporary folders, the binary, and a mock in a process of its own.
#![allow(dead_code, reason = "each test is compiled with all of it and uses its part")]

pub mod raw_server;
pub mod server;

use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use probity::cli::{Specification, run_args};
use probity::model::report::Report;
use probity::model::verdict::Finding;
use serde_json::Value;

/// A contract that has nothing to do with the bundled one.
pub const OTHER: &str = "openapi: 3.1.0\ninfo: {title: Other, version: '1'}\npaths: {/a: {get: {responses: {'200': {description: a}}}}}\n";

/// A folder of its own for each test, gone afterwards.
pub struct Folder(pub PathBuf);

impl Folder {
    /// An empty folder. Tests of one binary may take the same name: a number tells their folders apart.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("probity-{name}-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    /// Writes a file that only its owner can read, as a file of credentials has to be; its path.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file in the temporary folder");
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its permissions");
        path
    }

    /// What a file holds.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// What a file holds as JSON.
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap_or_else(|error| panic!("{name} is no JSON: {error}"))
    }

    /// The report of the last run.
    pub fn report(&self) -> Value {
        self.json("reports/report.json")
    }

    /// The program with these arguments, without an environment.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(&self.0).env_clear().stdin(Stdio::null()).args(words);
        command
    }

    /// What came of the program with these arguments.
    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the command runs")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Everything that a command printed.
pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Asks a process to end, as Ctrl-C does.
pub fn interrupt(process: &Child) {
    let asked = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    assert!(asked.is_ok_and(|status| status.success()), "the process is told to end");
}

/// A mock in a process of its own.
pub struct Mock {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it is.
    pub url: String,
    /// The variables that it says a run needs.
    pub environment: Vec<(String, String)>,
}

impl Mock {
    /// Starts it with more arguments, on a free port if they name none.
    pub fn start(folder: &Folder, words: &[&str]) -> Self {
        let anywhere: &[&str] = if words.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let mut command = folder.command(&[&["mock"], anywhere].concat());
        let mut child = command.args(words).stdout(Stdio::piped()).spawn().expect("the mock starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let (mut environment, mut url) = (Vec::new(), String::new());
        for line in lines.by_ref().map_while(Result::ok) {
            let line = line.trim();
            if let Some((name, value)) = line.strip_prefix("export ").and_then(|pair| pair.split_once('=')) {
                environment.push((name.to_owned(), value.to_owned()));
            }
            if let Some((_, target)) = line.split_once(" --target ").filter(|_| line.starts_with("probity run ")) {
                target.clone_into(&mut url);
                break;
            }
        }
        assert!(!url.is_empty(), "the mock says where it is");
        Self { child, lines, url, environment }
    }

    /// One of the program's commands, the first of the words, against it.
    pub fn command(&self, folder: &Folder, words: &[&str]) -> Command {
        let mut command = folder.command(&words[..1]);
        command.envs(self.environment.iter().cloned()).args(["--target", &self.url]).args(&words[1..]);
        // It is a mock of our own, of which everything may be lost; what a run may change elsewhere is tested in tests/integration/planted.
        if words[0] == "run" && !words.contains(&"--allow") && !words.contains(&"read-only") {
            command.args(["--allow", "all"]);
        }
        command
    }

    /// What came of such a command.
    pub fn run(&self, folder: &Folder, words: &[&str]) -> Output {
        self.command(folder, words).output().expect("the command runs")
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as Ctrl-C does; the requests that it says it answered.
    pub fn end(&mut self) -> u64 {
        interrupt(&self.child);
        let said = self.lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_suffix(" requests answered")?.trim().parse().ok());
        said.expect("the mock says how many requests it answered")
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The bundled contract and suite, read once in each binary.
pub fn subject() -> &'static Specification {
    static SUBJECT: LazyLock<Specification> = LazyLock::new(|| {
        let args = run_args(&[]).expect("no arguments are needed");
        Specification::load(&args.scope.files).expect("the bundled contract is usable")
    });
    &SUBJECT
}

/// Everything that was found, in a cell or beside all of them.
pub fn findings(report: &Report) -> Vec<&Finding> {
    report.findings.iter().chain(report.cells.iter().flat_map(|cell| &cell.findings)).collect()
}
