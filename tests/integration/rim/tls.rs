//! Certificates are always verified, an authority can be added, and problems with one are explained.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned, crypto::ring};

use crate::rim::place::ONE;
use crate::support::{Folder, text};

/// An authority, and what it signs.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A server with a certificate for this name, valid until the end of this year; its URL.
    fn serve(&self, name: &str, until: i32) -> String {
        self.serve_to(name, until, None)
    }

    /// The same; with `clients`, for those alone whose certificates that authority has signed.
    fn serve_to(&self, name: &str, until: i32, clients: Option<&Self>) -> String {
        self.serve_text(name, until, clients, "{}")
    }

    /// The same where every answer is this text.
    fn serve_text(&self, name: &str, until: i32, clients: Option<&Self>, body: &'static str) -> String {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let settings = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
        let settings = match clients {
            None => settings.with_no_client_auth(),
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_slice(clients.pem.as_bytes()).unwrap()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()));
                settings.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let settings = Arc::new(settings.with_single_cert(vec![certificate.der().clone()], key).unwrap());
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        // The thread waits for a connection that never comes when the test is over, and ends with it.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Ok(connection) = ServerConnection::new(Arc::clone(&settings)) else { return };
                std::thread::spawn(move || {
                    let mut stream = StreamOwned::new(connection, stream);
                    if stream.read(&mut [0; 4096]).is_ok() {
                        let _ = stream.write_all(&crate::rim::origin::json(body));
                        stream.conn.send_close_notify();
                        let _ = stream.flush();
                    }
                });
            }
        });
        url
    }
}

#[test]
fn a_certificate_of_nobody_known_is_refused_with_the_way_out() {
    let (folder, authority) = (Folder::with_contract("tls-unknown", ONE), Authority::new());
    let output = folder.against(&authority.serve("127.0.0.1", 2999), &[]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("--ca FILE") && text(&output).contains("UnknownIssuer"), "{}", text(&output));
}

#[test]
fn an_authority_that_is_named_is_trusted() {
    let (folder, authority) = (Folder::with_contract("tls-named", ONE), Authority::new());
    folder.write("ca.pem", format!("# ours\n{}{}", Authority::new().pem, authority.pem));
    let output = folder.against(&authority.serve("127.0.0.1", 2999), &["--ca", "ca.pem"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

impl Authority {
    /// A certificate of a client with its key.
    fn client(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["client".to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

#[test]
fn a_client_shows_its_certificate_where_it_is_asked_for_one() {
    let (folder, servers, clients) = (Folder::with_contract("tls-client", ONE), Authority::new(), Authority::new());
    let url = servers.serve_to("127.0.0.1", 2999, Some(&clients));
    let (certificate, key) = clients.client();
    let (stranger, of_stranger) = Authority::new().client();
    folder.write("ca.pem", &servers.pem);
    folder.write("client.pem", format!("{certificate}{key}"));
    folder.write("stranger.pem", format!("{stranger}{of_stranger}"));
    folder.write("bare.pem", &certificate);
    let run = |more: &[&str]| folder.against(&url, &[&["--ca", "ca.pem"], more].concat());
    let output = run(&["--client-cert", "client.pem"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    for more in [&[][..], &["--client-cert", "stranger.pem"]] {
        let output = run(more);
        assert_eq!(output.status.code(), Some(3), "{more:?}: {}", text(&output));
    }
    let output = run(&["--client-cert", "bare.pem"]);
    assert!(output.status.code() == Some(2) && text(&output).contains("--client-cert: it must hold a certificate and its key"), "{}", text(&output));
    #[cfg(unix)]
    {
        std::fs::set_permissions(folder.0.join("client.pem"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let output = run(&["--client-cert", "client.pem"]);
        assert!(output.status.code() == Some(2) && text(&output).contains("chmod 600"), "{}", text(&output));
    }
}

#[test]
fn another_server_does_not_see_the_certificate() {
    let (servers, clients) = (Authority::new(), Authority::new());
    let other = servers.serve_to("127.0.0.1", 2999, Some(&clients));
    let at = format!("{other}/elsewhere");
    let origin =
        crate::rim::origin::Origin::start(move |_, _| format!("HTTP/1.1 303 See Other\r\nlocation: {at}\r\ncontent-length: 0\r\n\r\n").into_bytes());
    let contract = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {operationId: a.get, responses: {'303': {description: there, headers: {Location: {schema: {type: string}}}, x-probity-when: [success]}, '200': {description: found, x-probity-when: [success]}}}}}\n";
    let folder = Folder::with_contract("tls-elsewhere", contract);
    let (certificate, key) = clients.client();
    folder.write("ca.pem", &servers.pem);
    folder.write("client.pem", format!("{certificate}{key}"));
    let output = folder.against(&origin.url, &["--ca", "ca.pem", "--client-cert", "client.pem"]);
    let (verdict, told) = folder.cell("a.get", 200);
    assert!(verdict == "inconclusive", "{verdict} {told} {}", text(&output));
}

#[test]
fn what_else_is_wrong_with_a_certificate_is_said() {
    let (folder, authority) = (Folder::with_contract("tls-wrong", ONE), Authority::new());
    folder.write("ca.pem", &authority.pem);
    folder.write("other.pem", Authority::new().pem);
    for (url, ca, words) in [
        (authority.serve("api.example.com", 2999), "ca.pem", "for another name"),
        (authority.serve("127.0.0.1", 2021), "ca.pem", "has expired"),
        (authority.serve("127.0.0.1", 2999), "other.pem", "--ca FILE"),
        (authority.serve("127.0.0.1", 2999).replace("https", "http"), "ca.pem", "check --target"),
    ] {
        let output = folder.against(&url, &["--ca", ca]);
        assert!(output.status.code() == Some(3) && text(&output).contains(words), "{words}: {}", text(&output));
    }
}

#[test]
fn a_server_without_tls_is_named_as_such() {
    let folder = Folder::with_contract("tls-none", ONE);
    let origin = crate::rim::origin::Origin::start(|_, _| crate::rim::origin::json("{}"));
    let output = folder.against(&origin.url.replace("http", "https"), &[]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("http://"), "{}", text(&output));
}

#[test]
fn a_contract_at_an_address_is_fetched_with_the_authority_that_is_named() {
    let (folder, authority) = (Folder::new("tls-contract"), Authority::new());
    folder.write("ca.pem", &authority.pem);
    folder.write("other.pem", Authority::new().pem);
    let url = format!("{}/openapi.yaml", authority.serve_text("127.0.0.1", 2999, None, ONE));
    for words in [&["list"][..], &["plan"], &["run", "--target", "mock"], &["bundle"]] {
        let output = folder.run(&[words, &["--contract", &url, "--ca", "ca.pem"]].concat());
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", text(&output));
    }
    for more in [&[][..], &["--ca", "other.pem"]] {
        let output = folder.run(&[&["list", "--contract", &url], more].concat());
        assert!(output.status.code() == Some(2) && text(&output).contains("--ca FILE"), "{more:?}: {}", text(&output));
    }
    let output = folder.run(&["list", "--contract", &url, "--ca", "gone.pem"]);
    assert!(output.status.code() == Some(2) && text(&output).contains("gone.pem cannot be read"), "{}", text(&output));
}

#[test]
fn a_server_of_contracts_does_not_see_the_certificate_of_a_client() {
    let (folder, servers, clients) = (Folder::new("tls-contract-client"), Authority::new(), Authority::new());
    let (certificate, key) = clients.client();
    folder.write("ca.pem", &servers.pem);
    folder.write("client.pem", format!("{certificate}{key}"));
    let (url, target) = (servers.serve_text("127.0.0.1", 2999, Some(&clients), ONE), servers.serve_to("127.0.0.1", 2999, Some(&clients)));
    let output = folder.run(&["run", "--contract", &url, "--target", &target, "--ca", "ca.pem", "--client-cert", "client.pem"]);
    assert!(output.status.code() == Some(2) && text(&output).contains("name the file"), "{}", text(&output));
}
