//! Runs a command that the user's suite names: JSON in, JSON out, within a time limit, and nothing of it is left behind.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::model::own_command::{CommandParts, OwnCommand};
use crate::model::reason::CommandFailure;

/// The longest output that is read, in bytes.
const MOST_OUTPUT: usize = 64 * 1024;

/// Between two looks whether a command has ended.
const PAUSE: Duration = Duration::from_millis(10);

/// How long the output is waited for once the program has ended: what it started is ended with it, so it comes at once.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// The groups of processes that are under way, for whoever ends the program at once.
static UNDER_WAY: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// A command, ready to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyCommand {
    /// Its place in the suite.
    pub place: String,
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
    limit: Duration,
}

impl ReadyCommand {
    /// A command of a suite in this folder, where it is run. A program with a slash in it is relative to that folder.
    pub fn new(place: &str, command: &OwnCommand, folder: &Path) -> Self {
        let CommandParts { mut run, seconds, .. } = command.parts();
        let arguments = run.split_off(run.len().min(1));
        let name = run.pop().unwrap_or_default();
        let program = if name.contains('/') { folder.join(&name) } else { PathBuf::from(name) };
        Self { place: place.to_owned(), program, arguments, folder: folder.to_owned(), limit: Duration::from_secs(seconds) }
    }

    /// Runs it and waits for it.
    ///
    /// # Errors
    /// It cannot be started, fails, takes too long, prints too much or no JSON, or the run is asked to end.
    pub fn run(&self, input: &Value, stopped: &dyn Fn() -> bool) -> Result<Value, CommandFailure> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // What it starts belongs to its group and ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|error| CommandFailure::NotStarted(error.kind().to_string()))?;
        let mut process = RunningProcess::new(child);
        let output = process.0.stdout.take().map(read);
        if let Some(mut to) = process.0.stdin.take() {
            // Whoever does not read it closes the pipe, which is no error.
            let _ = to.write_all(format!("{input}\n").as_bytes());
        }
        let bytes = self.wait(&mut process, output.as_ref(), stopped)?;
        let status = process.end().map_err(|error| CommandFailure::NotStarted(error.kind().to_string()))?;
        if !status.success() {
            return Err(CommandFailure::Failed(status.code()));
        }
        let Some(bytes) = bytes.or_else(|| output?.recv_timeout(AFTERWARDS).ok()) else { return Err(CommandFailure::Hangs(self.limit.as_secs())) };
        if bytes.len() > MOST_OUTPUT {
            return Err(CommandFailure::TooMuch(MOST_OUTPUT));
        }
        serde_json::from_slice(&bytes).map_err(|error| CommandFailure::NoJson(error.line(), error.column()))
    }

    /// Waits until it has ended; its output, where that is whole already.
    fn wait(
        &self,
        process: &mut RunningProcess,
        output: Option<&Receiver<Vec<u8>>>,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<u8>>, CommandFailure> {
        let ends = Instant::now() + self.limit;
        let mut bytes: Option<Vec<u8>> = None;
        while !process.has_ended() {
            if stopped() {
                return Err(CommandFailure::Interrupted);
            }
            if Instant::now() >= ends {
                return Err(CommandFailure::Hangs(self.limit.as_secs()));
            }
            match output.filter(|_| bytes.is_none()).map(|output| output.recv_timeout(PAUSE)) {
                Some(Ok(read)) if read.len() > MOST_OUTPUT => return Err(CommandFailure::TooMuch(MOST_OUTPUT)),
                Some(Ok(read)) => bytes = Some(read),
                Some(Err(RecvTimeoutError::Timeout)) => {}
                Some(Err(RecvTimeoutError::Disconnected)) | None => std::thread::sleep(PAUSE),
            }
        }
        Ok(bytes)
    }
}

/// Reads what a command prints, and a byte more than it may: a thread of its own does not wait for what never comes.
fn read(from: ChildStdout) -> Receiver<Vec<u8>> {
    let (told, known) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.take(MOST_OUTPUT as u64 + 1).read_to_end(&mut bytes);
        let _ = told.send(bytes);
    });
    known
}

/// A process that ends, with everything that it has started, when this value goes.
struct RunningProcess(Child);

impl RunningProcess {
    fn new(child: Child) -> Self {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).push(child.id());
        Self(child)
    }

    /// Whether it has ended. It is not waited for yet: until then, nothing else has its number.
    #[cfg(unix)]
    fn has_ended(&mut self) -> bool {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(Pid::from_child(&self.0)), options).is_ok_and(|status| status.is_some())
    }

    #[cfg(not(unix))]
    fn has_ended(&mut self) -> bool {
        self.0.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Ends what is left of its group, and waits for it.
    fn end(&mut self) -> std::io::Result<std::process::ExitStatus> {
        end_group(self.0.id());
        self.0.wait()
    }
}

impl Drop for RunningProcess {
    fn drop(&mut self) {
        // One that was waited for has no number any more, and its group was ended before.
        if self.0.try_wait().is_ok_and(|status| status.is_none()) {
            end_group(self.0.id());
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
        let id = self.0.id();
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| *known != id);
    }
}

/// Ends every command that is under way, for whoever ends the program at once.
pub fn end_commands() {
    for id in UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        end_group(id);
    }
}

#[cfg(unix)]
fn end_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end_group(_id: u32) {}

#[cfg(all(test, unix))]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(script: &str, seconds: u64) -> Result<Value, CommandFailure> {
        let run = ["sh", "-c", script].map(str::to_owned).to_vec();
        let command = OwnCommand::Parts(CommandParts { run, seconds, sets: Vec::new() });
        ReadyCommand::new("hooks.before-run", &command, Path::new("/")).run(&json!({"hook": "before-run"}), &|| false)
    }

    #[test]
    fn json_goes_in_and_comes_out() {
        assert_eq!(run("cat", 10), Ok(json!({"hook": "before-run"})));
        assert_eq!(run("echo '{}'", 10), Ok(json!({})));
    }

    #[test]
    fn what_fails_is_told_apart() {
        assert_eq!(run("exit 3", 10), Err(CommandFailure::Failed(Some(3))));
        assert_eq!(run("echo no", 10), Err(CommandFailure::NoJson(1, 2)));
        assert_eq!(run("true", 10), Err(CommandFailure::NoJson(1, 0)));
        assert_eq!(run("while :; do echo 0123456789; done", 10), Err(CommandFailure::TooMuch(MOST_OUTPUT)));
        assert_eq!(run("sleep 60", 1), Err(CommandFailure::Hangs(1)));
        let none = ReadyCommand::new("hooks.before-run", &OwnCommand::Words(vec!["./none".to_owned()]), Path::new("/"));
        assert!(matches!(none.run(&json!({}), &|| false), Err(CommandFailure::NotStarted(_))));
        let sleeps = ReadyCommand::new("hooks.before-run", &OwnCommand::Words(vec!["sleep".to_owned(), "60".to_owned()]), Path::new("/"));
        assert_eq!(sleeps.run(&json!({}), &|| true), Err(CommandFailure::Interrupted));
    }

    #[test]
    fn what_a_command_starts_ends_with_it() {
        // It ends at once; what it leaves in the background says who it is.
        let told = run("sleep 77 & echo \"[$!]\"", 10).unwrap();
        let left = told[0].as_u64().unwrap();
        let is_there = || Path::new(&format!("/proc/{left}/stat")).exists() && !zombie(left);
        let ends = Instant::now() + Duration::from_secs(5);
        while is_there() && Instant::now() < ends {
            std::thread::sleep(PAUSE);
        }
        assert!(!is_there(), "{left} is there although the command has ended");
        // What hangs is ended with what it has started.
        let folder = std::env::temp_dir().join(format!("probity-command-{}", std::process::id()));
        assert_eq!(run(&format!("sleep 78 & echo $! > {}; wait", folder.display()), 1), Err(CommandFailure::Hangs(1)));
        let left: u64 = std::fs::read_to_string(&folder).unwrap().trim().parse().unwrap();
        let _ = std::fs::remove_file(&folder);
        std::thread::sleep(Duration::from_millis(200));
        assert!(!Path::new(&format!("/proc/{left}/stat")).exists() || zombie(left), "{left} is there although the time is over");
        assert!(UNDER_WAY.lock().unwrap().len() < 8);
    }

    /// Whether only its parent, which is the system, has to take note of its end.
    fn zombie(id: u64) -> bool {
        std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|text| text.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')))
    }
}
