//! Serves the mock over the network: hands every request to [`Mock::answer`].

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::ACCEPT_ENCODING;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::net::TcpListener;

use super::gzip::gzip;
use super::http_listener::{HIDDEN, HttpListener, WireStyle};
use super::variants::BehaviourChoice;
use super::{Mock, MockAnswer, MockRequest};

/// The longest request body that is read, in bytes.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// From so many bytes on, the body of a request is large.
const LARGE: usize = 64 * 1024;

/// How long a slow answer takes.
const SLOW: Duration = Duration::from_millis(10);

/// Bytes in one chunk of a body that comes in chunks.
const PIECE: usize = 64;

/// Answers requests on a listener until the task is dropped.
///
/// # Errors
/// The listener fails.
pub async fn serve(listener: TcpListener, mock: Arc<Mock>) -> io::Result<()> {
    let style = WireStyle { upper: mock.has(BehaviourChoice::UpperCaseNames), bare: mock.has(BehaviourChoice::NoReason) };
    axum::serve(HttpListener { listener, style }, Router::new().fallback(answer).with_state(mock)).await
}

async fn answer(State(mock): State<Arc<Mock>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
        return to_response(MockAnswer { status: 413, ..MockAnswer::default() });
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let accepted = head.headers.get(ACCEPT_ENCODING).map(text).unwrap_or_default();
    let request = MockRequest {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.to_vec(),
    };
    // What takes long leaves the threads that answer other requests.
    let mut answer = if request.body.len() > LARGE {
        let mock = Arc::clone(&mock);
        let answered = tokio::task::spawn_blocking(move || mock.answer(request)).await;
        answered.unwrap_or_else(|_| MockAnswer { status: 500, ..MockAnswer::default() })
    } else {
        mock.answer(request)
    };
    if mock.has(BehaviourChoice::SlowAnswers) {
        tokio::time::sleep(SLOW).await;
    }
    if mock.has(BehaviourChoice::CloseConnections) {
        answer.headers.push(("Connection".to_owned(), "close".to_owned()));
    }
    if takes_gzip(&accepted) && !answer.body.is_empty() && mock.has(BehaviourChoice::Compress) {
        answer.body = gzip(&answer.body);
        answer.headers.push(("Content-Encoding".to_owned(), "gzip".to_owned()));
    }
    let asked = answer.header("transfer-encoding").is_some();
    answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("transfer-encoding"));
    let chunks = !answer.body.is_empty() && !matches!(answer.status, 204 | 304) && (asked || mock.has(BehaviourChoice::Chunks));
    let mut response = to_response(answer);
    if chunks && let Ok(whole) = to_bytes(std::mem::take(response.body_mut()), usize::MAX).await {
        let pieces: Vec<Result<Bytes, io::Error>> = whole.chunks(PIECE).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        *response.body_mut() = Body::from_stream(futures::stream::iter(pieces));
    }
    response
}

/// Whether a request takes compressed answers (RFC 9110, section 12.5.3).
fn takes_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip")) && parts.all(|weight| weight != "q=0")
    })
}

fn to_response(mut answer: MockAnswer) -> Response {
    if matches!(answer.status, 204 | 304) && (!answer.body.is_empty() || answer.header("content-length").is_some()) {
        remove_forbidden_body(&mut answer);
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str())) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Hides a body, or the length of one, where there must be none. The connection ends with it, as what comes after such a
/// body cannot be told from it.
fn remove_forbidden_body(answer: &mut MockAnswer) {
    let body = std::mem::take(&mut answer.body);
    let length = answer.header("content-length").map_or_else(|| body.len().to_string(), str::to_owned);
    answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
    answer.headers.push(("Connection".to_owned(), "close".to_owned()));
    answer.headers.push((HIDDEN.to_owned(), format!("{length} {}", STANDARD.encode(body))));
}
