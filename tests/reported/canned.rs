//! The canned server of a case: rules, and the things that it holds, by address.

use std::collections::BTreeMap;
use std::sync::Mutex;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::form::{Change, Line, Part, Rule, Written};
use crate::support::server::{Asked, Reply};

/// Rules and what they have made so far.
pub struct Canned {
    rules: Vec<Rule>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    things: BTreeMap<String, Value>,
    made: u64,
}

/// The values of names, by name.
type Names = BTreeMap<String, Value>;

impl Canned {
    /// A server with these rules that holds these things.
    pub fn new(rules: Vec<Rule>, things: BTreeMap<String, Value>) -> Self {
        Self { rules, held: Mutex::new(Held { things, made: 100 }) }
    }

    /// Everything that it holds.
    pub fn things(&self) -> BTreeMap<String, Value> {
        self.held.lock().expect("nobody panics").things.clone()
    }

    /// The answer of the first rule that applies.
    pub fn answer(&self, asked: &Asked) -> Reply {
        let mut held = self.held.lock().expect("nobody panics");
        self.rules.iter().find_map(|rule| applied(rule, asked, &mut held)).unwrap_or_else(|| Reply::json(404, &Value::Null))
    }
}

fn applied(rule: &Rule, asked: &Asked, held: &mut Held) -> Option<Reply> {
    let path = percent_decode_str(&asked.path).decode_utf8_lossy().into_owned();
    let mut names = variables(&rule.request, &asked.method, &path)?;
    if !rule.when.iter().all(|(part, schema)| of(asked, *part).is_some_and(|value| jsonschema::is_valid(schema, &value))) {
        return None;
    }
    let below = |address: &str| address.rsplit_once('/').is_some_and(|(above, _)| above == path);
    let all: Vec<Value> = held.things.iter().filter(|(address, _)| below(address)).map(|(_, thing)| thing.clone()).collect();
    names.insert("all".to_owned(), Value::Array(all));
    names.insert("path".to_owned(), Value::from(path));
    names.insert("body".to_owned(), asked.body.clone().unwrap_or_default());
    names.insert("new".to_owned(), Value::from(held.made + 1));
    let given = rule.given.as_ref().map(|address| text(address, &names));
    if let Some(address) = &given {
        names.insert("thing".to_owned(), held.things.get(address)?.clone());
    }
    if let Some(change) = &rule.then {
        changed(change, given.as_deref().unwrap_or_default(), &mut names, held);
    }
    let headers = rule.answer.headers.iter().map(|(name, value)| (name.to_lowercase(), text(value, &names)));
    let body = rule.answer.text.as_ref().map(|body| text(body, &names));
    let mut reply = Reply::json(rule.answer.status, &filled(&rule.answer.body, &names));
    reply.body = body.or(reply.body);
    reply.headers.retain(|(name, _)| !rule.answer.headers.keys().any(|own| own.eq_ignore_ascii_case(name)));
    reply.headers.extend(headers);
    Some(reply)
}

/// The values of the path's variables, where method and path fit.
fn variables(line: &Line, method: &str, path: &str) -> Option<Names> {
    let (wanted, segments): (Vec<&str>, Vec<&str>) = (line.path.split('/').collect(), path.split('/').collect());
    if wanted.len() != segments.len() || !["*", method].contains(&line.method.as_str()) {
        return None;
    }
    let mut names = Names::new();
    for (wanted, segment) in wanted.into_iter().zip(segments) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => drop(names.insert(name.to_owned(), Value::from(segment))),
            _ if wanted != segment => return None,
            _ => {}
        }
    }
    Some(names)
}

fn of(asked: &Asked, part: Part) -> Option<Value> {
    let query = || {
        let query = asked.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), Value::from(value))).collect::<Map<_, _>>()
    };
    match part {
        Part::Body => asked.body.clone(),
        Part::Headers => Some(json!(asked.headers)),
        Part::Query => Some(Value::Object(query())),
        Part::Target => Some(Value::from(asked.target.as_str())),
        Part::Text => Some(Value::from(asked.text.as_str())),
    }
}

fn changed(change: &Change, given: &str, names: &mut Names, held: &mut Held) {
    let write = |written: &Written, mut thing: Value, names: &mut Names, held: &mut Held| {
        merge(&mut thing, &filled(&written.with, names));
        held.things.insert(text(&written.at, names), thing.clone());
        names.insert("thing".to_owned(), thing);
    };
    match change {
        Change::Add(written) => {
            held.made += 1;
            write(written, names["body"].clone(), names, held);
        }
        Change::Alter(written) => {
            let thing = held.things.remove(given).unwrap_or_default();
            write(written, thing, names, held);
        }
        Change::Remove => drop(held.things.remove(given)),
        Change::Clear(address) => {
            let below = format!("{}/", text(address, names));
            held.things.retain(|address, _| !address.starts_with(&below));
        }
    }
}

/// A JSON merge patch (RFC 7396); one that is null changes nothing.
pub fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        if !patch.is_null() {
            *value = patch.clone();
        }
        return;
    };
    if !value.is_object() {
        *value = json!({});
    }
    for (name, patch) in members {
        if patch.is_null() {
            value.as_object_mut().map(|object| object.remove(name));
        } else {
            merge(&mut value[name.as_str()], patch);
        }
    }
}

/// A value with the names in it replaced.
fn filled(value: &Value, names: &Names) -> Value {
    match value {
        Value::String(word) => match word.strip_prefix('$').and_then(|name| named(name, names)) {
            Some((value, "")) => value,
            _ => Value::from(text(word, names)),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, names)).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), filled(member, names))).collect(),
        other => other.clone(),
    }
}

/// A text with the names in it replaced.
fn text(pattern: &str, names: &Names) -> String {
    let mut parts = pattern.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match named(part, names) {
            Some((value, rest)) => whole.extend([&value.as_str().map_or_else(|| value.to_string(), str::to_owned), rest]),
            None => whole.extend(["$", part]),
        }
    }
    whole
}

/// The value of the name that a text begins with, and the rest of the text.
fn named<'a>(part: &'a str, names: &Names) -> Option<(Value, &'a str)> {
    let end = part.find(|character: char| !character.is_alphanumeric() && !"_.".contains(character)).unwrap_or(part.len());
    let mut members = part[..end].split('.');
    let first = names.get(members.next()?)?;
    Some((members.fold(first, |value, member| &value[member]).clone(), &part[end..]))
}

/// The names in a rule that stand for nothing.
pub fn unknown(rule: &Rule) -> Vec<String> {
    let mut known: Vec<&str> = rule.request.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
    known.extend(["all", "body", "new", "path", "thing"]);
    let parts = serde_json::to_string(&(&rule.given, &rule.then, &rule.answer)).unwrap_or_default();
    let word = |part: &str| part.split(|character: char| !character.is_alphanumeric() && character != '_').next().unwrap_or_default().to_owned();
    let names = parts.split('$').skip(1).map(word).filter(|name| name.starts_with(char::is_alphabetic));
    names.filter(|name| !known.contains(&name.as_str())).collect()
}
