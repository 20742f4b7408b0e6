//! `probity diff` and `--baseline`: compares the answers and the verdicts of two saved runs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::observer::Conclusion;
use super::options::{DiffOptions, FailOn, Files};
use super::specification::Specification;
use super::stop::Stop;
use super::{fetch, json_file, target};
use crate::judge::changes::{ChangeInput, RunRecord, changes};
use crate::judge::{CredentialHints, Recording};
use crate::model::change::{ChangeClass, ChangeReport, ComparedRun};
use crate::model::report::{Report, SCHEMA_VERSION};

/// The longest file that is read, in bytes: more than the answers of a run may take.
const LONGEST: u64 = 1024 * 1024 * 1024;

/// The files that a run writes, by what they hold.
const NAMES: [&str; 2] = ["report.json", "recording.json"];

/// What is left of a run: its verdicts, its answers, or both.
#[derive(Debug)]
pub struct SavedRun {
    file: PathBuf,
    report: Option<Report>,
    recording: Option<Recording>,
}

/// What tells the files of a run apart.
#[derive(Deserialize)]
struct Peek {
    schema_version: Option<u32>,
    cells: Option<IgnoredAny>,
    plan: Option<IgnoredAny>,
}

impl SavedRun {
    /// Reads a report or a recording, and the other one where it stands beside it and is of the same run. Of a folder, the files
    /// that a run writes there.
    ///
    /// # Errors
    /// The file cannot be read, is neither, is of a newer form, or holds nothing.
    pub fn read(path: &Path) -> Result<Self, Stop> {
        let file = if path.is_dir() { NAMES.iter().map(|name| path.join(name)).find(|file| file.exists()) } else { None };
        let file = file.unwrap_or_else(|| path.to_owned());
        let peek: Peek = json_file::read(&file, LONGEST, "report and no recording")?;
        let version = peek.schema_version.unwrap_or_default();
        let mut run = Self { file: file.clone(), report: None, recording: None };
        if peek.plan.is_some() {
            json_file::of_version(&file, "recording", version, SCHEMA_VERSION)?;
            run.recording = Some(json_file::read(&file, LONGEST, "recording of this version")?);
        } else if peek.cells.is_some() {
            json_file::of_version(&file, "report", version, SCHEMA_VERSION)?;
            let report: Report = json_file::read(&file, LONGEST, "report of this version")?;
            if report.cells.is_empty() {
                let words = "has no cells: there is nothing to compare; give the report of a run";
                return Err(Stop::Unusable(format!("{} {words}", file.display())));
            }
            run.report = Some(report);
        } else {
            return Err(Stop::Unusable(format!("{} is no report and no recording", file.display())));
        }
        run.complete();
        Ok(run)
    }

    /// Takes what stands beside it, where it is of the same run.
    fn complete(&mut self) {
        let beside = |name: &str| self.file.with_file_name(name);
        match (&self.report, &self.recording) {
            (Some(report), None) => {
                let found = json_file::read::<Recording>(&beside(NAMES[1]), LONGEST, "recording").ok();
                self.recording = found.filter(|found| is_of(report, found));
            }
            (None, Some(recording)) => {
                let found = json_file::read::<Report>(&beside(NAMES[0]), LONGEST, "report").ok();
                self.report = found.filter(|found| is_of(found, recording));
            }
            _ => {}
        }
    }

    fn record(&self) -> RunRecord<'_> {
        RunRecord { report: self.report.as_ref(), recording: self.recording.as_ref() }
    }

    fn described(&self) -> ComparedRun {
        let file = self.file.display().to_string();
        match (&self.report, &self.recording) {
            (Some(report), _) => ComparedRun {
                file,
                contract: Some(report.contract.clone()),
                tool: Some(report.tool.clone()),
                target: report.target.url.clone(),
                started_at: report.started_at.clone(),
                seed: report.seed,
            },
            (None, Some(recording)) => ComparedRun {
                file,
                contract: None,
                tool: None,
                target: recording.target.clone(),
                started_at: recording.started_at.clone(),
                seed: recording.seed,
            },
            (None, None) => ComparedRun { file, ..ComparedRun::default() },
        }
    }

    /// The operations that it is about.
    fn operations(&self) -> HashSet<&str> {
        let told = self.report.iter().flat_map(|report| &report.cells).map(|cell| cell.operation.as_str());
        let planned = self.recording.iter().flat_map(|recording| &recording.plan.cells).map(|cell| cell.operation.as_str());
        told.chain(planned).collect()
    }
}

/// Whether two files are of the same run.
fn is_of(report: &Report, recording: &Recording) -> bool {
    (&report.started_at, report.seed, report.duration_ms, &report.target.url)
        == (&recording.started_at, recording.seed, recording.duration_ms, &recording.target)
}

/// Compares an older run with a newer one.
///
/// # Errors
/// A file cannot be used, or the two are about different APIs.
pub fn diff(options: &DiffOptions) -> Result<ChangeReport, Stop> {
    compare(&SavedRun::read(&options.old)?, &SavedRun::read(&options.new)?, options)
}

/// Compares two runs.
///
/// # Errors
/// They are about different APIs, or the contract that was named cannot be used.
pub fn compare(old: &SavedRun, new: &SavedRun, options: &DiffOptions) -> Result<ChangeReport, Stop> {
    of_one_api(old, new)?;
    let known = contract(old, &options.files)?;
    let none = CredentialHints::default();
    let (specification, left_out) = match &known {
        Ok(specification) => (Some(specification), None),
        Err(reason) => (None, Some(format!("what the contract promises: {reason}"))),
    };
    let hints = specification.map_or(none, |known| target::hints(&known.suite, &known.contract));
    let input = ChangeInput {
        old: old.record(),
        new: new.record(),
        contract: specification.map(|known| known.contract.as_ref()),
        clients: options.clients,
        hints: &hints,
    };
    let mut found = changes(&input, old.described(), new.described());
    found.compared.left_out.extend(left_out);
    Ok(found)
}

fn of_one_api(old: &SavedRun, new: &SavedRun) -> Result<(), Stop> {
    let (one, other) = (old.file.display(), new.file.display());
    if let (Some(before), Some(after)) = (&old.report, &new.report)
        && before.contract.title != after.contract.title
    {
        let (title, another) = (&before.contract.title, &after.contract.title);
        return Err(Stop::Unusable(format!("{one} is about {title:?} and {other} about {another:?}; give two runs of the same API")));
    }
    if old.operations().is_disjoint(&new.operations()) {
        return Err(Stop::Unusable(format!("{one} and {other} share no operation; give two runs of the same API")));
    }
    Ok(())
}

/// The contract of the older run; in words why there is none. Nothing is fetched for a comparison.
///
/// # Errors
/// The files that were named cannot be used.
fn contract(old: &SavedRun, files: &Files) -> Result<Result<Specification, String>, Stop> {
    let named = files.contract.is_some() || files.suite.is_some();
    let Some(recording) = &old.recording else {
        return if named { Specification::load(files).map(Ok) } else { Ok(Err("there is no recording that names its files".to_owned())) };
    };
    let at_an_address = recording.files.contract.as_deref().is_some_and(fetch::is_address);
    if at_an_address && !named {
        return Ok(Err("it is at an address, and nothing is fetched; name a file with --contract".to_owned()));
    }
    match Specification::load_again(files, &recording.files, &old.file.display().to_string()) {
        Ok(specification) => Ok(Ok(specification)),
        Err(stop) if named => Err(stop),
        Err(stop) => Ok(Err(stop.to_string())),
    }
}

/// What the changes amount to. Where less was seen, or nothing, it is not known.
pub fn conclusion(found: &ChangeReport, fail_on: Option<FailOn>) -> Conclusion {
    let Some(fail_on) = fail_on else { return Conclusion::Conforms };
    let worse = match fail_on {
        FailOn::Breaking => found.has(ChangeClass::Breaking),
        FailOn::Risky => found.has(ChangeClass::Breaking) || found.has(ChangeClass::Risky),
        FailOn::Any => !found.causes.is_empty(),
    };
    match () {
        () if worse => Conclusion::Violates,
        () if found.has(ChangeClass::Unclear) || !found.is_founded() => Conclusion::Inconclusive,
        () => Conclusion::Conforms,
    }
}
