//! A contract that is fetched from an address: bounded, without credentials, and kept nowhere.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::{Host, Url};

use super::connection;
use super::options::Route;
use super::stop::Stop;
use crate::execute::http::{AnswerLimits, Client, ServerRoute};
use crate::execute::resolve_address;
use crate::session::open::{Fetch, LONGEST, Servers, Source};

/// How often a server may send elsewhere before it is asked no more.
const MOST_REDIRECTS: usize = 5;

/// How long one file may take, in seconds: from sending to the header, and once more for the rest.
const LONGEST_WAIT: u64 = 30;

/// What to do about an address that cannot be used.
const HINT: &str = "fetch it by other means, and name the file";

/// What `--contract` means: a document at an address, or a file, or what the binary carries.
/// An address is reached on the same way as a target, with the same authorities; no client certificate is shown.
///
/// # Errors
/// The file of authorities or the proxy cannot be used.
pub fn source(path: &Path, route: &Route) -> Result<Source, Stop> {
    let Some(text) = path.to_str().filter(|text| is_address(text)) else { return Ok(Source::from_path(path)) };
    let way = connection::route(route)?;
    Ok(Source::Web(text.to_owned(), Fetch::new(move |address, servers| fetch(address, servers, &way))))
}

/// Whether a text is an address and no path.
pub fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// What may be kept of where a contract is: what stands behind the question mark of an address may be a key.
pub fn without_query(path: &Path) -> PathBuf {
    match path.to_str().filter(|text| is_address(text)) {
        Some(address) => address.split(['?', '#']).next().unwrap_or(address).into(),
        None => path.to_owned(),
    }
}

/// Fetches a document; where it is in the end, and its text.
fn fetch(address: &str, servers: Servers, way: &ServerRoute) -> Result<(Url, String), String> {
    let way = way.clone();
    let url = Url::parse(address).map_err(|error| format!("this is no URL ({error})"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("no credentials are sent for a contract, and the address holds some; {HINT}"));
    }
    // A thread of its own, because the caller's may be busy.
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        runtime.block_on(follow_to_the_end(url, servers, &way))
    });
    asked.join().map_err(|_| "the request ended early".to_owned())?
}

async fn follow_to_the_end(mut url: Url, servers: Servers, way: &ServerRoute) -> Result<(Url, String), String> {
    let bounds =
        AnswerLimits { total: Duration::from_secs(LONGEST_WAIT), body: usize::try_from(LONGEST).unwrap_or(usize::MAX), ..AnswerLimits::default() };
    let client = Client::new(bounds, way).map_err(|error| error.to_string())?;
    for _ in 0..=MOST_REDIRECTS {
        if !is_safe(&url, way) {
            return Err(format!("http is read only from this machine, where it cannot be changed on the way; name an https address, or {HINT}"));
        }
        // What is known of connections speaks of the server that a run is about.
        let found = client.document(&url).await.map_err(|reason| format!("{}; {HINT}", reason.replace("--target", "--contract")))?;
        match found.status.0 {
            200 => {
                let text = String::from_utf8(found.bytes);
                return text.map(|text| (url, text)).map_err(|error| format!("it is no UTF-8 text (byte {})", error.utf8_error().valid_up_to()));
            }
            301 | 302 | 303 | 307 | 308 => {
                let location = found.location.ok_or_else(|| format!("{} came, and does not say where it leads; {HINT}", found.status))?;
                let next = resolve_address(&url, &location).map_err(|reason| format!("{reason}; {HINT}"))?;
                if servers == Servers::Same && next.origin() != url.origin() {
                    return Err("it leads to another server than the contract is on, which is not asked".to_owned());
                }
                url = next;
            }
            401 | 403 => return Err(format!("{} came, and no credentials are sent for a contract; {HINT}", found.status)),
            _ => return Err(format!("{} came; check the address, or {HINT}", found.status)),
        }
    }
    Err(format!("it leads elsewhere more than {MOST_REDIRECTS} times; {HINT}"))
}

/// Whether what comes cannot be changed on the way. By way of a proxy nothing comes from this machine.
fn is_safe(url: &Url, way: &ServerRoute) -> bool {
    let local = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || local && way.proxy.is_none()
}
