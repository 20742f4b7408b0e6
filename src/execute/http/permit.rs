//! The permit: no request is sent that was not checked here against what the run may change.
//!
//! A request is classed by what it would change, as it is filled in, and built from what was classed. Only then can it be
//! signed, and only what is signed can be sent.

use url::{Origin, Url};

use super::own_headers::put_on;
use super::{Accounts, Session, UnsignedRequest, unsigned_request};
use crate::model::contract::{Contract, Operation};
use crate::model::effect::{Effect, Permission};
use crate::model::exchange::SentRequest;
use crate::model::plan::{Credentials, Place};
use crate::model::reason::{NotSent, Reason};
use crate::model::suite::Suite;
use crate::plan::{ClassifiedRequest, EffectRules, acts_at, not_allowed};

/// What a run may send, and where. It is made from the command line once, never from a contract, a journal or a recording.
#[derive(Debug)]
pub struct Permit<'a> {
    rules: EffectRules<'a>,
    contract: &'a Contract,
    permission: Permission,
    base: String,
    origin: Option<Origin>,
}

/// A request that may be sent. Nothing else makes one.
#[derive(Debug, Clone)]
pub struct PermittedRequest {
    unsigned_request: UnsignedRequest,
    credentials: Credentials,
    /// Whether it stays on the server that the run is for, so that header fields of the user's own may go with it.
    at_home: bool,
    /// The header field that its fault is about.
    kept: Option<String>,
}

/// A permitted request with its credentials, and what may be shown of it.
pub struct SignedRequest {
    unsigned_request: UnsignedRequest,
    shown: SentRequest,
    /// Whether the client may show its certificate.
    at_home: bool,
}

impl PermittedRequest {
    /// The request without its credentials.
    pub fn unsigned_request(&self) -> &UnsignedRequest {
        &self.unsigned_request
    }

    /// Whose credentials it is to be signed with.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The request as it is, for what asks without credentials.
    pub fn unsigned(self) -> SignedRequest {
        let shown = self.unsigned_request.without_secrets();
        SignedRequest { unsigned_request: self.unsigned_request, shown, at_home: self.at_home }
    }

    /// Puts the user's own header fields and the credentials on it.
    pub fn sign(&self, accounts: &Accounts, operation: &Operation, contract: &Contract) -> SignedRequest {
        let mut unsigned_request = self.unsigned_request.clone();
        let mut shown = unsigned_request.without_secrets();
        if self.at_home {
            put_on(&accounts.headers, &operation.id, self.kept.as_deref(), &mut unsigned_request, &mut shown);
        }
        shown.credentials = accounts.sign(operation, &contract.security_schemes, &self.credentials, &mut unsigned_request);
        SignedRequest { unsigned_request, shown, at_home: self.at_home }
    }
}

impl SignedRequest {
    /// What may be shown of it: everything but secrets, and the names of the credentials that were put on it.
    pub fn without_secrets(&self) -> &SentRequest {
        &self.shown
    }

    pub(super) fn unsigned_request(&self) -> &UnsignedRequest {
        &self.unsigned_request
    }

    /// Whether it goes to the server that the run is for, or to one that the suite names.
    pub(super) fn is_for_known_server(&self) -> bool {
        self.at_home
    }
}

impl<'a> Permit<'a> {
    /// A permit for one server; `base` is its URL without a slash at the end.
    pub fn new(contract: &'a Contract, suite: &'a Suite, permission: Permission, base: &str) -> Self {
        let rules = EffectRules::new(contract, suite, &permission);
        Self { rules, contract, permission, base: base.to_owned(), origin: Url::parse(base).ok().map(|url| url.origin()) }
    }

    /// Whether the target ends with the run, so that nothing has to be proven to be the run's own.
    pub fn is_unlimited(&self) -> bool {
        self.permission.disposable
    }

    /// What a request would change.
    pub fn effect(&self, asked: &ClassifiedRequest<'_>) -> Effect {
        self.rules.of(asked)
    }

    /// Checks a request whose slots are filled in.
    ///
    /// # Errors
    /// What it would change is not allowed, an id cannot stand in a path, or it would leave the server.
    pub fn check(&self, asked: &ClassifiedRequest<'_>) -> Result<PermittedRequest, Reason> {
        let effect = self.rules.of(asked);
        if !self.permission.allows(effect) {
            return Err(not_allowed(effect, asked.fault.is_some()));
        }
        // A dot segment is taken away from the path (RFC 3986, section 5.2.4), and an empty one leads to the collection.
        if let Some((name, value)) = asked.request.path_values.iter().find(|(_, value)| matches!(value.trim(), "" | "." | "..")) {
            return Err(NotSent::PathValue(name.clone(), value.clone()).into());
        }
        let unsigned_request = unsigned_request(&self.base, &self.contract.document, asked.request);
        self.same_origin(&unsigned_request)?;
        let kept = asked.fault.and_then(|fault| if let Place::Header(name) = &fault.place { Some(name.clone()) } else { None });
        Ok(PermittedRequest { unsigned_request, credentials: asked.request.credentials.clone(), at_home: true, kept })
    }

    /// Checks a request for an address that an answer has named: it only reads, and shows no credentials elsewhere.
    ///
    /// # Errors
    /// It writes, its path says that it acts, or it would take credentials to another server.
    pub fn check_reading(&self, unsigned_request: UnsignedRequest, credentials: Credentials) -> Result<PermittedRequest, Reason> {
        let url = Url::parse(&unsigned_request.url).map_err(|error| NotSent::NoUrl(unsigned_request.url.clone(), error.to_string()))?;
        if !unsigned_request.method.is_safe() || unsigned_request.body.is_some() {
            return Err(not_allowed(Effect::Borrowed, false));
        }
        if acts_at(url.path()) && !self.permission.allows(Effect::Sweeping) {
            return Err(not_allowed(Effect::Sweeping, false));
        }
        if credentials != Credentials::None {
            self.same_origin(&unsigned_request)?;
        }
        let at_home = self.same_origin(&unsigned_request).is_ok();
        Ok(PermittedRequest { unsigned_request, credentials, at_home, kept: None })
    }

    /// Checks the request that obtains a credential, which is signed with nothing and shown without its body.
    ///
    /// # Errors
    /// It would go to another server than the run is for, and the suite does not name its address.
    pub fn check_log_in(&self, session: &Session) -> Result<SignedRequest, Reason> {
        let whole = session.url.starts_with("http://") || session.url.starts_with("https://");
        let url = if whole { session.url.clone() } else { format!("{}/{}", self.base, session.url.trim_start_matches('/')) };
        let unsigned_request = session.unsigned_request(url);
        if !session.named {
            self.same_origin(&unsigned_request).map_err(|_| NotSent::LogInElsewhere(unsigned_request.url.clone()))?;
        }
        let shown = SentRequest { method: unsigned_request.method.clone(), url: unsigned_request.url.clone(), ..SentRequest::default() };
        Ok(SignedRequest { unsigned_request, shown, at_home: true })
    }

    fn same_origin(&self, unsigned_request: &UnsignedRequest) -> Result<(), NotSent> {
        let origin = Url::parse(&unsigned_request.url).ok().map(|url| url.origin());
        if origin.is_some() && origin == self.origin {
            return Ok(());
        }
        Err(NotSent::OtherServer(unsigned_request.url.clone()))
    }
}
