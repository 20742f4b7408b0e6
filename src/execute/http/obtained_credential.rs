//! A credential that is obtained by a request: how it is asked for, what it is now, and when it ends.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::Instant;
use url::form_urlencoded::Serializer;

use super::UnsignedRequest;
use super::secret_encodings::REMOVED;
use crate::model::contract::Method;
use crate::model::environment::filled;
use crate::model::exchange::Answer;
use crate::model::log_in::{Lifetime, LogIn, OAuth};
use crate::model::reason::{LogInFailure, Reason};

/// A token is renewed so long before its end, or in the last tenth of a short life.
const BEFORE_END: Duration = Duration::from_secs(30);

/// So often a new token that changed nothing is asked for; then 401 has another cause.
const MOST_WITHOUT_EFFECT: u32 = 2;

/// Words in the name of a variable that holds who the user is, which answers may repeat, and no secret.
const NAMES_OF_NO_SECRET: [&str; 6] = ["user", "mail", "login", "name", "account", "_id"];

/// How a token is asked for, with everything secret filled in.
#[derive(Debug, Clone)]
enum TokenRequest {
    LogIn {
        spec: Box<LogIn>,
        body: Option<SecretString>,
        headers: Vec<(String, SecretString)>,
        secrets: Vec<SecretString>,
    },
    /// `bare` where there is no grant but the refresh token.
    OAuth {
        client_id: SecretString,
        client_secret: SecretString,
        scope: Option<String>,
        in_body: bool,
        bare: bool,
    },
}

/// What is known now.
#[derive(Debug, Default)]
struct TokenState {
    token: Option<SecretString>,
    refresh: Option<SecretString>,
    ends: Option<Instant>,
    generation: u64,
    /// Whether a request with this token was answered with anything but 401.
    taken: bool,
    without_effect: u32,
    failed: Option<Reason>,
}

/// A credential that is obtained by a request.
#[derive(Debug)]
pub struct Session {
    /// Where it is asked for, as the suite or the contract writes it.
    pub url: String,
    /// Whether the suite itself names the address.
    pub named: bool,
    way: TokenRequest,
    now: Mutex<TokenState>,
    /// Only one request for it is under way.
    pub turn: tokio::sync::Mutex<()>,
}

impl Session {
    /// One that is obtained by a log-in of the API's own.
    pub fn log_in(spec: &LogIn, lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let json = spec.json.as_ref().map(|json| in_json(json, lookup).to_string());
        let form = spec.form.as_ref().map(|form| {
            let pairs = form.iter().map(|(name, value)| (name, filled(value, lookup)));
            Serializer::new(String::new()).extend_pairs(pairs).finish()
        });
        let headers = spec.headers.iter().map(|(name, value)| (name.clone(), SecretString::from(filled(value, lookup)))).collect();
        let secret = |name: &String| !NAMES_OF_NO_SECRET.iter().any(|word| name.to_ascii_lowercase().contains(word));
        let secrets = spec.variables().iter().filter(|name| secret(name)).filter_map(|name| lookup(name)).map(SecretString::from).collect();
        let way = TokenRequest::LogIn { spec: Box::new(spec.clone()), body: json.or(form).map(SecretString::from), headers, secrets };
        Self { url: spec.url.clone(), named: true, way, now: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// One that is a token of OAuth 2.0.
    pub fn oauth(spec: &OAuth, lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| SecretString::from(lookup(name).unwrap_or_default());
        let way = TokenRequest::OAuth {
            client_id: get(&spec.client_id),
            client_secret: get(&spec.client_secret),
            scope: spec.scope.clone(),
            in_body: spec.in_body,
            bare: spec.refresh_token.is_some(),
        };
        let now = TokenState { refresh: spec.refresh_token.as_deref().map(get), ..TokenState::default() };
        let url = spec.token_url.clone().or_else(|| spec.of_contract.clone()).unwrap_or_default();
        Self { url, named: spec.token_url.is_some(), way, now: Mutex::new(now), turn: tokio::sync::Mutex::default() }
    }

    fn lock_state(&self) -> MutexGuard<'_, TokenState> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is sent, as it stands before it.
    pub(super) fn token(&self) -> Option<SecretString> {
        let prefix = if let TokenRequest::LogIn { spec, .. } = &self.way { spec.prefix.as_deref().unwrap_or_default() } else { "" };
        self.lock_state().token.as_ref().map(|token| SecretString::from(format!("{prefix}{}", token.expose_secret())))
    }

    /// Everything secret of it that an answer must not repeat: the tokens, and what they were asked for with.
    pub(super) fn secrets(&self) -> Vec<String> {
        let own = match &self.way {
            TokenRequest::LogIn { secrets, .. } => secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect(),
            TokenRequest::OAuth { client_secret, .. } => vec![client_secret.expose_secret().to_owned()],
        };
        let now = self.lock_state();
        let tokens = [&now.token, &now.refresh].into_iter().flatten().map(|token| token.expose_secret().to_owned());
        own.into_iter().chain(tokens).collect()
    }

    /// Which of the tokens it is, counted from the first.
    pub fn generation(&self) -> u64 {
        self.lock_state().generation
    }

    /// Why it cannot be had; `None` while it can.
    pub fn failed(&self) -> Option<Reason> {
        self.lock_state().failed.clone()
    }

    /// Notes for good that it cannot be had.
    pub fn fail(&self, reason: Reason) {
        self.lock_state().failed = Some(reason);
    }

    /// Whether there is one that has not ended.
    pub fn is_valid(&self) -> bool {
        let now = self.lock_state();
        now.token.is_some() && now.ends.is_none_or(|ends| Instant::now() < ends)
    }

    /// Notes whether the server took it, and whether a new one is worth asking for after a 401.
    pub fn note_answer(&self, refused: bool) -> bool {
        let mut now = self.lock_state();
        if !refused {
            (now.taken, now.without_effect) = (true, 0);
            return false;
        }
        now.taken && now.without_effect < MOST_WITHOUT_EFFECT
    }

    /// Forgets one that was refused.
    pub fn discard(&self, generation: u64) {
        let mut now = self.lock_state();
        if now.generation == generation {
            now.token = None;
            now.without_effect += 1;
        }
    }

    /// Whether it is asked for by a refresh token now.
    pub fn refreshes(&self) -> bool {
        self.lock_state().refresh.is_some()
    }

    /// Forgets a refresh token that was refused; whether there is another way.
    pub fn forget_refresh(&self) -> bool {
        self.lock_state().refresh = None;
        !matches!(self.way, TokenRequest::OAuth { bare: true, .. })
    }

    /// The method of the request that asks for it.
    pub fn method(&self) -> &str {
        if let TokenRequest::LogIn { spec, .. } = &self.way { &spec.method } else { "POST" }
    }

    /// The request that asks for it, at this address.
    pub(super) fn unsigned_request(&self, url: String) -> UnsignedRequest {
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        let (method, body) = match &self.way {
            TokenRequest::LogIn { spec, body, headers: own, .. } => {
                let kind = if spec.json.is_some() { "application/json" } else { "application/x-www-form-urlencoded" };
                headers.extend(body.as_ref().map(|_| ("content-type".to_owned(), kind.to_owned())));
                headers.extend(own.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())));
                (spec.method.clone(), body.as_ref().map(|body| body.expose_secret().to_owned()))
            }
            TokenRequest::OAuth { client_id, client_secret, scope, in_body, .. } => {
                headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
                let mut form = Serializer::new(String::new());
                match &self.lock_state().refresh {
                    Some(refresh) => form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", refresh.expose_secret()),
                    None => form.append_pair("grant_type", "client_credentials"),
                };
                form.extend_pairs(scope.iter().map(|scope| ("scope", scope)));
                let (id, secret) = (client_id.expose_secret(), client_secret.expose_secret());
                if *in_body {
                    form.append_pair("client_id", id).append_pair("client_secret", secret);
                } else {
                    // RFC 6749, section 2.3.1: encoded as in a form, then as user name and password.
                    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                    headers.push(("authorization".to_owned(), format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))));
                }
                ("POST".to_owned(), Some(form.finish()))
            }
        };
        UnsignedRequest { method: Method::new(method), url, headers, body: body.map(String::into_bytes) }
    }

    /// Takes the token out of an answer.
    ///
    /// # Errors
    /// It is not where it should be.
    pub fn store_from_answer(&self, answer: &Answer) -> Result<(), LogInFailure> {
        let body = answer.body.json();
        let text = |at: &str| body.and_then(|body| body.pointer(at)).and_then(Value::as_str).filter(|text| is_sendable(text));
        let (found, lifetime, place) = match &self.way {
            TokenRequest::LogIn { spec, .. } => match (&spec.cookie, spec.token.as_deref().unwrap_or_default()) {
                (Some(name), _) => (set_cookie(answer, name), spec.lifetime.clone(), format!("cookie {name}")),
                (None, at) => (text(at).map(str::to_owned), spec.lifetime.clone(), format!("token at {at}")),
            },
            TokenRequest::OAuth { .. } => {
                (text("/access_token").map(str::to_owned), Some(Lifetime::At("/expires_in".to_owned())), "token at /access_token".to_owned())
            }
        };
        let token = found.ok_or(LogInFailure::Nothing(answer.status, place))?;
        let number = |at: &str| body.and_then(|body| body.pointer(at)).and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        let seconds = lifetime.and_then(|lifetime| match lifetime {
            Lifetime::Seconds(seconds) => Some(seconds),
            Lifetime::At(at) => number(&at),
        });
        let mut now = self.lock_state();
        now.ends = seconds.map(Duration::from_secs).and_then(|life| Instant::now().checked_add(life.saturating_sub(BEFORE_END.min(life / 10))));
        if matches!(self.way, TokenRequest::OAuth { .. })
            && let Some(refresh) = text("/refresh_token")
        {
            now.refresh = Some(SecretString::from(refresh.to_owned()));
        }
        now.token = Some(SecretString::from(token));
        now.generation += 1;
        now.taken = false;
        Ok(())
    }

    /// Takes over a cookie that an answer to a request with it sets again, out of the answer; whether there was another one.
    pub fn learn_cookie(&self, answer: &mut Answer) -> bool {
        let TokenRequest::LogIn { spec, .. } = &self.way else { return false };
        let Some(name) = &spec.cookie else { return false };
        let Some(value) = set_cookie(answer, name) else { return false };
        // Here it stands by right, so it is taken out before anybody looks for what an answer gives away.
        for (_, field) in answer.headers.iter_mut().filter(|(field, _)| field.eq_ignore_ascii_case("set-cookie")) {
            *field = field.replace(&value, REMOVED);
        }
        let mut now = self.lock_state();
        if now.token.as_ref().is_some_and(|token| token.expose_secret() == value) {
            return false;
        }
        now.token = Some(SecretString::from(value));
        now.generation += 1;
        true
    }
}

/// Whether a text can stand in a header field.
fn is_sendable(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_control)
}

/// The value that an answer sets a cookie to (RFC 6265, section 4.1.1); one that is taken away has none.
fn set_cookie(answer: &Answer, name: &str) -> Option<String> {
    let fields = answer.headers.iter().filter(|(field, _)| field.eq_ignore_ascii_case("set-cookie"));
    let pairs = fields.filter_map(|(_, value)| value.split(';').next()?.split_once('='));
    pairs.filter(|(known, _)| known.trim() == name).map(|(_, value)| value.trim().to_owned()).rfind(|value| is_sendable(value))
}

/// A document with the values of variables in its texts.
fn in_json(value: &Value, lookup: &dyn Fn(&str) -> Option<String>) -> Value {
    match value {
        Value::String(text) => Value::String(filled(text, lookup)),
        Value::Array(items) => items.iter().map(|item| in_json(item, lookup)).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), in_json(member, lookup))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::contract::Status;
    use crate::model::exchange::AnswerContent;

    fn answer(document: &Value) -> Answer {
        Answer { status: Status(200), headers: Vec::new(), body: AnswerContent::Json(document.clone()), millis: 1, echoes_credentials: false }
    }

    /// How often a token is asked for in so many hours in which a request is sent every half minute.
    async fn asked_for(lifetime: &str, seconds: u64, hours: u64) -> u64 {
        let spec: LogIn = serde_json::from_value(json!({"url": "/sessions", "token": "/token", "lifetime": lifetime})).unwrap();
        let session = Session::log_in(&spec, &|_| None);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(hours * 3600) {
            if !session.is_valid() {
                let number = session.generation();
                session.store_from_answer(&answer(&json!({"token": format!("token-{number}"), "life": {"seconds": seconds}}))).unwrap();
            }
            tokio::time::advance(BEFORE_END).await;
        }
        session.generation()
    }

    #[tokio::test(start_paused = true)]
    async fn in_runs_of_hours_a_token_is_renewed_before_each_of_its_ends() {
        assert_eq!(asked_for("/life/seconds", 3600, 12).await, 13, "half a minute before the end of each hour");
        assert_eq!(asked_for("/life/seconds", 60, 2).await, 2 * 60 * 60 / 60);
        assert_eq!(asked_for("/life/none", 60, 12).await, 1, "a token without an end that is known lives until it is refused");
        assert_eq!(asked_for("/life/seconds", u64::MAX, 1).await, 1, "an end that no clock knows is none");
    }
}
