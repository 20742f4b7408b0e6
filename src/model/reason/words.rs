//! The sentences of all reasons: no other file of the program words one.

use std::fmt::{Display, Formatter, Result};

use super::{
    Address, Budget, CommandFailure, LogInFailure, NoAnswer, NoRequest, NoState, NotJudged, NotSent, NotShown, Prior, ResourceGone, UserChoice,
};
use crate::model::contract::Status;
use crate::model::ids::ProbeId;
use crate::model::text::duration_in_words;

impl Display for UserChoice {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::Effect { effect, faulty } => {
                let condition = if *faulty { "a server that accepts it all the same" } else { "it" };
                write!(to, "{condition} {}; {} allows it", effect.verb_phrase(), effect.flag())
            }
            Self::Writes => write!(to, "writes are not allowed; --allow-writes allows them"),
            Self::Method(method) => write!(to, "{method} might change something; --allow-writes allows it"),
            Self::NotMade(kind, because) => {
                let why = because.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
                write!(to, "it changes {kind} that this run has not made{why}; --allow borrowed allows it")
            }
            Self::NamedEffect(name) => write!(to, "its effect \"{name}\" is not allowed; --allow {name} allows it"),
            Self::SkippedBySuite(reason) => write!(to, "left out by the suite: {reason}"),
            Self::Excluded => write!(to, "left out by --exclude, or by `select` in the suite"),
            Self::Credentials { schemes, variables } => {
                let how = if variables.is_empty() { "and the suite names none".to_owned() } else { format!("set {}", variables.join(" and ")) };
                write!(to, "there are no credentials for {}; {how}", schemes.join(" and "))
            }
            Self::LimitedAccount(variables) | Self::OtherAccount(variables) => {
                let how = if variables.is_empty() { "the suite names none".to_owned() } else { format!("set {}", variables.join(" and ")) };
                let whose = if matches!(self, Self::LimitedAccount(_)) { "without permissions" } else { "that owns other things" };
                write!(to, "there are no credentials of an account {whose}; {how}")
            }
        }
    }
}

impl Display for Budget {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::ForOthers(budget) => write!(to, "the budget of {budget} requests goes to other cells"),
            Self::Spent(budget) => write!(to, "the budget of {budget} requests was spent before"),
            Self::BelowLimit(window) => {
                write!(to, "this run sends fewer than the {} requests that the rate limit allows in {} s", window.requests, window.seconds)
            }
        }
    }
}

impl Display for NoRequest {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::NotPlanned => Ok(()),
            Self::OperationGone => NotSent::NoOperation.fmt(to),
            Self::SameRoute(other) => write!(to, "the document contradicts itself: no request tells this operation from {other}"),
            Self::UnknownOperation(id) => write!(to, "there is no operation {id}"),
            Self::NeedsItself(id) => write!(to, "{id} needs something that only {id} makes"),
            Self::NoMediaType(names) => {
                write!(to, "no valid body can be made from the schema of {}; an example in the contract would do", names.join(" or "))
            }
            Self::NoBodyFits => write!(to, "no valid body can be made from the schema; an example in the contract would do"),
            Self::NoJobReader(kind) => write!(to, "no operation says when a job of {kind} is done (x-probity-done)"),
            Self::NoneMore(kind) => write!(to, "nothing makes one more of {kind}"),
            Self::RemovesOnlyOwn(reason) => write!(to, "only what the run made may be removed; {reason}"),
            Self::NoMaker(kind) => write!(to, "only what the run made may be removed, and no operation makes {kind}"),
            Self::CannotBeMade(kind, reason) => write!(to, "{kind} cannot be made: {reason}"),
            Self::NoCondition => write!(to, "the contract does not say when (x-probity-when), and no standard does"),
            Self::NoTrigger { tried, lacking } => {
                let lacking: Vec<String> = lacking.iter().map(|(needs, triggers)| format!("no {needs} ({})", triggers.join(", "))).collect();
                let lacking = (!lacking.is_empty()).then(|| format!("there is {}", lacking.join(", and ")));
                let all: Vec<String> = tried.iter().map(ToString::to_string).chain(lacking).collect();
                write!(to, "{}", all.join("; "))
            }
            Self::NoHarmless => write!(to, "no operation can be asked without an effect"),
            Self::LimitIsReached => write!(to, "the rate limit counts all requests alike, so it is reached by those that change nothing"),
            Self::LimitIsLeftAlone => write!(to, "reaching the rate limit is not allowed in this run"),
        }
    }
}

impl Display for NoState {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::ValidRequestGone => write!(to, "its valid request is gone"),
            Self::RedirectGone => write!(to, "the request that redirects is gone"),
            Self::NothingToRepeat(at) => write!(to, "the valid request has no {at} that could be there already"),
            Self::OnlyOneOf(kind) => write!(to, "the run makes only one of {kind}"),
            Self::MadeWithout(at) => write!(to, "nothing that the run makes has {at}"),
            Self::NoJson => write!(to, "only a member of a JSON body can be made a second time"),
            Self::NoPlace(at) => write!(to, "the valid request has no place for {at}"),
            Self::NothingInPath => write!(to, "its path names no resource"),
            Self::NoJobInPath => write!(to, "its path names no job"),
            Self::NothingInRequest => write!(to, "the request names no resource"),
            Self::NotDeleted(kind) => write!(to, "no planned request deletes {kind}"),
            Self::OnlyAccepted(probe) => write!(to, "{probe} is only accepted (202), so nothing says when it is gone"),
            Self::NoReferrer => write!(to, "the contract does not say what may refer to it (by)"),
            Self::RefersToNone(by, kind) => write!(to, "{by} refers to no {kind} that the run makes"),
            Self::NotGiven { kind, state, variable: Some(variable), later } => {
                let later =
                    later.map(|seconds| format!(", or run again in {}: a run that makes one leaves it", duration_in_words(u64::from(seconds))));
                write!(to, "it needs one of {kind} that is {state}; put its id into {variable}{}", later.unwrap_or_default())
            }
            Self::NotGiven { kind, state, .. } => write!(to, "it needs one of {kind} that is {state}, and the suite names none"),
            Self::NoneMade(kind) => write!(to, "the run makes none of {kind}"),
            Self::AboutNone(by, kind) => write!(to, "{by} is about no {kind}"),
        }
    }
}

impl Display for NotSent {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::Interrupted => write!(to, "the run was interrupted"),
            Self::RunEnded => write!(to, "the run ended before it was due"),
            Self::NoWindow => write!(to, "no window of the rate limit was full"),
            Self::NeverDue => write!(to, "it waits for a request that was never due"),
            Self::NoOperation => write!(to, "the contract has no such operation"),
            Self::NotOwn => write!(to, "only what the run has made is removed at its end"),
            Self::Unproven { kind, id, doubt, because } => write!(to, "nothing proves that this run made {kind} {id}: {doubt}; {because}"),
            Self::PathValue(name, value) => write!(to, "{name} is {value:?}, which cannot stand in a path"),
            Self::NoUrl(url, error) => write!(to, "{url} is no URL: {error}"),
            Self::OtherServer(url) => write!(to, "{url} is not on the server that the run is for"),
            Self::LogInElsewhere(url) => {
                let hint = "the contract alone does not send credentials there; write the address in the suite";
                write!(to, "{}: {hint}", Self::OtherServer(url.clone()))
            }
            Self::Address(address) => address.fmt(to),
            Self::Journal(error) => write!(to, "the journal cannot be kept: {error}"),
            Self::Known(name, value) => write!(to, "{name} was to name nothing, and an answer has held {value}"),
            Self::Outage(count) => write!(to, "none of the last {count} requests was answered, so nothing more was sent"),
            Self::NothingAccepted(last, count) => write!(to, "{last} to each of the first {count} valid requests"),
            Self::Control(reason) => write!(to, "its control was not accepted: {reason}"),
            Self::SlotLost(slot, reason) => write!(to, "{slot} is not there: {reason}"),
            Self::SlotEmpty(slot) => write!(to, "{slot} is not there: nothing has made it"),
            Self::JobOpen(state) => write!(to, "the job has not finished: after the last look at it its state is {state:?}"),
            Self::NothingToFollow(probe) => write_prior(to, probe, &Prior::Silent(None)),
            Self::LeadsNowhere(probe, status) => write!(to, "{probe} was answered {status}, which leads nowhere else"),
            Self::NoLocation(probe, status) => write!(to, "the answer {status} to {probe} has no Location"),
            Self::Command(place, failure) => command(to, place, failure),
            Self::LogIn(about, failure) => log_in(to, about, failure),
        }
    }
}

/// Why a command has not done what it was to do.
fn command(to: &mut Formatter<'_>, place: &str, failure: &CommandFailure) -> Result {
    write!(to, "the command {place} of the suite ")?;
    match failure {
        CommandFailure::Off => write!(to, "is turned off by --no-hooks"),
        CommandFailure::NotNamed => write!(to, "is not run, because a journal or a recording names the suite; name it with --suite"),
        CommandFailure::Bundled => write!(to, "is not run, because the program carries the suite; name a file of your own with --suite"),
        CommandFailure::NotStarted(error) => {
            write!(to, "cannot be started ({error}); a program with a slash in it is relative to the suite, and no shell reads it")
        }
        CommandFailure::Failed(Some(code)) => write!(to, "failed: it ended with {code}"),
        CommandFailure::Failed(None) => write!(to, "failed: a signal ended it"),
        CommandFailure::Hangs(seconds) => write!(to, "had not ended after {seconds} s (`seconds`), so it was ended"),
        CommandFailure::TooMuch(most) => write!(to, "printed more than {most} bytes, so it was ended"),
        CommandFailure::NoJson(line, column) => {
            write!(to, "printed no JSON (line {line}, column {column}); print {{}} where there is nothing to say")
        }
        CommandFailure::Members("") => write!(to, "printed another JSON than {{}}"),
        CommandFailure::Members(members) => write!(to, "printed another JSON than an object with nothing but {members} of the right type"),
        CommandFailure::NoVariable(name) => write!(to, "printed no value for {name} in `variables`, which the suite says it sets"),
        CommandFailure::NoneThere => write!(to, "says that there is none"),
        CommandFailure::Skips(reason) => write!(to, "leaves it out: {reason}"),
        CommandFailure::Interrupted => write!(to, "was ended, because the run was interrupted"),
    }
}

impl Display for Address {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::NoUrl(location, error) => write!(to, "the Location {location:?} is no URL: {error}"),
            Self::Scheme(scheme) => write!(to, "the Location leads to {scheme}:, and only http and https are followed"),
            Self::Credentials => write!(to, "the Location repeats the credentials, which are left out of it here"),
            Self::Private(origin) => {
                write!(to, "the Location leads into a private network ({origin}), which a server elsewhere does not know")
            }
            Self::Port(origin) => write!(to, "the Location leads to another port of the same host ({origin})"),
        }
    }
}

/// What is said of a log-in that has failed.
fn log_in(to: &mut Formatter<'_>, about: &str, failure: &LogInFailure) -> Result {
    match failure {
        LogInFailure::Silent => write!(to, "{about} got no answer"),
        LogInFailure::Nothing(status, place) => write!(to, "{about}: its answer {status} has no {place}"),
        LogInFailure::Refresh(status) => write!(to, "{about}: the refresh token was refused ({status})"),
        LogInFailure::Refused(status) => write!(to, "{about} was answered {status}"),
        LogInFailure::Limited(count) => write!(to, "{about} is rate-limited: each of {count} requests was told to wait"),
    }
}

impl Display for NoAnswer {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::Failed(words) => write!(to, "{words}"),
            Self::None => write!(to, "no answer"),
            Self::CutOff => write!(to, "the run was cut off before an answer came"),
            Self::MayBeReferredTo => {
                let what = "something that the run made when it was cut off, and that cannot be found,";
                write!(to, "{what} may refer to what it removes")
            }
            Self::Unsure => write!(to, "it was sent before the run was cut off, and it is not known what that did"),
        }
    }
}

impl Display for ResourceGone {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::RemovedBy(probe) => write!(to, "{probe} removed it"),
            Self::GoneAlready => write!(to, "it was gone already"),
        }
    }
}

/// What is said of what became of another probe.
pub(super) fn write_prior(to: &mut Formatter<'_>, probe: &ProbeId, what: &Prior) -> Result {
    match what {
        Prior::Unknown => write!(to, "{probe}"),
        Prior::NotSent => write!(to, "{probe} was not sent"),
        Prior::Silent(Some(reason)) => write!(to, "{probe} got no answer: {reason}"),
        Prior::Silent(None) => write!(to, "{probe} got no answer"),
        Prior::Answered(status) => write!(to, "{probe} was answered {status}"),
        Prior::NoId(status) => write!(to, "the answer {status} to {probe} does not hold its id"),
        Prior::DeletedNothing => write!(to, "nothing was deleted: {probe} was not accepted"),
        Prior::DeletionOpen => write!(to, "{probe} was answered 202, so nothing says that it has been deleted yet"),
        Prior::Refused(status) => write!(to, "the server answered {status}"),
        Prior::Unanswered(reason) => write!(to, "no answer: {reason}"),
    }
}

impl Display for NotShown {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::AllowedAsWell(status) => write!(to, "the server answered {status}, which the contract allows as well"),
            Self::OtherSide(status) => write!(to, "the server takes the other side: it answered {status}, which the contract allows as well"),
            Self::Inferred(status, expected) => {
                let expected = expected.iter().map(Status::to_string).collect::<Vec<_>>().join(" or ");
                write!(to, "{status} came; that {expected} is answered is inferred, and no document says so")
            }
            Self::SweptBy(status, probe) => write!(to, "{status} came, and {probe} may have removed it"),
            Self::JobFinished(state) => write!(to, "the job may have finished by then: its state is {state:?} at the first look"),
            Self::JobUnseen => write!(to, "the job may have finished by then: no look at it shows its state"),
            Self::Forgotten(status, what) | Self::Assumed(status, what) => write!(to, "{status} came, and {what}"),
            Self::ShutOut(status) => {
                write!(to, "{status} came, as to every valid request from then on: the account has lost its permissions during the run")
            }
            Self::Marked(status) => write!(to, "{status} came, with a representation that is another than before the deletion"),
            Self::LikeControl(status) => {
                write!(to, "{status} came, as it did for the valid request, whose value is not certain to be accepted either")
            }
            Self::Computed(status) => {
                write!(to, "{status} came; nothing says that what its path names is kept anywhere, so that any value may be right")
            }
            Self::NoneOf(kind) => write!(to, "there are none of {kind} to be found, and the run may make none"),
            Self::Explained(reason, words) => write!(to, "{reason}; the answer says {words}"),
            Self::Failed(status) => write!(to, "the server failed with {status}"),
            Self::NoPermission(status) => {
                write!(to, "{status} came to a valid request: the account lacks a permission, or the firm a licence; no promise is broken")
            }
            Self::Unasked(status) => write!(to, "{status}, which was not asked for, came first"),
            Self::Undecided(status) => write!(to, "the contract does not say what is answered here; {status} came"),
            Self::OnlyDefault(status) => write!(to, "{status} came to a valid request, and `default` stands for every status"),
            Self::LimitNotReached(status) => write!(to, "the rate limit was not reached; {status} came"),
            Self::NothingAccepted(Some(reason)) => write!(to, "no valid request was accepted: {reason}"),
            Self::NothingAccepted(None) => write!(to, "no valid request was accepted"),
            Self::NoFeature { api, part, count, status } => write_no_feature(to, api, part, (*count, *status)),
        }
    }
}

impl Display for NotJudged {
    fn fmt(&self, to: &mut Formatter<'_>) -> Result {
        match self {
            Self::TooLong(status, most) => {
                write!(to, "the body of the answer {status} was not judged: it has more than {most} bytes; --max-answer reads more")
            }
            Self::Unread(status, reason) => write!(to, "the body of the answer {status} was not judged: {reason}"),
            Self::Withheld(status, reason) => write!(to, "the body of the answer {status} was not judged again: {reason}"),
            Self::UnlikeDefault(status, how) => {
                write!(to, "{status} came, and not as `default` says: {how}; `default` may be meant for errors alone")
            }
            Self::UnlikeInferred(status, how) => write!(to, "{status} came as inferred, but not as it is inferred to look: {how}"),
            Self::Keyword(place, reason) => {
                let keyword = place.rsplit('/').next().unwrap_or_default();
                write!(to, "keyword {keyword} at {place} not judged: {reason}")
            }
            Self::NoOperation => NotSent::NoOperation.fmt(to),
            Self::NoStatus => write!(to, "the contract documents no such status"),
        }
    }
}

fn write_no_feature(to: &mut Formatter<'_>, api: &str, part: &[String], (count, status): (usize, Status)) -> Result {
    let part = if part.is_empty() { String::new() } else { format!(" ({})", part.join(", ")) };
    let requests = if count == 1 { "its only valid request".to_owned() } else { format!("each of {count} valid requests") };
    write!(to, "{api}{part}: {requests} was refused with {status}; the account may not have this feature, and no promise is broken")
}
