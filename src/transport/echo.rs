//! Finds credentials that come back in an answer, and takes them out: they must appear in no recording.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::forms::{Forms, Found, REMOVED};
use super::{Accounts, Secret, Secrets, Wire};
use crate::domain::exchange::{Answer, Content};

impl Accounts {
    /// Notes whether an answer repeats what only the accounts and the server know, and takes it out of the answer.
    pub fn censor(&self, signed: &Wire, answer: &mut Answer) {
        let forms = self.forms(signed);
        let mut found = Found::Nothing;
        for (name, value) in &mut answer.headers {
            found = found.max(forms.clean_name(name)).max(forms.clean(value));
        }
        found = found.max(match &mut answer.body {
            Content::Text(text) | Content::Unread(text) => forms.clean(text),
            Content::Json(value) => visit(value, &forms),
            Content::Empty | Content::Bytes(_) | Content::TooLong(_) => Found::Nothing,
        });
        answer.echoes_credentials = found == Found::Secret;
    }

    /// Takes what only the accounts and the server know out of the reason why no answer came.
    pub fn censor_reason(&self, signed: &Wire, mut reason: String) -> String {
        self.forms(signed).clean(&mut reason);
        reason
    }

    fn forms(&self, signed: &Wire) -> Forms {
        let own = [Some(&self.full), self.limited.as_ref()].into_iter().flatten().flat_map(proofs);
        let sent = signed.headers.iter().filter(|(name, _)| name == "authorization").filter_map(|(_, value)| value.split_once(' '));
        let texts: Vec<String> = own.chain(sent.map(|(_, text)| text.to_owned())).collect();
        Forms::new(&texts)
    }
}

/// The texts that prove who asks. A user name is none, and neither is a key beside a password or token: those name a
/// client, and answers may name it too.
fn proofs(secrets: &Secrets) -> Vec<String> {
    let proves = secrets.values().any(|secret| !matches!(secret, Secret::Value(_)));
    let text = |secret: &Secret| match secret {
        Secret::Basic { username, password } => {
            vec![password.expose_secret().to_owned(), STANDARD.encode(format!("{}:{}", username.expose_secret(), password.expose_secret()))]
        }
        Secret::Bearer(token) => vec![token.expose_secret().to_owned()],
        Secret::Value(key) if !proves => vec![key.expose_secret().to_owned()],
        Secret::Value(_) => Vec::new(),
    };
    secrets.values().flat_map(text).collect()
}

/// Cleans every text of a document, names of members among them, and numbers that are a secret.
fn visit(value: &mut Value, forms: &Forms) -> Found {
    match value {
        Value::String(text) => forms.clean(text),
        Value::Number(number) => {
            let mut text = number.to_string();
            let found = if forms.is(&text) { forms.clean(&mut text) } else { Found::Nothing };
            if found > Found::Nothing {
                *value = Value::from(REMOVED);
            }
            found
        }
        Value::Array(items) => items.iter_mut().map(|item| visit(item, forms)).fold(Found::Nothing, Ord::max),
        Value::Object(members) => {
            let mut found = Found::Nothing;
            let taken = std::mem::take(members);
            members.extend(taken.into_iter().map(|(mut name, mut member)| {
                found = found.max(forms.clean(&mut name)).max(visit(&mut member, forms));
                (name, member)
            }));
            found
        }
        Value::Null | Value::Bool(_) => Found::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;
    use crate::domain::contract::{Method, Status};

    fn accounts() -> Accounts {
        let text = |text: &str| SecretString::from(text.to_owned());
        let full = [
            ("key".to_owned(), Secret::Basic { username: text("somebody-we-know"), password: text("s3cret/of ours") }),
            ("firm".to_owned(), Secret::Value(text("firm-12345678"))),
        ];
        Accounts { full: Secrets::from(full), limited: None }
    }

    fn censored(headers: &[(&str, &str)], body: Content) -> Answer {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut answer = Answer { status: Status(200), headers, body, millis: 1, echoes_credentials: false };
        let wrong = STANDARD.encode("somebody-we-know:wrong-secret");
        let sent = vec![("authorization".to_owned(), format!("Basic {wrong}"))];
        accounts().censor(&Wire { method: Method("GET".to_owned()), url: "http://h/".to_owned(), headers: sent, body: None }, &mut answer);
        answer
    }

    #[test]
    fn secrets_are_found_in_every_form_and_taken_out() {
        let pair = STANDARD.encode("somebody-we-know:s3cret/of ours");
        let wrong = STANDARD.encode("somebody-we-know:wrong-secret");
        for form in ["s3cret/of ours", "s3cret%2Fof%20ours", &pair, pair.trim_end_matches('='), &STANDARD.encode("s3cret/of ours"), &wrong] {
            for body in
                [Content::Text(format!("<{form}>")), Content::Json(json!({"a": [{"b": format!("not {form}!")}]})), Content::Json(json!({form: 1}))]
            {
                let answer = censored(&[], body);
                assert!(answer.echoes_credentials, "{form} in {:?}", answer.body);
                assert!(!serde_json::to_string(&answer).unwrap().contains(form), "{:?}", answer.body);
            }
            let answer = censored(&[("x-debug", form)], Content::Empty);
            assert!(answer.echoes_credentials && answer.header("x-debug").is_some_and(|value| !value.contains(form)));
        }
    }

    #[test]
    fn names_of_users_and_clients_are_no_secrets() {
        let body = Content::Json(json!({"user": "somebody-we-know", "firm": "firm-12345678"}));
        let answer = censored(&[("x-firm", "firm-12345678")], body.clone());
        assert!(!answer.echoes_credentials);
        assert_eq!(answer.body, body);
    }
}
