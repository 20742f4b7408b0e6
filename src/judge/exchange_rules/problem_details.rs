//! Check: the `status` member of a problem document (RFC 9457) is the HTTP status.

use serde_json::Value;

use super::context::{body_at, show};
use super::{Breach, Check, Scene};
use crate::model::verdict::Severity;

/// The media type of problem documents.
const PROBLEM: &str = "application/problem+json";

/// Source: RFC 9457, section 3.1.2. A member of another JSON type is to be ignored (section 3.1), and so it is here.
pub(super) const CHECK: Check = Check { name: "problem-details", about: "the status in a problem document is that of the answer", rule };

fn rule(scene: &Scene<'_>) -> Vec<Breach> {
    let status = scene.answer.status;
    let document = scene.document().filter(|_| scene.answer.media_type().as_deref() == Some(PROBLEM));
    let Some(stated @ Value::Number(_)) = document.as_ref().and_then(|document| document.get("status")) else { return Vec::new() };
    if stated.as_u64() == Some(u64::from(status.0)) {
        return Vec::new();
    }
    vec![Breach {
        severity: Severity::Must,
        message: format!("the status of a problem is {stated} in an answer with status {status}"),
        expected: status.to_string(),
        actual: show(stated),
        contract: scene.place(),
        answer: body_at("/status"),
        citation: "RFC 9457, section 3.1.2".to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::Stand;

    fn places(media: &str, status: &Value) -> Vec<String> {
        let stand = Stand::new(json!({"404": {"description": "none"}}));
        let breaches = stand.breaches("problem-details", 404, &[("content-type", media)], json!({"status": status}));
        breaches.into_iter().map(|breach| breach.answer).collect()
    }

    #[test]
    fn another_status_fails_and_what_is_no_status_is_ignored() {
        assert_eq!(places("application/problem+json", &json!(400)), ["body /status"]);
        assert_eq!(places("application/problem+json; charset=utf-8", &json!(404)), Vec::<String>::new());
        assert_eq!(places("application/problem+json", &json!("400")), Vec::<String>::new());
        assert_eq!(places("application/json", &json!(400)), Vec::<String>::new());
    }
}
