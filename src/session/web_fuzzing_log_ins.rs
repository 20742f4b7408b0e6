//! Reads log-ins in the form of Web Fuzzing Commons (`auth.yaml` of `EvoMaster`) as those of a suite.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::model::auth_file::AuthFileParts;
use crate::model::contract::SecurityScheme;
use crate::model::log_in::LogIn;
use crate::model::own_security::{OwnSecurity, SchemeGroup};
use crate::model::suite::{Account, AccountName, Accounts, Credential};

/// The name of a scheme that only the file knows.
const OWN_SCHEME: &str = "auth-file";

/// What a file of log-ins says, in the form of a suite.
#[derive(Debug, Default)]
pub struct ReadAuthFile {
    /// The accounts.
    pub accounts: Accounts,
    /// The schemes that the contract does not have.
    pub security: OwnSecurity,
    /// The values of the variables that stand for what the file holds.
    pub values: BTreeMap<String, SecretString>,
    /// What has no equivalent, a line each.
    pub left_out: Vec<String>,
}

/// Reads a document of this form.
///
/// # Errors
/// It is none, has no such user, or the user of an account cannot be used; why.
pub fn read_auth_file(document: &Value, schemes: &BTreeMap<String, SecurityScheme>, choice: &AuthFileParts) -> Result<ReadAuthFile, String> {
    let users = document.get("auth").and_then(Value::as_array).filter(|users| !users.is_empty());
    let users = users.ok_or("it has no list `auth` with a user")?;
    let mut read = ReadAuthFile::default();
    if document.get("configs").and_then(Value::as_object).is_some_and(|configs| !configs.is_empty()) {
        read.left_out.push("configs: settings of another program".to_owned());
    }
    let template = document.get("authTemplate").cloned().unwrap_or_default();
    let name = |user: &Value| user.get("name").and_then(Value::as_str).map(str::to_owned);
    let chosen = choice.users(&users.iter().map(name).collect::<Vec<_>>())?;
    for (account, place) in [AccountName::Full, AccountName::Limited, AccountName::Other].into_iter().zip(chosen) {
        let Some(user) = place.map(|place| with_template(&users[place], &template)) else { continue };
        let mut reader = UserReader { prefix: format!("AUTH_{}", account.as_str().to_uppercase()), schemes, choice, read: &mut read };
        let wrong = |reason: String| format!("its user {}: {reason}", name(&user).as_deref().unwrap_or("without a name"));
        let credentials = reader.user(&user).map_err(wrong)?;
        *match account {
            AccountName::Full => &mut read.accounts.full,
            AccountName::Limited => &mut read.accounts.limited,
            AccountName::Other => &mut read.accounts.other,
        } = credentials;
    }
    let others = users.len() - chosen.into_iter().flatten().count();
    if others > 0 {
        read.left_out
            .push(format!("{others} other of its users; `auth` in the suite says which one is the limited account, and which the other one"));
    }
    let own: Vec<String> = read.security.schemes.keys().cloned().collect();
    if !own.is_empty() {
        read.security.needs.push(SchemeGroup { schemes: own, ..SchemeGroup::default() });
    }
    read.left_out.dedup();
    Ok(read)
}

/// A user with what the template says and the user does not.
fn with_template(user: &Value, template: &Value) -> Value {
    match (user, template) {
        (Value::Object(own), Value::Object(more)) => {
            let mut all: Map<String, Value> = own.clone();
            for (name, value) in more {
                let known = all.get(name).filter(|known| !known.is_null()).cloned();
                // A payload is written in one of two ways.
                if name.starts_with("payload") && own.keys().any(|name| name.starts_with("payload")) {
                    continue;
                }
                all.insert(name.clone(), known.map_or_else(|| value.clone(), |known| with_template(&known, value)));
            }
            Value::Object(all)
        }
        (own, _) => own.clone(),
    }
}

/// Where a token goes.
enum TokenPlace {
    Header(String),
    Query(String),
    Cookie(String),
}

struct UserReader<'a> {
    /// What the variables begin with that stand for its values.
    prefix: String,
    schemes: &'a BTreeMap<String, SecurityScheme>,
    choice: &'a AuthFileParts,
    read: &'a mut ReadAuthFile,
}

impl UserReader<'_> {
    fn user(&mut self, user: &Value) -> Result<Account, String> {
        self.note_unknown(user, &["name", "requireMockHandling", "fixedHeaders", "loginEndpointAuth"], "");
        if user.get("requireMockHandling") == Some(&Value::Bool(true)) {
            self.read.left_out.push("requireMockHandling: answers of another server are not made up".to_owned());
        }
        let mut account = Account::new();
        for header in user.get("fixedHeaders").and_then(Value::as_array).into_iter().flatten() {
            let (name, value) = (text(header, "name")?, text(header, "value")?);
            let (scheme, credential) = self.fixed(name, value)?;
            account.insert(scheme, credential);
        }
        if let Some(endpoint) = user.get("loginEndpointAuth") {
            let (scheme, log_in) = self.log_in(endpoint)?;
            account.insert(scheme, Credential::LogIn(Box::new(log_in)));
        }
        if account.is_empty() { Err("it has neither `fixedHeaders` nor `loginEndpointAuth`".to_owned()) } else { Ok(account) }
    }

    fn note_unknown(&mut self, value: &Value, known: &[&str], of: &str) {
        let unknown = value.as_object().into_iter().flat_map(Map::keys).filter(|name| !known.contains(&name.as_str()));
        self.read.left_out.extend(unknown.map(|name| format!("{of}{name}: it has no equivalent")));
    }

    /// A variable that stands for a value of the file.
    fn variable(&mut self, name: &str, value: &str) -> String {
        let name = name.to_ascii_uppercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
        let plain = format!("{}_{name}", self.prefix);
        let mut name = plain.clone();
        let mut number = 1;
        while self.read.values.contains_key(&name) {
            number += 1;
            name = format!("{plain}_{number}");
        }
        self.read.values.insert(name.clone(), SecretString::from(value.to_owned()));
        name
    }

    /// The same, as it stands in a text.
    fn reference(&mut self, name: &str, value: &str) -> String {
        format!("${{{}}}", self.variable(name, value))
    }

    /// A header field that proves who asks, with the scheme that it is for.
    fn fixed(&mut self, name: &str, value: &str) -> Result<(String, Credential), String> {
        let authorizes = name.eq_ignore_ascii_case("authorization");
        let after =
            |word: &str| value.split_once(' ').filter(|(first, _)| authorizes && first.eq_ignore_ascii_case(word)).map(|(_, rest)| rest.trim());
        if let (Some(token), Some(scheme)) = (after("bearer"), self.only(|kind| *kind == SecurityScheme::Bearer)) {
            let token = self.variable("TOKEN", token);
            return Ok((scheme, Credential::Bearer { token }));
        }
        if let (Some(encoded), Some(scheme)) = (after("basic"), self.only(|kind| *kind == SecurityScheme::Basic)) {
            let decoded = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let decoded = decoded.ok_or("its header Authorization is no Basic of RFC 7617")?;
            let (username, password) = decoded.split_once(':').ok_or("its header Authorization holds no password")?;
            let (username, password) = (self.variable("USERNAME", username), self.variable("PASSWORD", password));
            return Ok((scheme, Credential::Basic { username, password }));
        }
        let env = self.variable(&format!("{name}_KEY"), value);
        Ok((self.scheme(&TokenPlace::Header(name.to_owned())), Credential::Value { env }))
    }

    /// The only scheme of a kind.
    fn only(&self, is: impl Fn(&SecurityScheme) -> bool) -> Option<String> {
        let mut found = self.schemes.iter().filter(|(_, kind)| is(kind));
        let (name, _) = found.next()?;
        found.next().is_none().then(|| name.clone())
    }

    /// The scheme of the contract that is sent there, or one of its own.
    fn scheme(&mut self, place: &TokenPlace) -> String {
        let is = |kind: &SecurityScheme| match (kind, place) {
            (SecurityScheme::Header(known), TokenPlace::Header(name)) => known.eq_ignore_ascii_case(name),
            (SecurityScheme::Query(known), TokenPlace::Query(name)) | (SecurityScheme::Cookie(known), TokenPlace::Cookie(name)) => known == name,
            _ => false,
        };
        if let Some(known) = self.only(is) {
            return known;
        }
        let (place, name) = match place {
            TokenPlace::Header(name) => ("header", name),
            TokenPlace::Query(name) => ("query", name),
            TokenPlace::Cookie(name) => ("cookie", name),
        };
        let own = format!("{OWN_SCHEME}-{}", name.to_ascii_lowercase());
        self.read.security.schemes.insert(own.clone(), json!({"type": "apiKey", "in": place, "name": name}));
        own
    }

    fn log_in(&mut self, endpoint: &Value) -> Result<(String, LogIn), String> {
        let known = ["endpoint", "externalEndpointURL", "payloadRaw", "payloadUserPwd", "headers", "verb", "contentType", "token", "expectCookies"];
        self.note_unknown(endpoint, &known, "loginEndpointAuth.");
        let url = text(endpoint, "endpoint").or_else(|_| text(endpoint, "externalEndpointURL"))?.to_owned();
        let method = text(endpoint, "verb")?.to_owned();
        let mut headers = BTreeMap::new();
        for header in endpoint.get("headers").and_then(Value::as_array).into_iter().flatten() {
            let (name, value) = (text(header, "name")?, text(header, "value")?);
            headers.insert(name.to_owned(), self.reference(&format!("HEADER_{name}_KEY"), value));
        }
        let (json, form) = self.payload(endpoint)?;
        let mut log_in = LogIn { url, method, headers, json, form, token: None, cookie: None, prefix: None, lifetime: None };
        let scheme = match endpoint.get("token") {
            Some(token) if endpoint.get("expectCookies") != Some(&Value::Bool(true)) => self.token(token, &mut log_in)?,
            _ => {
                let declared =
                    self.schemes.iter().find_map(|(_, kind)| if let SecurityScheme::Cookie(name) = kind { Some(name.clone()) } else { None });
                let name = self.choice.cookie.clone().or(declared);
                let name = name.ok_or("its log-in sets a cookie, and nothing says which; write `auth: {file: …, cookie: NAME}` in the suite")?;
                log_in.cookie = Some(name.clone());
                self.scheme(&TokenPlace::Cookie(name))
            }
        };
        Ok((scheme, log_in))
    }

    /// What is sent to log in, as JSON or as a form.
    #[allow(clippy::type_complexity, reason = "one of the two bodies of a log-in")]
    fn payload(&mut self, endpoint: &Value) -> Result<(Option<Value>, Option<BTreeMap<String, String>>), String> {
        let kind = endpoint.get("contentType").and_then(Value::as_str).unwrap_or("application/json");
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        if !is_form && !kind.contains("json") {
            return Err(format!("its payload is {kind}, and a log-in sends JSON or a form"));
        }
        // A text of several lines ends with one more line break in TOML.
        let raw = endpoint.get("payloadRaw").and_then(Value::as_str).map(str::trim);
        let pairs: Vec<(String, Value)> = match (endpoint.get("payloadUserPwd"), raw) {
            (Some(both), _) => {
                let (username, password) = (text(both, "username")?, text(both, "password")?);
                let of = |field: &str, reference: String| Ok::<_, String>((text(both, field)?.to_owned(), json!(reference)));
                // By their names it is known which of them is a secret.
                let pairs = [of("usernameField", self.reference("username", username))?, of("passwordField", self.reference("password", password))?];
                return Ok(if is_form { (None, Some(as_form(pairs))) } else { (Some(Value::Object(pairs.into_iter().collect())), None) });
            }
            (None, Some(raw)) if is_form => {
                url::form_urlencoded::parse(raw.as_bytes()).map(|(name, value)| (name.into_owned(), json!(value))).collect()
            }
            (None, Some(raw)) => match serde_json::from_str(raw) {
                Ok(Value::Object(members)) => members.into_iter().collect(),
                _ => return Err("its `payloadRaw` is no object in JSON, and its `contentType` says that it is JSON".to_owned()),
            },
            (None, None) => return Ok((None, None)),
        };
        let filled: Vec<(String, Value)> = pairs.into_iter().map(|(name, value)| (name.clone(), self.hidden(&name, value))).collect();
        Ok(if is_form { (None, Some(as_form(filled))) } else { (Some(Value::Object(filled.into_iter().collect())), None) })
    }

    /// A value with variables in the place of its texts.
    fn hidden(&mut self, name: &str, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.reference(name, &text)),
            Value::Array(items) => items.into_iter().map(|item| self.hidden(name, item)).collect(),
            Value::Object(members) => members.into_iter().map(|(name, member)| (name.clone(), self.hidden(&name, member))).collect(),
            other => other,
        }
    }

    /// Where the token stands in the answer, and where it goes; its scheme.
    fn token(&mut self, token: &Value, log_in: &mut LogIn) -> Result<String, String> {
        let known = ["extractFromField", "httpHeaderName", "headerPrefix", "extractFrom", "extractSelector", "sendIn", "sendName", "sendTemplate"];
        self.note_unknown(token, &known, "loginEndpointAuth.token.");
        let of = |names: [&str; 2]| names.into_iter().find_map(|name| token.get(name)?.as_str());
        if let Some(from) = of(["extractFrom", "extractFrom"]).filter(|from| *from != "body") {
            return Err(format!("its token stands in the {from} of the answer, and a log-in takes it from a JSON body or a cookie"));
        }
        let at = of(["extractSelector", "extractFromField"]).ok_or("nothing says where its token stands (`extractSelector`)")?;
        log_in.token = Some(if at.starts_with('/') { at.to_owned() } else { format!("/{at}") });
        let template = match (of(["sendTemplate", "sendTemplate"]), of(["headerPrefix", "headerPrefix"])) {
            (Some(template), _) => template.to_owned(),
            (None, prefix) => format!("{}{{token}}", prefix.unwrap_or_default()),
        };
        let prefix = template.strip_suffix("{token}").ok_or("something stands behind its token (`sendTemplate`), which has no equivalent")?;
        let name = of(["sendName", "httpHeaderName"]).unwrap_or("Authorization").to_owned();
        let bearer = self.only(|kind| *kind == SecurityScheme::Bearer);
        match of(["sendIn", "sendIn"]).unwrap_or("header") {
            "header" if name.eq_ignore_ascii_case("authorization") && prefix.eq_ignore_ascii_case("bearer ") && bearer.is_some() => {
                return Ok(bearer.unwrap_or_default());
            }
            "query" if prefix.is_empty() => return Ok(self.scheme(&TokenPlace::Query(name))),
            "header" => {}
            place => return Err(format!("its token goes into the {place} (`sendIn`), which has no equivalent")),
        }
        log_in.prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
        Ok(self.scheme(&TokenPlace::Header(name)))
    }
}

fn as_form(pairs: impl IntoIterator<Item = (String, Value)>) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned))).collect()
}

fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str, String> {
    value.get(name).and_then(Value::as_str).ok_or_else(|| format!("`{name}` is missing, or no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &Value, schemes: &[(&str, SecurityScheme)]) -> Result<ReadAuthFile, String> {
        let schemes = schemes.iter().map(|(name, kind)| ((*name).to_owned(), kind.clone())).collect();
        read_auth_file(document, &schemes, &AuthFileParts::default())
    }

    fn user(endpoint: &Value) -> Value {
        json!({"auth": [{"name": "foo", "loginEndpointAuth": endpoint}]})
    }

    #[test]
    fn both_forms_of_a_token_are_read() {
        let old = json!({"endpoint": "/login", "verb": "POST", "payloadRaw": "{\"username\": \"foo\", \"password\": \"123\"}",
            "contentType": "application/json", "token": {"extractFromField": "/token/authToken", "httpHeaderName": "Authorization", "headerPrefix": "Bearer "}});
        let mut new = old.clone();
        new["token"] = json!({"extractFrom": "body", "extractSelector": "/token/authToken", "sendIn": "header", "sendName": "Authorization", "sendTemplate": "Bearer {token}"});
        for endpoint in [old, new] {
            let read = read(&user(&endpoint), &[("bearer", SecurityScheme::Bearer)]).unwrap();
            let Credential::LogIn(log_in) = &read.accounts.full["bearer"] else { panic!("another credential") };
            assert_eq!((log_in.token.as_deref(), log_in.prefix.as_deref()), (Some("/token/authToken"), None));
            assert_eq!(log_in.json, Some(json!({"username": "${AUTH_FULL_USERNAME}", "password": "${AUTH_FULL_PASSWORD}"})));
            assert!(read.left_out.is_empty() && read.security.is_empty(), "{:?}", read.left_out);
            // No scheme fits: one of its own.
            let read = super::tests::read(&user(&endpoint), &[]).unwrap();
            let Credential::LogIn(log_in) = &read.accounts.full["auth-file-authorization"] else { panic!("another credential") };
            assert_eq!(log_in.prefix.as_deref(), Some("Bearer "));
            assert_eq!(read.security.needs[0].schemes, ["auth-file-authorization"]);
        }
    }

    #[test]
    fn a_template_gives_what_a_user_does_not_say() {
        let document = json!({"schemaVersion": "0.1.0", "configs": {"blackBox": "true"},
            "auth": [{"name": "foo", "loginEndpointAuth": {"payloadUserPwd": {"username": "u", "usernameField": "x", "password": "p", "passwordField": "y"}}}, {"name": "bar"}],
            "authTemplate": {"requireMockHandling": true, "loginEndpointAuth": {"endpoint": "/login", "verb": "PUT", "payloadRaw": "{}",
                "contentType": "application/x-www-form-urlencoded", "expectCookies": true}}});
        let read = read(&document, &[("sid", SecurityScheme::Cookie("sid".to_owned()))]).unwrap();
        let Credential::LogIn(log_in) = &read.accounts.full["sid"] else { panic!("another credential") };
        assert_eq!((log_in.method.as_str(), log_in.cookie.as_deref()), ("PUT", Some("sid")));
        assert_eq!(log_in.form.as_ref().unwrap()["x"], "${AUTH_FULL_USERNAME}");
        assert_eq!(read.left_out.len(), 3, "{:?}", read.left_out);
    }

    #[test]
    fn fixed_headers_are_credentials() {
        let header = |value: &str| json!({"auth": [{"name": "foo", "fixedHeaders": [{"name": "Authorization", "value": value}]}]});
        let found = |value: &str, kind: SecurityScheme| read(&header(value), &[("s", kind)]).unwrap().accounts.full["s"].clone();
        assert!(matches!(found("Bearer abc", SecurityScheme::Bearer), Credential::Bearer { .. }));
        assert!(matches!(found("Basic dTpw", SecurityScheme::Basic), Credential::Basic { .. }));
        assert!(matches!(found("abc", SecurityScheme::Header("authorization".to_owned())), Credential::Value { .. }));
    }

    #[test]
    fn users_are_the_accounts_that_the_suite_names() {
        let user = |name: &str| json!({"name": name, "fixedHeaders": [{"name": "X-Key", "value": name}]});
        let choice = AuthFileParts { full: Some("b".to_owned()), other: Some("a".to_owned()), ..AuthFileParts::default() };
        let read = read_auth_file(&json!({"auth": [user("a"), user("b"), user("c")]}), &BTreeMap::new(), &choice).unwrap();
        let variables = [AccountName::Full, AccountName::Limited, AccountName::Other].map(|name| read.accounts.variables(name).join(" "));
        assert_eq!(variables, ["AUTH_FULL_X_KEY_KEY", "", "AUTH_OTHER_X_KEY_KEY"]);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let token = |more: &Value| user(&json!({"endpoint": "/login", "verb": "POST", "token": more}));
        for (document, wanted) in [
            (json!({}), "no list `auth`"),
            (json!({"auth": [{"name": "foo"}]}), "neither `fixedHeaders` nor"),
            (user(&json!({"endpoint": "/login"})), "`verb` is missing"),
            (user(&json!({"endpoint": "/login", "verb": "POST", "expectCookies": true})), "nothing says which"),
            (user(&json!({"endpoint": "/login", "verb": "POST", "contentType": "text/xml", "payloadRaw": "<a/>"})), "sends JSON or a form"),
            (token(&json!({"extractFrom": "header", "extractSelector": "X-Token"})), "stands in the header of the answer"),
            (token(&json!({"extractSelector": "/a", "sendTemplate": "{token}!"})), "stands behind its token"),
            (token(&json!({"extractSelector": "/a", "sendIn": "body"})), "goes into the body"),
        ] {
            let told = read(&document, &[]).unwrap_err();
            assert!(told.contains(wanted), "{told}");
        }
    }
}
