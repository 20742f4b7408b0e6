//! What is kept of requests that only obtain, renew or end the run's own token, and of their answers.

use super::exchange::{Answer, AnswerContent, SentRequest};

/// What is said in the place of such a body.
const REASON: &str = "it belongs to the run's own session";

/// The header fields of an answer that hold a token.
const HOLDS_TOKEN: [&str; 3] = ["set-cookie", "authorization", "x-auth-token"];

/// A request of the session as it is kept: without its body.
pub fn kept_session_request(request: &SentRequest) -> SentRequest {
    SentRequest { body: None, base64: None, ..request.clone() }
}

/// An answer of the session as it is kept: without its body, and without what sets a token.
pub fn kept_session_answer(answer: &Answer) -> Answer {
    let body = if answer.body == AnswerContent::Empty { AnswerContent::Empty } else { AnswerContent::Withheld(REASON.to_owned()) };
    let holds = |name: &str| HOLDS_TOKEN.iter().any(|known| name.eq_ignore_ascii_case(known));
    let headers = answer.headers.iter().map(|(name, value)| (name.clone(), if holds(name) { REASON.to_owned() } else { value.clone() }));
    Answer { body, headers: headers.collect(), ..answer.clone() }
}
