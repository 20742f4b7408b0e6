//! Check: an error shows nothing of the inside of the server, such as a stack trace.

use serde_json::Value;

use super::exchange_context::{body_at, shorten};
use super::{Check, ExchangeContext, RuleViolation};
use crate::contract::append;
use crate::model::exchange::AnswerContent;
use crate::model::verdict::Severity;

/// Source: CWE-209, generation of an error message that contains sensitive information; OWASP ASVS 4.0.3, 7.4.1. A trace
/// is no part of any documented error and tells an attacker what runs where, so it breaks the run whatever the contract
/// says of the body.
pub(super) const CHECK: Check = Check { name: "no-leak", about: "the body of an error holds no stack trace", rule };

/// Runtimes by how their stack traces look: every part must be in the text, each right after a number where `#` stands.
const TRACES: &[(&str, &[&str])] = &[
    ("Python", &["Traceback (most recent call last)"]),
    ("Java", &["at ", ".java:#)"]),
    ("Kotlin", &["at ", ".kt:#)"]),
    (".NET", &["   at ", ".cs:line #"]),
    ("JavaScript", &["    at ", ".js:#:#"]),
    ("Go", &["goroutine #", "[running]"]),
    ("Rust", &["panicked at ", ".rs:#:#"]),
    ("Ruby", &[".rb:#:in "]),
    ("PHP", &["#0 ", ".php(#)"]),
];

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    if context.answer.status.0 < 400 {
        return Vec::new();
    }
    let mut texts = Vec::new();
    match &context.answer.body {
        AnswerContent::Text(text) | AnswerContent::Xml { text, .. } => texts.push((String::new(), text.as_str())),
        AnswerContent::Json(value) => strings(value, "", &mut texts),
        AnswerContent::Empty | AnswerContent::Bytes(_) | AnswerContent::TooLong(_) | AnswerContent::Unread(_) | AnswerContent::Withheld(_) => {}
    }
    let found = texts.into_iter().find_map(|(at, text)| {
        let (runtime, parts) = TRACES.iter().find(|(_, parts)| parts.iter().all(|part| find(text, part).is_some()))?;
        let start = parts.last().and_then(|part| find(text, part)).unwrap_or_default();
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        Some((at, runtime, text[line..].lines().next().unwrap_or_default().trim()))
    });
    found.into_iter().map(|(at, runtime, line)| leak_finding(context, &at, runtime, line)).collect()
}

fn leak_finding(context: &ExchangeContext<'_>, at: &str, runtime: &str, line: &str) -> RuleViolation {
    RuleViolation {
        severity: Severity::Must,
        message: format!("the body of {} holds a stack trace ({runtime})", context.answer.status),
        expected: "an error in words".to_owned(),
        actual: shorten(line),
        contract: context.place(),
        answer: body_at(at),
        citation: "CWE-209; OWASP ASVS 4.0.3, 7.4.1: an unexpected error shows a generic message".to_owned(),
    }
}

fn strings<'a>(value: &'a Value, at: &str, texts: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => texts.push((at.to_owned(), text)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| strings(item, &append(at, &index.to_string()), texts)),
        Value::Object(members) => members.iter().for_each(|(name, member)| strings(member, &append(at, name), texts)),
        _ => {}
    }
}

/// Where a pattern stands in a text; `#` in it stands for one or more digits, except as its first character.
fn find(text: &str, pattern: &str) -> Option<usize> {
    let (head, rest) = match pattern[1..].find('#') {
        Some(at) => (&pattern[..=at], Some(&pattern[at + 2..])),
        None => (pattern, None),
    };
    text.match_indices(head).map(|(start, _)| start).find(|start| rest.is_none_or(|rest| follows(&text[start + head.len()..], rest)))
}

/// Whether the text goes on with digits and then with the rest of a pattern.
fn follows(text: &str, rest: &str) -> bool {
    let after = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if after.len() == text.len() {
        return false;
    }
    match rest.split_once('#') {
        Some((literal, more)) => after.strip_prefix(literal).is_some_and(|after| follows(after, more)),
        None => after.starts_with(rest),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small_exchanges::SmallExchange;

    #[test]
    fn a_stack_trace_in_an_error_fails() {
        let small_exchange = SmallExchange::new(json!({"200": {"description": "found"}}));
        for trace in [
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f",
            "java.lang.IllegalStateException: x\n\tat com.example.Main.run(Main.java:12)",
            "System.Exception: x\n   at A.B() in C:\\a\\b.cs:line 12",
            "Error: x\n    at f (/srv/app.js:10:5)",
            "goroutine 1 [running]:\nmain.main()",
            "thread 'main' panicked at src/main.rs:1:2:\nx",
            "/srv/app.rb:3:in `f'",
            "#0 /srv/index.php(12): f()",
        ] {
            let breaches = small_exchange.findings_of_check("no-leak", 500, &[], json!({"errors": [{"detail": trace}]}));
            assert_eq!(breaches.len(), 1, "{trace}");
            assert_eq!(breaches[0].answer, "body /errors/0/detail");
            assert_eq!(small_exchange.findings_of_check("no-leak", 500, &[], json!(trace)).len(), 1);
            assert!(small_exchange.findings_of_check("no-leak", 200, &[], json!(trace)).is_empty());
        }
    }

    #[test]
    fn ordinary_words_are_none() {
        let small_exchange = SmallExchange::new(json!({"200": {"description": "found"}}));
        for text in ["look at Main.java: it is missing", "the file app.js is not allowed at line 3", "#0 is no number", "it panicked at noon"] {
            assert!(small_exchange.findings_of_check("no-leak", 400, &[], json!({"detail": text})).is_empty(), "{text}");
        }
    }
}
