//! How a target is reached, and where credentials come from.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use url::Url;

use super::observer::Observer;
use super::options::{ConnectionOptions, Route};
use super::shown_address::quoted_address;

use crate::execute::http::{AnswerLimits, AnswerMemory, Client, ServerRoute};
use crate::model::own_header::OwnHeader;
use crate::model::suite::{Credential, Suite};
use crate::session::open;
use crate::session::stop::Stop;

/// The longest file of certificates, in bytes: twice what operating systems bring along.
const LONGEST_CA: u64 = 1024 * 1024;

/// Shorter secrets are not looked for as they are, because they occur by chance.
const SHORTEST_SECRET: usize = 8;

/// How a target is reached.
pub struct Connection<'a> {
    options: &'a ConnectionOptions,
    /// The memory that the answers of all clients take together.
    store: OnceLock<Arc<AnswerMemory>>,
}

impl<'a> Connection<'a> {
    /// One for all clients of a command.
    pub fn new(options: &'a ConnectionOptions) -> Self {
        Self { options, store: OnceLock::new() }
    }

    /// The file of credentials.
    pub fn credentials(&self) -> Option<&Path> {
        self.options.credentials.as_deref()
    }

    /// Header fields that are sent with every request.
    pub fn headers(&self) -> &[String] {
        &self.options.headers
    }

    /// The client. The embedded mock is on this side of every proxy.
    ///
    /// # Errors
    /// A file or an address that cannot be used.
    pub fn client(&self, embedded: bool) -> Result<Client, Stop> {
        let body = usize::try_from(self.options.max_answer * 1024 * 1024).unwrap_or(usize::MAX);
        let bounds = AnswerLimits { total: Duration::from_secs(self.options.timeout), body, ..AnswerLimits::default() };
        let store = Some(Arc::clone(self.store.get_or_init(|| Arc::new(AnswerMemory::of(&bounds)))));
        let route = if embedded { ServerRoute { shared: true, store, ..ServerRoute::default() } } else { ServerRoute { store, ..self.route()? } };
        Client::new(bounds, &route).map_err(|error| match (&error, &self.options.ca) {
            (crate::execute::http::ClientError::Identity, _) => Stop::Unusable(format!("--client-cert: {error}")),
            (crate::execute::http::ClientError::Authorities(_), Some(path)) => Stop::Unusable(format!("--ca {}: {error}", path.display())),
            (crate::execute::http::ClientError::Proxy(_), _) => Stop::Unusable(format!("--proxy: {error}")),
            _ => Stop::Unusable(error.to_string()),
        })
    }

    /// Refuses what is about a server that is reached over a network, where the mock is in this process and no contract is fetched.
    ///
    /// # Errors
    /// The first such flag.
    pub fn fits_the_embedded_mock(&self, fetches: bool) -> Result<(), Stop> {
        let given = [
            ("--ca", self.options.ca.is_some() && !fetches),
            ("--client-cert", self.options.client_cert.is_some()),
            ("--proxy", self.options.proxy.is_some() && !fetches),
            ("--credentials", self.options.credentials.is_some()),
        ];
        for_a_server(&given)
    }

    fn route(&self) -> Result<ServerRoute, Stop> {
        let way = route(&Route { ca: self.options.ca.clone(), proxy: self.options.proxy.clone() })?;
        let identity = self.options.client_cert.as_ref().map(|path| open::read_private_file(path, LONGEST_CA)).transpose()?.map(SecretSlice::from);
        Ok(ServerRoute { identity, ..way })
    }
}

/// The way to a server that asks for no certificate.
///
/// # Errors
/// A file of authorities that cannot be read, or a text that is no address of a proxy.
pub fn route(options: &Route) -> Result<ServerRoute, Stop> {
    let authorities = options.ca.as_ref().map(|path| open::bytes(path, LONGEST_CA)).transpose()?;
    Ok(ServerRoute { authorities, proxy: options.proxy.as_deref().map(proxy).transpose()?, ..ServerRoute::default() })
}

/// Refuses the first of these flags that is given: the embedded mock would ignore it.
///
/// # Errors
/// The flag, and how a server is named.
pub fn for_a_server(flags: &[(&str, bool)]) -> Result<(), Stop> {
    match flags.iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Stop::Unusable(format!(
            "{flag} is for a server, and the embedded mock has no use for it; leave it out, or name the server with --target URL"
        ))),
        None => Ok(()),
    }
}

/// The address of a proxy, which is not repeated where it holds a password.
fn proxy(text: &str) -> Result<String, Stop> {
    let hint = "give a URL such as http://127.0.0.1:3128";
    let url = Url::parse(text).map_err(|error| Stop::Unusable(format!("--proxy is no URL ({error}); {hint}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Stop::Unusable("--proxy holds credentials, which everybody on this machine can see; use a proxy that asks for none".to_owned()));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Stop::Unusable(format!("--proxy {} is no http or https URL; {hint}", quoted_address(text))));
    }
    Ok(text.to_owned())
}

/// The environment.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Values by name, of a file and the environment.
#[derive(Debug)]
pub struct NamedValues(BTreeMap<String, SecretString>);

impl NamedValues {
    /// What the file holds; nothing without one.
    ///
    /// # Errors
    /// As [`open::credentials`].
    pub fn read(file: Option<&Path>) -> Result<Self, Stop> {
        Ok(Self(file.map(open::credentials).transpose()?.unwrap_or_default()))
    }

    /// The same with values that go before those of the file.
    #[must_use]
    pub fn with(mut self, values: &BTreeMap<String, SecretString>) -> Self {
        self.0.extend(values.iter().map(|(name, value)| (name.clone(), value.clone())));
        self
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.expose_secret().to_owned()).or_else(|| environment(name))
    }

    /// Refuses what cannot be sent, and says which secrets are too short to be recognised.
    ///
    /// # Errors
    /// A control character, or a colon in a user name; the variable that holds it.
    pub fn check(&self, suite: &Suite, headers: &[OwnHeader], observer: &dyn Observer) -> Result<(), Stop> {
        let accounts = suite.accounts.all().map(|(_, account)| account);
        let of_headers: Vec<String> = headers.iter().flat_map(OwnHeader::variables).collect();
        let mut secrets: Vec<&str> = of_headers.iter().map(String::as_str).collect();
        for credential in accounts.into_iter().flat_map(BTreeMap::values) {
            credential.variables().into_iter().try_for_each(|name| self.is_sendable(&name))?;
            secrets.extend(match credential {
                // RFC 7617, section 2.
                Credential::Basic { username, .. } if self.get(username).is_some_and(|value| value.contains(':')) => {
                    return Err(Stop::Unusable(format!("{username} holds a colon, which a user name cannot have")));
                }
                Credential::Basic { password: secret, .. } | Credential::Bearer { token: secret } => Some(secret.as_str()),
                Credential::Value { .. } | Credential::LogIn(_) | Credential::Oauth(_) => None,
            });
        }
        of_headers.iter().try_for_each(|name| self.is_sendable(name))?;
        for secret in secrets {
            if self.get(secret).is_some_and(|value| !value.is_empty() && value.len() < SHORTEST_SECRET) {
                observer.note(&format!(
                    "note: {secret} is shorter than {SHORTEST_SECRET} characters, so an answer that repeats it is written down as it is"
                ));
            }
        }
        Ok(())
    }

    fn is_sendable(&self, name: &str) -> Result<(), Stop> {
        if self.get(name).is_some_and(|value| value.chars().any(char::is_control)) {
            return Err(Stop::Unusable(format!("{name} holds a line break or another control character, which cannot be sent")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_url_without_credentials() {
        assert!(proxy("http://127.0.0.1:3128").is_ok() && proxy("https://proxy.example.com").is_ok());
        for text in ["127.0.0.1:3128", "socks5://127.0.0.1", "file:///x", ""] {
            assert!(proxy(text).is_err(), "{text}");
        }
        let told = proxy("http://me:s3cret@127.0.0.1").unwrap_err().to_string();
        assert!(told.contains("credentials") && !told.contains("s3cret"), "{told}");
    }
}
