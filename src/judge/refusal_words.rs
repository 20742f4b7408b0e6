//! Reads the error message of a refusal, to be shown where its cause is looked for.

use crate::model::exchange::{Answer, AnswerContent};

/// The most letters that are repeated.
const MOST: usize = 160;

/// The body of an answer in one line, when it is one that people can read.
pub(super) fn of(answer: &Answer) -> Option<String> {
    let text = match &answer.body {
        AnswerContent::Json(body) => body.to_string(),
        AnswerContent::Text(text) if answer.media_type().is_some_and(|media| media == "text/plain") => text.clone(),
        _ => return None,
    };
    let line = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(MOST).collect();
    let end = if short.len() < line.len() { "…" } else { "" };
    (!short.is_empty()).then(|| format!("{short}{end}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::small_cases::answer;

    #[test]
    fn what_people_can_read_is_repeated_in_one_line() {
        let refusal = answer(400, AnswerContent::Json(json!({"price": ["A valid number\nis required."]})));
        assert_eq!(of(&refusal).as_deref(), Some(r#"{"price":["A valid number\nis required."]}"#));
        let text = |media: &str| Answer {
            headers: vec![("content-type".to_owned(), media.to_owned())],
            ..answer(400, AnswerContent::Text(format!("no\r\n\u{1b}[1m{}", "x".repeat(300))))
        };
        assert_eq!(of(&text("text/plain")).map(|line| line.chars().count()), Some(MOST + 1));
        assert!(of(&text("text/plain")).is_some_and(|line| line.starts_with("no [1mxx")), "no line break and no escape");
        assert_eq!(of(&text("text/html")), None);
        assert_eq!(of(&answer(400, AnswerContent::Empty)), None);
    }
}
