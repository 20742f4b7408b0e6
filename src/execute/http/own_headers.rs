//! Header fields of a user's own, with their values from the environment, put on requests.

use secrecy::{ExposeSecret, SecretString};

use super::UnsignedRequest;
use crate::model::environment::filled;
use crate::model::exchange::SentRequest;
use crate::model::own_header::OwnHeader;

/// A header field of a user's own with its value.
#[derive(Debug, Clone)]
pub struct OwnField {
    header: OwnHeader,
    value: SecretString,
    /// The values of its variables, each with the name of the variable.
    secrets: Vec<(String, SecretString)>,
}

impl OwnField {
    /// The field with what `lookup` has for its variables.
    pub fn new(header: &OwnHeader, lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let secret = |name: String| {
            let value = SecretString::from(lookup(&name).unwrap_or_default());
            (name, value)
        };
        let secrets = header.variables().into_iter().map(secret).collect();
        Self { header: header.clone(), value: SecretString::from(filled(&header.value, lookup)), secrets }
    }

    /// Its name, and the values that it takes from the environment, each with the name of its variable.
    pub(super) fn secrets(&self) -> (&str, &[(String, SecretString)]) {
        (&self.header.name, &self.secrets)
    }

    /// Whether it is sent with a request to an operation, of which the fault is about one header field.
    fn is_sent(&self, operation: &str, kept: Option<&str>) -> bool {
        self.header.is_for(operation) && !kept.is_some_and(|kept| self.header.is_called(kept))
    }
}

/// Puts the fields on a request to an operation, and on what is shown of it. What the contract has for them makes room, but
/// not the field that the fault of the request is about, whether it is wrong or left out.
pub(super) fn put_on(fields: &[OwnField], operation: &str, kept: Option<&str>, unsigned_request: &mut UnsignedRequest, shown: &mut SentRequest) {
    for field in fields.iter().filter(|field| field.is_sent(operation, kept)) {
        let name = &field.header.name;
        let value = field.value.expose_secret();
        if name.eq_ignore_ascii_case("cookie") {
            add_cookies(unsigned_request, value);
        } else {
            unsigned_request.headers.retain(|(known, _)| !field.header.is_called(known));
            shown.headers.retain(|(known, _)| !field.header.is_called(known));
            unsigned_request.headers.push((name.clone(), value.to_owned()));
        }
        let plain = field.secrets.is_empty();
        shown.headers.push((name.clone(), if plain { value.to_owned() } else { field.header.value.clone() }));
        if !plain {
            shown.from_environment.push(name.clone());
        }
    }
}

/// One field for all cookies (RFC 6265, section 5.4).
pub(super) fn add_cookies(unsigned_request: &mut UnsignedRequest, pairs: &str) {
    match unsigned_request.headers.iter_mut().find(|(field, _)| field.eq_ignore_ascii_case("cookie")) {
        Some((_, cookies)) => *cookies = format!("{cookies}; {pairs}"),
        None => unsigned_request.headers.push(("cookie".to_owned(), pairs.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::contract::Method;

    /// The header fields that are sent, and those that are shown.
    fn sent(own: &[&str], kept: Option<&str>, headers: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let lookup = |name: &str| Some(format!("value of {name}"));
        let fields: Vec<OwnField> = own.iter().map(|text| OwnField::new(&OwnHeader::parse(text).unwrap(), &lookup)).collect();
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut unsigned_request = UnsignedRequest { method: Method::GET, url: "http://h/a".to_owned(), headers, body: None };
        let mut shown = unsigned_request.without_secrets();
        put_on(&fields, "a.get", kept, &mut unsigned_request, &mut shown);
        let lines = |headers: Vec<(String, String)>| headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        (lines(unsigned_request.headers), lines(shown.headers))
    }

    #[test]
    fn it_takes_the_place_of_what_the_contract_has_but_not_of_a_fault() {
        let contract = [("x-a", "of the contract"), ("x-b", "b")];
        assert_eq!(
            sent(&["X-A: ${A}"], None, &contract),
            (vec!["x-b: b".to_owned(), "X-A: value of A".to_owned()], vec!["x-b: b".to_owned(), "X-A: ${A}".to_owned()])
        );
        assert_eq!(sent(&["X-A: ${A}"], Some("x-A"), &contract).0, ["x-a: of the contract", "x-b: b"]);
        assert_eq!(sent(&["X-A: ${A}"], Some("x-a"), &contract[1..]).0, ["x-b: b"], "a fault that leaves it out wins");
    }

    #[test]
    fn cookies_stand_in_one_field() {
        let (sent, shown) = sent(&["Cookie: s=${S}"], None, &[("cookie", "a=1")]);
        assert_eq!((sent, shown), (vec!["cookie: a=1; s=value of S".to_owned()], vec!["cookie: a=1".to_owned(), "Cookie: s=${S}".to_owned()]));
    }
}
