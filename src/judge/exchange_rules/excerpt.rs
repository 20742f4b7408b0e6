//! Cuts the place of an answer that a finding is about into one line, with its position for a marker.

use std::fmt::Write;

use serde_json::Value;

use super::exchange_context::shorten;
use crate::model::exchange::Answer;
use crate::model::verdict::Excerpt;

/// How many characters of the value at the place are shown.
const MOST_SHOWN: usize = 60;

/// What stands at a place of an answer: `status`, `header NAME`, or `body` with a JSON Pointer (RFC 6901), with what is around
/// it as far as it leads there. Of what is missing that is shown which it is missing from.
pub fn excerpt(answer: &Answer, place: &str) -> Option<Excerpt> {
    if place == "status" {
        return Some(Excerpt { line: format!("HTTP {}", answer.status), column: 5, width: 3 });
    }
    if let Some(name) = place.strip_prefix("header ") {
        let value = shorten(answer.header(name)?);
        return Some(Excerpt { column: width(name) + 2, width: width(&value).max(1), line: format!("{}: {value}", name.to_ascii_lowercase()) });
    }
    let at = place.strip_prefix("body").map(str::trim)?;
    let mut line = ExcerptLine::default();
    let path: Vec<&str> = at.strip_prefix('/').map(|rest| rest.split('/').collect()).unwrap_or_default();
    line.write(answer.body.json()?, &path);
    Some(Excerpt { line: line.text, column: line.column, width: line.width.max(1) })
}

fn width(text: &str) -> u64 {
    text.chars().count() as u64
}

/// A line in the making.
#[derive(Default)]
struct ExcerptLine {
    text: String,
    column: u64,
    width: u64,
}

impl ExcerptLine {
    fn write(&mut self, value: &Value, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return self.write_marked(value) };
        let name = crate::contract::unescape(first);
        match value {
            Value::Object(members) if members.contains_key(&name) => {
                let index = members.keys().position(|key| *key == name).unwrap_or_default();
                let inner = members.get(&name).unwrap_or(&Value::Null);
                self.text.push_str(if index > 0 { "{…, " } else { "{" });
                let _ = write!(self.text, "{}: ", Value::from(name));
                self.write(inner, rest);
                self.text.push_str(if index + 1 < members.len() { ", …}" } else { "}" });
            }
            Value::Array(items) => match name.parse::<usize>().ok().and_then(|index| Some((index, items.get(index)?))) {
                Some((index, inner)) => {
                    self.text.push_str(if index > 0 { "[…, " } else { "[" });
                    self.write(inner, rest);
                    self.text.push_str(if index + 1 < items.len() { ", …]" } else { "]" });
                }
                None => self.write_marked(value),
            },
            _ => self.write_marked(value),
        }
    }

    /// Writes the value that is meant, and remembers where.
    fn write_marked(&mut self, value: &Value) {
        let text = value.to_string();
        let shown = if width(&text) > MOST_SHOWN as u64 { format!("{}…", text.chars().take(MOST_SHOWN).collect::<String>()) } else { text };
        (self.column, self.width) = (width(&self.text), width(&shown));
        self.text.push_str(&shown);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::contract::Status;
    use crate::model::exchange::AnswerContent;

    fn marked(body: Value, place: &str) -> Option<(String, String)> {
        let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
        let answer = Answer { status: Status(400), headers, body: AnswerContent::Json(body), millis: 1, echoes_credentials: false };
        let found = excerpt(&answer, place)?;
        let from = usize::try_from(found.column).unwrap();
        Some((found.line.clone(), found.line.chars().skip(from).take(usize::try_from(found.width).unwrap()).collect()))
    }

    #[test]
    fn the_marked_part_is_the_value_at_the_place() {
        let body = json!({"links": {}, "data": [{"id": 1}, {"type": "é", "id": 7, "name": "n"}]});
        let (line, value) = marked(body.clone(), "body /data/1/id").unwrap();
        assert_eq!((line.as_str(), value.as_str()), (r#"{…, "data": […, {…, "id": 7, …}]}"#, "7"));
        let (line, value) = marked(body.clone(), "body /data/0/none").unwrap();
        assert_eq!((line.as_str(), value.as_str()), (r#"{…, "data": [{"id":1}, …]}"#, r#"{"id":1}"#));
        assert_eq!(marked(body.clone(), "body").unwrap().1, body.to_string().chars().take(60).collect::<String>() + "…");
        assert_eq!(marked(body.clone(), "header Content-Type"), Some(("content-type: text/html".to_owned(), "text/html".to_owned())));
        assert_eq!(marked(body.clone(), "status"), Some(("HTTP 400".to_owned(), "400".to_owned())));
        assert_eq!(marked(body, "header Allow"), None);
    }
}
