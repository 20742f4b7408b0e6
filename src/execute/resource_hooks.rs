//! Runs the commands of the suite before a resource is made and after it is removed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::command_process::ReadyCommand;
use super::send::{PreparedRequest, Sender};
use super::{Run, RunEvent, SendQueue};
use crate::model::ids;
use crate::model::plan::{Origin, Probe, SlotId};
use crate::model::reason::{CommandFailure, NotSent, Reason};
use crate::model::text::unquoted_text;

/// The commands around resources, by kind, and what each is told of the run.
#[derive(Debug, Clone, Default)]
pub struct ResourceHooks {
    /// Before one is made.
    pub before: BTreeMap<String, ReadyCommand>,
    /// After one is removed.
    pub after: BTreeMap<String, ReadyCommand>,
    /// The base URL that requests go to.
    pub target: String,
    /// The mark of the run.
    pub mark: String,
}

impl ResourceHooks {
    fn input(&self, hook: &str, kind: &str, more: &Value) -> Value {
        let mut input = json!({"hook": hook, "kind": kind, "target": self.target, "mark": self.mark});
        if let (Some(all), Some(more)) = (input.as_object_mut(), more.as_object()) {
            all.extend(more.clone());
        }
        input
    }
}

/// Why a command does not want something to be made; `None` where it lets it be.
///
/// # Errors
/// The answer is no object, or has a member that is not known.
fn skipped(answer: &Value) -> Result<Option<&str>, CommandFailure> {
    let members = answer.as_object().ok_or(CommandFailure::Members("skip"))?;
    match (members.get("skip"), members.len()) {
        (None, 0) => Ok(None),
        (Some(Value::String(reason)), 1) => Ok(Some(reason)),
        _ => Err(CommandFailure::Members("skip")),
    }
}

impl Sender<'_, '_> {
    /// Runs the command before a resource that a permitted request makes, where there is one and the request was not sent before.
    pub(super) async fn before_made(&self, probe: &Probe, request: Result<PreparedRequest, Reason>) -> Result<PreparedRequest, Reason> {
        let hooks = &self.settings.hooks;
        if request.is_err() || hooks.before.is_empty() || probe.fault.is_some() || probe.request.method.is_safe() || self.has_more(probe) {
            return request;
        }
        let made = |slot: &SlotId| self.plan.slots.get(slot).is_none_or(|slot| matches!(slot.origin, Origin::Created(_)));
        let mut kinds: Vec<&str> =
            probe.captures.iter().map(|capture| &capture.slot).filter(|slot| made(slot)).map(|slot| ids::kind_of(slot)).collect();
        kinds.dedup();
        for (kind, command) in kinds.into_iter().filter_map(|kind| Some((kind, hooks.before.get(kind)?))) {
            let input = hooks.input("before", kind, &json!({"operation": probe.operation, "probe": probe.id}));
            let answer = run_beside(command, input, self.stopped).await;
            let failure = match answer.as_ref().map_err(Clone::clone).and_then(skipped) {
                Ok(None) => continue,
                Ok(Some(reason)) => CommandFailure::Skips(self.queue.censor.reason(reason.to_owned())),
                Err(failure) => failure,
            };
            // What is left out on purpose is no failure.
            let failed = !matches!(failure, CommandFailure::Skips(_));
            let reason = Reason::from(NotSent::Command(command.place.clone(), failure));
            if self.queue.note_command(&reason.to_string(), failed) {
                (self.watch)(RunEvent::Told(&reason.to_string()));
            }
            return Err(reason);
        }
        request
    }
}

impl Run<'_> {
    /// Runs the commands after what was removed since the last look.
    pub(super) async fn after_removed(&mut self, queue: &SendQueue<'_>) {
        for (kind, id) in std::mem::take(&mut self.progress.removed) {
            let Some(command) = self.settings.hooks.after.get(&kind).cloned() else { continue };
            let input = self.settings.hooks.input("after", &kind, &json!({"id": id}));
            let answer = run_beside(&command, input, &|| false).await;
            let nothing = answer.and_then(|answer| match answer.as_object() {
                Some(members) if members.is_empty() => Ok(()),
                _ => Err(CommandFailure::Members("")),
            });
            if let Err(failure) = nothing {
                let reason = NotSent::Command(command.place.clone(), failure).to_string();
                if queue.note_command(&reason, true) {
                    (self.watch)(RunEvent::Told(&reason));
                }
            }
        }
    }

    /// Notes that something was removed, for the command after that.
    pub(super) fn note_removed(&mut self, slot: &SlotId) {
        let kind = ids::kind_of(slot).to_owned();
        if self.settings.hooks.after.contains_key(&kind) {
            let id = self.progress.known.ids().get(slot).map(unquoted_text).unwrap_or_default();
            self.progress.removed.push((kind, id));
        }
    }
}

/// Between two looks whether the run is to end.
const PAUSE: Duration = Duration::from_millis(50);

/// Runs a command on a thread of its own: it may take long, and others go on. It is ended when the run is asked to end, and when
/// its result is not waited for any more.
async fn run_beside(command: &ReadyCommand, input: Value, stopped: &(dyn Fn() -> bool + Sync)) -> Result<Value, CommandFailure> {
    let (ready, end) = (command.clone(), Arc::new(AtomicBool::new(false)));
    let _when_dropped = SetWhenDropped(Arc::clone(&end));
    let raised = Arc::clone(&end);
    let mut task = tokio::task::spawn_blocking(move || ready.run(&input, &|| raised.load(Ordering::Relaxed)));
    loop {
        tokio::select! {
            answer = &mut task => return answer.unwrap_or(Err(CommandFailure::Interrupted)),
            () = tokio::time::sleep(PAUSE) => end.store(stopped(), Ordering::Relaxed),
        }
    }
}

/// Ends a command when its result is not waited for any more.
struct SetWhenDropped(Arc<AtomicBool>);

impl Drop for SetWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
