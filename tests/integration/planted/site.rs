//! Starts a server with shapes, runs the program against it, and reports what was harmed.

use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::planted::document::document;
use crate::planted::server::{Hold, Server};
use crate::planted::shape::Shape;
use crate::planted::shapes::OWN;
use crate::planted::world::{Made, World};
use crate::support::{Folder, text};

/// What the program finds in its file of credentials.
const CREDENTIALS: &str = "PROBITY_TOKEN=the-token-of-somebody\nPROBITY_LIMITED_TOKEN=the-token-of-a-guest\n";

/// The files of every command.
const FILES: [&str; 6] = ["--contract", "contract.json", "--credentials", "credentials", "--state", "state"];

/// How long requests are on their way after the program that sent them was killed.
const SETTLING: Duration = Duration::from_millis(100);

/// A server, and a folder for what the program writes.
pub struct Site {
    name: String,
    folder: Folder,
    /// What it serves.
    pub shapes: Vec<&'static Shape>,
    /// The server.
    pub server: Server,
    /// What reports and commands have said of what is left: id of each, and everything that was printed.
    named: Vec<(String, String)>,
    printed: String,
    /// What went wrong with the commands themselves.
    broken: Vec<String>,
}

impl Site {
    /// Serves these shapes, and notes of the run's own beside them.
    pub fn start(name: &str, shapes: &[&'static Shape]) -> Self {
        let shapes: Vec<&'static Shape> = std::iter::once(&OWN).chain(shapes.iter().copied()).collect();
        let folder = Folder::new(&format!("planted-{name}"));
        folder.write("contract.json", document(&shapes).to_string());
        folder.write("credentials", CREDENTIALS);
        let server = Server::start(World::new(&shapes));
        Self { name: name.to_owned(), folder, shapes, server, named: Vec::new(), printed: String::new(), broken: Vec::new() }
    }

    /// The words of a command, with the server and the files.
    fn words<'w>(&'w self, words: &[&'w str]) -> Vec<&'w str> {
        let target: &[&str] = if words[0] == "replay" { &[] } else { &["--target", &self.server.url] };
        [&words[..1], target, &FILES, &words[1..]].concat()
    }

    /// Runs a command to its end, and keeps what it says; its exit code.
    pub fn probity(&mut self, words: &[&str]) -> Option<i32> {
        let output = self.folder.run(&self.words(words));
        self.learn(words, &output);
        output.status.code()
    }

    /// Runs the program with these arguments; it must do something.
    pub fn run(&mut self, words: &[&str]) {
        let before = self.server.world().log().len();
        self.probity(&[&["run", "--out", "out"], words].concat());
        if self.server.world().log().len() == before {
            self.broken.push(format!("run {words:?} sent nothing"));
        }
        let report = self.report();
        for left in report["left"].as_array().into_iter().flatten() {
            let of = |name: &str| left[name].as_str().map(str::to_owned);
            match (of("kind").filter(|kind| !kind.is_empty()), of("id"), of("because").or_else(|| of("reason"))) {
                (Some(kind), Some(id), Some(_)) => self.named.push((kind, id)),
                _ => self.broken.push(format!("run {words:?}: `left` holds {left}, without a kind, an id or a reason")),
            }
        }
    }

    /// Starts the program, and kills it when the server stops answering. False when it ended before.
    pub fn kill_at(&mut self, hold: Hold, words: &[&str]) -> bool {
        self.server.hold(Some(hold));
        let words = [&["run", "--out", "out"], words].concat();
        let mut child = self.folder.command(&self.words(&words)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command runs");
        let killed = self.server.is_holding(|| child.try_wait().is_ok_and(|ended| ended.is_some()));
        let _ = child.kill();
        let _ = child.wait();
        // What was on its way is done all the same.
        std::thread::sleep(SETTLING);
        self.server.hold(None);
        killed
    }

    /// The last report; null where there is none.
    pub fn report(&self) -> Value {
        self.json("out/report.json")
    }

    /// A file as JSON; null where there is none.
    pub fn json(&self, name: &str) -> Value {
        std::fs::read(self.folder.0.join(name)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Keeps a file under another name.
    pub fn keep(&self, name: &str, other: &str) {
        std::fs::copy(self.folder.0.join(name), self.folder.0.join(other)).expect("a file");
    }

    fn learn(&mut self, words: &[&str], output: &Output) {
        let said = text(output);
        // A probe that may not be sent is refused before anything is sent.
        let is_refused = words[0] == "replay" && output.status.code() == Some(2);
        if !(is_refused || matches!(output.status.code(), Some(0 | 1 | 3))) || said.contains("panicked") {
            let last: Vec<&str> = said.lines().rev().take(5).collect();
            self.broken.push(format!("{words:?} ended with {:?}: {}", output.status.code(), last.into_iter().rev().collect::<Vec<_>>().join(" / ")));
        }
        self.printed.push_str(&said);
    }

    /// Everything that is not as it should be: what was changed, what is left, what the commands did not do.
    pub fn complaints(&self, mode: &str) -> Vec<String> {
        self.complaints_but(mode, &|_| false)
    }

    /// The same of a run that was killed: what was lost with an answer has no id that anybody knows, so that its kind is enough.
    pub fn complaints_after_clean(&self, mode: &str) -> Vec<String> {
        let told: Vec<&str> = self.printed.lines().filter(|line| line.contains("may be there")).collect();
        self.complaints_but(mode, &|left| told.iter().any(|line| line.split_whitespace().any(|word| word == left.kind())))
    }

    fn complaints_but(&self, mode: &str, is_excused: &dyn Fn(&Made) -> bool) -> Vec<String> {
        let world = self.server.world();
        let mut all: Vec<String> = self.broken.iter().map(|words| format!("[{mode}] {}: {words}", self.name)).collect();
        all.extend(world.harms().iter().map(|harm| format!("[{mode}] {}: {}", harm.shape, harm.words)));
        for left in world.left().iter().filter(|left| !is_excused(left)) {
            let what = format!("[{mode}] {}: {:?} of {} was made by {}", left.shape.name, left.id, left.collection, left.by);
            if !left.shape.leftovers.contains(&left.collection.as_str()) {
                // What was done to it, in the order in which it came.
                let asked: Vec<&String> = world.log().iter().filter(|line| line.contains(left.id.as_str())).collect();
                all.push(format!("{what} and is still there; {asked:?}"));
            } else if !self.named.iter().any(|(kind, id)| kind == left.kind() && *id == left.id) {
                all.push(format!("{what}, stays, and no `left` of a report names it"));
            } else if !self.printed.contains(&left.id) {
                all.push(format!("{what}, stays, and nothing that was printed names it"));
            }
        }
        all
    }
}
