//! Checks where the Location of a redirect leads before anything is sent there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};

use url::{Host, Url};

use crate::execute::http::UnsignedRequest;
use crate::model::contract::Method;
use crate::model::reason::Address;

/// Header fields that speak of a body.
const OF_A_BODY: [&str; 2] = ["content-type", "content-length"];

/// The only header field that says nothing of who asks.
const FOR_ANYBODY: &str = "accept";

/// Where a Location leads.
#[derive(Debug)]
pub struct RedirectTarget {
    url: Url,
    /// Whether that is another server: credentials are meant for the one that they were given to (RFC 9110, section 15.4).
    pub foreign: bool,
}

impl RedirectTarget {
    /// Turns a request into the one that follows: it reads, whatever the first one did (RFC 9110, section 15.4.4).
    pub fn apply_to(&self, request: &mut UnsignedRequest) {
        request.url = self.url.to_string();
        request.method = Method::GET;
        request.body = None;
        request.headers.retain(|(name, _)| {
            let about = OF_A_BODY.iter().any(|other| name.eq_ignore_ascii_case(other));
            !about && (!self.foreign || name.eq_ignore_ascii_case(FOR_ANYBODY))
        });
    }
}

/// Resolves a Location (RFC 9110, section 10.2.2). One that starts with a path of the contract (`known`) belongs below the
/// base URL even when the base has a path of its own.
///
/// # Errors
/// It leads nowhere, or to where a server has no business to send anybody.
pub fn resolve_location(base: &str, asked: &Url, location: &str, known: &dyn Fn(&str) -> bool) -> Result<RedirectTarget, Address> {
    let below = location.starts_with('/') && !location.starts_with("//") && known(location);
    let joined = if below { Url::parse(&format!("{base}{location}")) } else { asked.join(location) };
    let mut url = joined.map_err(|error| Address::NoUrl(location.to_owned(), error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Address::Scheme(url.scheme().to_owned()));
    }
    if location.contains("[credentials]") {
        return Err(Address::Credentials);
    }
    let foreign = url.origin() != asked.origin();
    // A server elsewhere knows nothing of the network that this machine is in.
    if foreign && is_inside(&url, addresses) && !is_inside(asked, addresses) {
        return Err(Address::Private(url.origin().ascii_serialization()));
    }
    // Nor does it speak for what listens at other ports of its own host.
    if foreign
        && url.host() == asked.host()
        && url.port_or_known_default() != asked.port_or_known_default()
        && !is_usual(&url)
        && !is_inside(asked, addresses)
    {
        return Err(Address::Port(url.origin().ascii_serialization()));
    }
    // A user and a password in a Location are made up by the server and not sent.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    Ok(RedirectTarget { url, foreign })
}

/// The same where nothing but an address was asked.
///
/// # Errors
/// As [`resolve_location`].
pub fn resolve_address(asked: &Url, location: &str) -> Result<Url, Address> {
    resolve_location("", asked, location, &|_| false).map(|elsewhere| elsewhere.url)
}

/// Whether a URL has the port that its scheme usually has (RFC 9110, section 4.2).
fn is_usual(url: &Url) -> bool {
    url.port().is_none() || matches!(url.port(), Some(80 | 443))
}

/// Whether an address is of this machine or its network: loopback, private (RFC 1918), link-local (RFC 3927), shared (RFC 6598).
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let shared = address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64;
            shared || address.is_loopback() || address.is_private() || address.is_link_local() || address.is_unspecified()
        }
        IpAddr::V6(address) => {
            let embedded = embedded(address);
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || embedded.is_some_and(|inner| is_private(IpAddr::V4(inner)))
        }
    }
}

/// The IPv4 address in an IPv6 address that leads to it: IPv4-compatible (RFC 4291, section 2.5.5.1), NAT64 (RFC 6052), 6to4 (RFC
/// 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let parts = address.segments();
    let of = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match parts {
        [0, 0, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

/// Whether a URL leads to this machine or its network: by its address, or by the addresses that its name has.
fn is_inside(url: &Url, addresses: impl Fn(&str, u16) -> Vec<IpAddr>) -> bool {
    match url.host() {
        Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => true,
        Some(Host::Domain(name)) => addresses(name, url.port_or_known_default().unwrap_or(80)).into_iter().any(is_private),
        Some(Host::Ipv4(address)) => is_private(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_private(IpAddr::V6(address)),
        None => false,
    }
}

/// The addresses of a name; none where it is not known.
fn addresses(name: &str, port: u16) -> Vec<IpAddr> {
    (name, port).to_socket_addrs().map(|found| found.map(|address| address.ip()).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_where_any_of_its_addresses_is() {
        let inside = |found: &[&str]| {
            let found: Vec<IpAddr> = found.iter().map(|address| address.parse().unwrap()).collect();
            is_inside(&Url::parse("http://name.example:8080/x").unwrap(), |name, port| {
                assert_eq!((name, port), ("name.example", 8080));
                found.clone()
            })
        };
        assert!(!inside(&[]) && !inside(&["192.0.2.1", "2001:db8::1"]));
        for address in
            ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"]
        {
            assert!(inside(&["192.0.2.1", address]), "{address}");
        }
    }

    fn to(base: &str, location: &str) -> Result<(String, bool), Address> {
        let asked = Url::parse(&format!("{base}/v1/jobs/1/download")).unwrap();
        resolve_location(base, &asked, location, &|path| path.starts_with("/v1")).map(|elsewhere| (elsewhere.url.to_string(), elsewhere.foreign))
    }

    #[test]
    fn a_location_is_resolved_against_what_was_asked_or_the_base() {
        let base = "https://api.example.com/api";
        assert_eq!(to(base, "/v1/x?a=1#part"), Ok(("https://api.example.com/api/v1/x?a=1".to_owned(), false)));
        assert_eq!(to(base, "/other"), Ok(("https://api.example.com/other".to_owned(), false)));
        assert_eq!(to(base, "file"), Ok(("https://api.example.com/api/v1/jobs/1/file".to_owned(), false)));
        assert_eq!(to(base, "https://api.example.com:443/x"), Ok(("https://api.example.com/x".to_owned(), false)));
        assert_eq!(to(base, "https://me:pass@api.example.com/x"), Ok(("https://api.example.com/x".to_owned(), false)));
    }

    #[test]
    fn another_server_is_foreign_however_it_is_written() {
        let base = "https://api.example.com";
        for location in [
            "https://other.example.com/x",
            "//other.example.com/x",
            "/\\other.example.com/x",
            "\\\\other.example.com/x",
            "http://api.example.com/x",
            "https://api.example.com@other.example.com/x",
            "https://api.example.com.other.example.com/x",
        ] {
            assert!(to(base, location).is_ok_and(|(_, foreign)| foreign), "{location}: {:?}", to(base, location));
        }
    }

    #[test]
    fn what_is_no_business_of_a_server_is_not_followed() {
        let base = "https://api.example.com";
        for location in [
            "file:///etc/passwd",
            "ftp://api.example.com/x",
            "data:text/plain,x",
            "javascript:alert(1)",
            "https://",
            "/v1/x?key=[credentials]",
            "http://127.0.0.1/x",
            "http://localhost:8080/x",
            "http://169.254.169.254/latest",
            "http://10.0.0.1/x",
            "http://[::1]/x",
            "http://[::ffff:127.0.0.1]/x",
            "http://0x7f000001/x",
            "http://100.64.0.1/x",
            "http://[64:ff9b::7f00:1]/x",
            "http://[2002:7f00:1::]/x",
            "http://[::127.0.0.1]/x",
            "https://api.example.com:8443/x",
        ] {
            assert!(to(base, location).is_err(), "{location}: {:?}", to(base, location));
        }
        assert!(to("http://127.0.0.1:1", "http://127.0.0.1:2/x").is_ok_and(|(_, foreign)| foreign));
    }

    #[test]
    fn who_follows_only_reads() {
        for (foreign, left) in [(false, &["accept", "cookie"][..]), (true, &["accept"])] {
            let elsewhere = RedirectTarget { url: Url::parse("https://h/x").unwrap(), foreign };
            let headers = ["accept", "Content-Type", "cookie"].map(|name| (name.to_owned(), "v".to_owned())).to_vec();
            let mut request = UnsignedRequest { method: Method::POST, url: String::new(), headers, body: Some(vec![1]) };
            elsewhere.apply_to(&mut request);
            assert_eq!((request.method.as_str(), request.url.as_str(), &request.body), ("GET", "https://h/x", &None));
            assert_eq!(request.headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), left);
        }
    }
}
