//! Finds credentials that come back in an answer and removes them, so that no recording holds them.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::credentials::WRONG_SECRET;
use super::secret_encodings::{REMOVED, SecretForms, SecretMatch};
use super::{Accounts, Secret, Session};
use crate::model::contract::{Contract, SecurityScheme};
use crate::model::exchange::{Answer, AnswerContent};

/// What only the accounts and the server know, in every form in which it may come back.
pub struct SecretRedactor {
    /// What proves who asks.
    proofs: RwLock<CredentialTexts>,
    /// What comes from the environment and may as well be the name of a client, which answers may name.
    names: SecretForms,
}

/// Texts that prove who asks, and their forms.
#[derive(Default)]
struct CredentialTexts {
    texts: Vec<String>,
    forms: Arc<SecretForms>,
}

/// What is said of a body that repeats what may be no secret: without it, it is not what the server sent.
const REPEATED: &str =
    "it repeats the value of a header field that comes from the environment, so it is not kept; write in the suite what is no secret";

impl SecretRedactor {
    /// A censor for these accounts. Whether a key proves who asks is up to the contract.
    pub fn new(accounts: &Accounts, contract: &Contract) -> Self {
        let alternatives: Vec<&Vec<String>> = contract.operations.iter().flat_map(|operation| &operation.security).collect();
        let alone = |scheme: &str| {
            alternatives
                .iter()
                .any(|alternative| alternative.iter().any(|name| name == scheme) && !alternative.iter().any(|name| shows(accounts, name)))
        };
        let shown = accounts
            .all()
            .flat_map(|(scheme, secret)| proving_texts(secret, alone(scheme) || is_secret_by_name(scheme, contract.security_schemes.get(scheme))));
        let own = accounts.headers.iter().flat_map(|field| {
            let (name, secrets) = field.secrets();
            secrets.iter().map(move |(variable, value)| (names_a_secret(&format!("{name} {variable}")), value.expose_secret().to_owned()))
        });
        let (secret, named): (Vec<_>, Vec<_>) = own.partition(|(secret, _)| *secret);
        let texts = |all: Vec<(bool, String)>| all.into_iter().map(|(_, text)| text);
        let censor = Self { proofs: RwLock::default(), names: SecretForms::new(&texts(named).collect::<Vec<_>>()) };
        censor.add_texts(shown.chain(texts(secret)).collect());
        censor
    }

    /// Learns more texts that prove who asks. What was one once stays one.
    pub fn add_texts(&self, texts: Vec<String>) {
        let mut proofs = self.proofs.write().unwrap_or_else(PoisonError::into_inner);
        let known = proofs.texts.len();
        for text in texts {
            if !proofs.texts.contains(&text) {
                proofs.texts.push(text);
            }
        }
        if proofs.texts.len() > known {
            proofs.forms = Arc::new(SecretForms::new(&proofs.texts));
        }
    }

    /// Learns what is secret of a credential that is obtained.
    pub fn learn_session(&self, session: &Session) {
        self.add_texts(session.secrets());
    }

    fn forms(&self) -> Arc<SecretForms> {
        Arc::clone(&self.proofs.read().unwrap_or_else(PoisonError::into_inner).forms)
    }

    /// Notes whether an answer repeats a secret, and takes it out of the answer.
    pub fn answer(&self, answer: &mut Answer) {
        let forms = &*self.forms();
        let mut found = SecretMatch::Nothing;
        for (name, value) in &mut answer.headers {
            found = found.max(forms.clean_name(name)).max(forms.clean(value));
        }
        found = found.max(match &mut answer.body {
            AnswerContent::Text(text) | AnswerContent::Unread(text) | AnswerContent::Withheld(text) => forms.clean(text),
            AnswerContent::Json(value) => clean_value(value, forms),
            AnswerContent::Xml { text, value, .. } => forms.clean(text).max(clean_value(value, forms)),
            AnswerContent::Empty | AnswerContent::Bytes(_) | AnswerContent::TooLong(_) => SecretMatch::Nothing,
        });
        answer.echoes_credentials = found == SecretMatch::Secret;
        self.names_of_clients(answer);
    }

    /// Takes out what may be no secret, and says so instead of judging what is left.
    fn names_of_clients(&self, answer: &mut Answer) {
        for (name, value) in &mut answer.headers {
            self.names.clean_name(name);
            self.names.clean(value);
        }
        let found = match &mut answer.body {
            AnswerContent::Text(text) => self.names.clean(text),
            AnswerContent::Json(value) => clean_value(value, &self.names),
            AnswerContent::Xml { text, value, .. } => self.names.clean(text).max(clean_value(value, &self.names)),
            AnswerContent::Unread(_) | AnswerContent::Withheld(_) | AnswerContent::Empty | AnswerContent::Bytes(_) | AnswerContent::TooLong(_) => {
                SecretMatch::Nothing
            }
        };
        if found > SecretMatch::Nothing {
            answer.body = AnswerContent::Unread(REPEATED.to_owned());
        }
    }

    /// Takes every secret out of the reason why no answer came.
    pub fn reason(&self, mut reason: String) -> String {
        self.forms().clean(&mut reason);
        self.names.clean(&mut reason);
        reason
    }
}

/// Whether a scheme shows a secret, and not only a key that names a client.
fn shows(accounts: &Accounts, scheme: &str) -> bool {
    matches!(accounts.full.get(scheme), Some(Secret::Basic { .. } | Secret::Bearer(_) | Secret::Obtained(_)))
}

/// Words in the name of a field or a scheme that carries a secret, and not only what names a client.
const NAMES_A_SECRET: [&str; 7] = ["key", "token", "secret", "auth", "pass", "sig", "session"];

/// Whether a key that goes with a password or token is a secret as well: by the name it goes by. Others name a client, and
/// answers may name it too.
fn is_secret_by_name(scheme: &str, kind: Option<&SecurityScheme>) -> bool {
    let field = match kind {
        Some(SecurityScheme::Header(name) | SecurityScheme::Query(name) | SecurityScheme::Cookie(name)) => name.as_str(),
        _ => "",
    };
    names_a_secret(&format!("{scheme} {field}"))
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES_A_SECRET.iter().any(|word| name.contains(word))
}

/// The texts of a credential that prove who asks, and those with the secret that is wrong on purpose. A user name is none.
fn proving_texts(secret: &Secret, proves: bool) -> Vec<String> {
    match secret {
        Secret::Basic { username, password } => {
            let pair = |password: &str| STANDARD.encode(format!("{}:{password}", username.expose_secret()));
            vec![password.expose_secret().to_owned(), pair(password.expose_secret()), pair(WRONG_SECRET)]
        }
        Secret::Bearer(token) => vec![token.expose_secret().to_owned(), WRONG_SECRET.to_owned()],
        Secret::Value(key) if proves => vec![key.expose_secret().to_owned()],
        Secret::Value(_) => Vec::new(),
        Secret::Obtained(session) => [session.secrets(), vec![WRONG_SECRET.to_owned()]].concat(),
    }
}

/// Cleans every text of a document, names of members among them, and numbers that are a secret.
fn clean_value(value: &mut Value, forms: &SecretForms) -> SecretMatch {
    match value {
        Value::String(text) => forms.clean(text),
        Value::Number(number) => {
            let found = forms.match_number(number);
            if found > SecretMatch::Nothing {
                *value = Value::from(REMOVED);
            }
            found
        }
        Value::Array(items) => items.iter_mut().map(|item| clean_value(item, forms)).fold(SecretMatch::Nothing, Ord::max),
        Value::Object(members) => {
            let mut found = SecretMatch::Nothing;
            let taken = std::mem::take(members);
            members.extend(taken.into_iter().map(|(mut name, mut member)| {
                found = found.max(forms.clean(&mut name)).max(clean_value(&mut member, forms));
                (name, member)
            }));
            found
        }
        Value::Null | Value::Bool(_) => SecretMatch::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{bundle, read};
    use crate::execute::http::Secrets;
    use crate::model::contract::Status;

    /// A contract whose operations ask for these alternatives.
    fn contract(security: &Value) -> Contract {
        let schemes = json!({"key": {"type": "http", "scheme": "basic"}, "firm": {"type": "apiKey", "in": "header", "name": "x-firm"}});
        let document = json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "security": security, "components": {"securitySchemes": schemes},
            "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "d"}}}}}
        });
        read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap()
    }

    fn censor(security: &Value) -> SecretRedactor {
        let text = |text: &str| SecretString::from(text.to_owned());
        let full = [
            ("key".to_owned(), Secret::Basic { username: text("someone-we-know"), password: text("s3cret/of ours") }),
            ("firm".to_owned(), Secret::Value(text("firm-12345678"))),
        ];
        SecretRedactor::new(&Accounts { full: Secrets::from(full), ..Accounts::default() }, &contract(security))
    }

    fn censored(security: &Value, headers: &[(&str, &str)], body: AnswerContent) -> Answer {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut answer = Answer { status: Status(200), headers, body, millis: 1, echoes_credentials: false };
        censor(security).answer(&mut answer);
        answer
    }

    #[test]
    fn why_no_answer_came_repeats_no_secret() {
        let reason = censor(&json!([{"key": []}])).reason("http://h/?key=s3cret%2Fof+ours cannot be reached: no route for s3cret/of ours".to_owned());
        assert!(reason.contains(REMOVED) && !reason.contains("s3cret"), "{reason}");
    }

    #[test]
    fn secrets_are_found_in_every_form_and_taken_out() {
        let together = json!([{"key": [], "firm": []}]);
        let pair = STANDARD.encode("someone-we-know:s3cret/of ours");
        let wrong = STANDARD.encode("someone-we-know:wrong-secret");
        for form in [
            "s3cret/of ours",
            "s3cret%2Fof%20ours",
            "s3cret%2fof+ours",
            &pair,
            pair.trim_end_matches('='),
            &STANDARD.encode("s3cret/of ours"),
            &wrong,
        ] {
            for body in [
                AnswerContent::Text(format!("<{form}>")),
                AnswerContent::Json(json!({"a": [{"b": format!("not {form}!")}]})),
                AnswerContent::Json(json!({form: 1})),
            ] {
                let answer = censored(&together, &[], body);
                assert!(answer.echoes_credentials, "{form} in {:?}", answer.body);
                assert!(!serde_json::to_string(&answer).unwrap().contains(form), "{:?}", answer.body);
            }
            let answer = censored(&together, &[("x-debug", form)], AnswerContent::Empty);
            assert!(answer.echoes_credentials && answer.header("x-debug").is_some_and(|value| !value.contains(form)));
        }
        let answer = censored(&together, &[("x-s3cret/of ours", "1")], AnswerContent::Empty);
        assert!(answer.echoes_credentials && !answer.headers[0].0.contains("s3cret"));
    }

    #[test]
    fn names_of_users_and_clients_are_no_secrets() {
        let body = AnswerContent::Json(json!({"user": "someone-we-know", "firm": "firm-12345678"}));
        let answer = censored(&json!([{"key": [], "firm": []}]), &[("x-firm", "firm-12345678")], body.clone());
        assert!(!answer.echoes_credentials);
        assert_eq!(answer.body, body);
    }

    #[test]
    fn a_key_that_is_enough_on_its_own_is_one() {
        let answer = censored(&json!([{"key": []}, {"firm": []}]), &[], AnswerContent::Json(json!({"firm": "firm-12345678"})));
        assert!(answer.echoes_credentials);
        assert_eq!(answer.body, AnswerContent::Json(json!({"firm": REMOVED})));
    }
}
