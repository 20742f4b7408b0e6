//! Runs the commands of a suite that the user has named: before the run, for given resources, and after the run.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::observer::{Conclusion, Observer};
use super::specification::Specification;
use super::stop::{Stop, runtime};
use super::target::Target;
use crate::execute::{ReadyCommand, ResourceHooks};
use crate::model::own_command::OwnCommand;
use crate::model::reason::{CommandFailure, NotSent, Reason};
use crate::model::suite::Suite;
use crate::plan::GivenResource;

/// What the commands of a suite have given to a run.
#[derive(Debug, Clone, Default)]
pub struct CommandResults {
    /// Values of variables; they go before the environment.
    pub variables: BTreeMap<String, SecretString>,
    /// Resources, by kind.
    pub given: BTreeMap<String, Vec<GivenResource>>,
    /// Why there is none of a kind, in a state.
    pub not_given: BTreeMap<(String, Option<String>), Reason>,
    /// The commands around resources.
    pub hooks: ResourceHooks,
    after_run: Option<ReadyCommand>,
    target: String,
}

impl CommandResults {
    /// Runs the command before the run, and those for given resources. Against the embedded mock none is run.
    ///
    /// # Errors
    /// The command before the run has failed: what it was to prepare is not there.
    pub fn before_run(specification: &Specification, target: &Target, off: bool, observer: &dyn Observer) -> Result<Self, Stop> {
        let suite = &specification.suite;
        let all = suite.commands();
        if all.is_empty() || *target == Target::Mock {
            return Ok(Self::default());
        }
        let mut results = Self { target: target.name().to_owned(), ..Self::default() };
        let folder = match specification.commands.folder(off) {
            Ok(folder) => folder,
            Err(why) => {
                for (place, command) in all {
                    let missing = missing(suite, &place, command);
                    observer.note(&format!("{}{missing}", Reason::from(NotSent::Command(place.clone(), why.clone()))));
                }
                results.none_given(suite, &why);
                return Ok(results);
            }
        };
        let ready = |place: &str, command: &OwnCommand| ReadyCommand::new(place, command, folder);
        let sending = runtime("the commands of the suite cannot be run")?;
        let stopped = sending.block_on(async { Arc::new(observer.interruption(false)) });
        if let Some(command) = &suite.hooks.before_run {
            let input = results.input("before-run", &json!({}));
            let answer = ready("hooks.before-run", command).run(&input, &|| stopped());
            results.variables = answer.and_then(|answer| variables(&answer, &command.parts().sets)).map_err(|failure| {
                Stop::Inconclusive(format!("{}; nothing was sent", Reason::from(NotSent::Command("hooks.before-run".to_owned(), failure))))
            })?;
        }
        results.after_run = suite.hooks.after_run.as_ref().map(|command| ready("hooks.after-run", command));
        results.give(suite, folder, &|| stopped(), observer);
        let of_kinds = |side: &str, all: &BTreeMap<String, OwnCommand>| {
            all.iter().map(|(kind, command)| (kind.clone(), ready(&format!("hooks.{side}.{kind}"), command))).collect()
        };
        results.hooks = ResourceHooks {
            before: of_kinds("before", &suite.hooks.before),
            after: of_kinds("after", &suite.hooks.after),
            target: results.target.clone(),
            mark: String::new(),
        };
        Ok(results)
    }

    fn input(&self, hook: &str, more: &Value) -> Value {
        let mut input = json!({"hook": hook, "target": self.target});
        if let (Some(all), Some(more)) = (input.as_object_mut(), more.as_object()) {
            all.extend(more.clone());
        }
        input
    }

    /// Runs the commands for given resources; where one fails, what rests on it has that reason.
    fn give(&mut self, suite: &Suite, folder: &Path, stopped: &dyn Fn() -> bool, observer: &dyn Observer) {
        for (kind, entries) in &suite.given {
            for (index, entry) in entries.iter().enumerate() {
                let Some(command) = &entry.command else { continue };
                let place = format!("given.{kind}[{index}]");
                let input = self.input("given", &json!({"kind": kind, "state": entry.state}));
                match ReadyCommand::new(&place, command, folder).run(&input, stopped).and_then(|answer| id(&answer)) {
                    Ok(id) => {
                        self.given.entry(kind.clone()).or_default().push(GivenResource { id, state: entry.state.clone(), left: None });
                    }
                    Err(failure) => {
                        let reason = Reason::from(NotSent::Command(place, failure));
                        observer.note(&reason.to_string());
                        self.not_given.insert((kind.clone(), entry.state.clone()), reason);
                    }
                }
            }
        }
    }

    /// Why nothing is given by commands, where none is run.
    fn none_given(&mut self, suite: &Suite, why: &CommandFailure) {
        for (kind, entries) in &suite.given {
            for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.command.is_some()) {
                let place = format!("given.{kind}[{index}]");
                let reason = NotSent::Command(place, why.clone()).into();
                self.not_given.insert((kind.clone(), entry.state.clone()), reason);
            }
        }
    }

    /// Runs the command after the run, whatever came of it. Where it fails, the run is not as it should be.
    ///
    /// # Errors
    /// As the run.
    pub fn after_run(&self, ended: Result<Conclusion, Stop>, observer: &dyn Observer) -> Result<Conclusion, Stop> {
        let Some(command) = &self.after_run else { return ended };
        let word = match &ended {
            Ok(Conclusion::Conforms) => "conforms",
            Ok(Conclusion::Violates) => "violates",
            Ok(Conclusion::Inconclusive) => "inconclusive",
            Err(_) => "ended-early",
        };
        let answer = command.run(&self.input("after-run", &json!({"result": word})), &|| false);
        let nothing = answer.and_then(|answer| if answer == json!({}) { Ok(()) } else { Err(CommandFailure::Members("")) });
        let Err(failure) = nothing else { return ended };
        observer.note(&format!("error: {}", Reason::from(NotSent::Command(command.place.clone(), failure))));
        ended.map(|code| if code == Conclusion::Conforms { Conclusion::Inconclusive } else { code })
    }
}

/// What is missing where a command is not run.
fn missing(suite: &Suite, place: &str, command: &OwnCommand) -> String {
    let sets = command.parts().sets;
    if !sets.is_empty() {
        return format!("; missing are the values of {}", sets.join(", "));
    }
    let given =
        suite.given.iter().flat_map(|(kind, all)| all.iter().enumerate().map(move |(index, one)| (format!("given.{kind}[{index}]"), kind, one)));
    let found = given.into_iter().find(|(known, ..)| known == place);
    found.map_or_else(String::new, |(_, kind, one)| {
        let state = one.state.as_ref().map_or_else(String::new, |state| format!(" that is {state}"));
        format!("; missing is one of {kind}{state}")
    })
}

/// The values that the command before the run gives.
fn variables(answer: &Value, sets: &[String]) -> Result<BTreeMap<String, SecretString>, CommandFailure> {
    let wrong = CommandFailure::Members("variables");
    let members = answer.as_object().filter(|members| members.keys().all(|name| name == "variables")).ok_or_else(|| wrong.clone())?;
    let values = match members.get("variables") {
        None => serde_json::Map::new(),
        Some(Value::Object(values)) if values.keys().all(|name| sets.contains(name)) => values.clone(),
        Some(_) => return Err(wrong),
    };
    let value = |name: &String| match values.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok((name.clone(), SecretString::from(text.clone()))),
        Some(Value::String(_)) | None => Err(CommandFailure::NoVariable(name.clone())),
        Some(_) => Err(wrong.clone()),
    };
    sets.iter().map(value).collect()
}

/// The id that a command for a given resource prints.
fn id(answer: &Value) -> Result<String, CommandFailure> {
    let members = answer.as_object().filter(|members| members.len() == 1).ok_or(CommandFailure::Members("id"))?;
    match members.get("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
        Some(Value::Number(id)) => Ok(id.to_string()),
        Some(Value::Null) => Err(CommandFailure::NoneThere),
        _ => Err(CommandFailure::Members("id")),
    }
}

/// The id that stands in a plan for the one that a command gives.
const OF_COMMAND: &str = "given-by-a-command";

/// What commands would give, for a plan, which runs none.
pub fn planned(specification: &Specification, target: &Target, off: bool) -> CommandResults {
    let (suite, mut results) = (&specification.suite, CommandResults::default());
    if *target == Target::Mock {
        return results;
    }
    if let Err(why) = specification.commands.folder(off) {
        results.none_given(suite, &why);
        return results;
    }
    for (kind, entry) in suite.given.iter().flat_map(|(kind, all)| all.iter().map(move |one| (kind, one))).filter(|(_, one)| one.command.is_some()) {
        let given = GivenResource { id: OF_COMMAND.to_owned(), state: entry.state.clone(), left: None };
        results.given.entry(kind.clone()).or_default().push(given);
    }
    results
}

/// Every command that a run would run, each with its place and its words, or why it would not.
pub fn command_list(specification: &Specification, target: &Target, off: bool) -> Vec<(String, String, Option<String>)> {
    if *target == Target::Mock {
        return Vec::new();
    }
    let why = specification.commands.folder(off).err();
    let told = |place: &str| why.as_ref().map(|why| Reason::from(NotSent::Command(place.to_owned(), why.clone())).to_string());
    specification.suite.commands().into_iter().map(|(place, command)| (place.clone(), command.command_line(), told(&place))).collect()
}
