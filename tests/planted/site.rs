//! A server with shapes, the program that is run against it, and what is wrong afterwards.

use std::process::{Output, Stdio};

use serde_json::Value;

use crate::document::document;
use crate::server::Server;
use crate::shape::Shape;
use crate::shapes::OWN;
use crate::support::{Folder, text};
use crate::world::World;

/// What the program finds in its file of credentials.
const CREDENTIALS: &str = "PROBITY_TOKEN=the-token-of-somebody\nPROBITY_LIMITED_TOKEN=the-token-of-a-guest\n";

/// The files of every command.
const FILES: [&str; 6] = ["--contract", "contract.json", "--credentials", "credentials", "--state", "state"];

/// A server, and a folder for what the program writes.
pub struct Site {
    name: String,
    folder: Folder,
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
        Self { name: name.to_owned(), folder, server, named: Vec::new(), printed: String::new(), broken: Vec::new() }
    }

    /// The words of a command, with the server and the files.
    fn words<'w>(&'w self, words: &[&'w str]) -> Vec<&'w str> {
        let target: &[&str] = if words[0] == "replay" { &[] } else { &["--target", &self.server.url] };
        [&words[..1], target, &FILES, &words[1..]].concat()
    }

    /// Runs a command to its end, and keeps what it says.
    pub fn probity(&mut self, words: &[&str]) {
        let output = self.folder.run(&self.words(words));
        self.learn(words, &output);
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
            match (of("kind").filter(|kind| !kind.is_empty()), of("id"), of("because")) {
                (Some(kind), Some(id), Some(_)) => self.named.push((kind, id)),
                _ => self.broken.push(format!("run {words:?}: `left` holds {left}, without a kind, an id or a reason")),
            }
        }
    }

    /// Starts the program, and kills it as soon as the server has taken so many requests; the last ones are never answered.
    /// False when it ended before.
    pub fn kill_after(&mut self, requests: usize, words: &[&str]) -> bool {
        self.server.hold_after(Some(requests));
        let words = [&["run", "--out", "out"], words].concat();
        let mut child = self.folder.command(&self.words(&words)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command runs");
        let killed = self.server.is_holding(|| child.try_wait().is_ok_and(|ended| ended.is_some()));
        let _ = child.kill();
        let _ = child.wait();
        self.server.hold_after(None);
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
        if !matches!(output.status.code(), Some(0 | 1 | 3)) || said.contains("panicked") {
            let last: Vec<&str> = said.lines().rev().take(5).collect();
            self.broken.push(format!("{words:?} ended with {:?}: {}", output.status.code(), last.into_iter().rev().collect::<Vec<_>>().join(" / ")));
        }
        self.printed.push_str(&said);
    }

    /// Everything that is not as it should be: what was changed, what is left, what the commands did not do.
    pub fn complaints(&self, mode: &str) -> Vec<String> {
        let world = self.server.world();
        let place = |shape: &str| format!("[{mode}] {shape}");
        let mut all: Vec<String> = self.broken.iter().map(|words| format!("[{mode}] {}: {words}", self.name)).collect();
        all.extend(world.harms().iter().map(|harm| format!("{}: {}", place(harm.shape), harm.words)));
        for left in world.left() {
            let what = format!("{}: {} of {} was made by {}", place(left.shape.name), left.id, left.collection, left.by);
            if !left.shape.leftovers.contains(&left.collection.as_str()) {
                all.push(format!("{what} and is still there"));
            } else if !self.named.iter().any(|(_, id)| *id == left.id) {
                all.push(format!("{what}, stays, and no `left` of a report names it"));
            } else if !self.printed.contains(&left.id) {
                all.push(format!("{what}, stays, and nothing that was printed names it"));
            }
        }
        all
    }

    /// Complaints of a run that was killed: what was lost with an answer may also be named by `clean`.
    pub fn complaints_after_clean(&self, mode: &str) -> Vec<String> {
        let said_by_clean = |line: &str| line.trim_start().starts_with("One of ");
        let told: Vec<&str> = self.printed.lines().filter(|line| said_by_clean(line)).collect();
        let world = self.server.world();
        let kinds: Vec<String> = world.left().iter().map(|left| left.collection.rsplit('/').next().unwrap_or_default().to_owned()).collect();
        drop(world);
        let named = |complaint: &String| {
            let of = |kind: &String| complaint.contains(&format!("/{kind} ")) && told.iter().any(|line| line.contains(&format!("One of {kind} ")));
            kinds.iter().any(of)
        };
        self.complaints(mode).into_iter().filter(|complaint| !named(complaint)).collect()
    }
}
