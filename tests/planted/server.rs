//! Serves a world on this machine.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::asked::Asked;
use crate::world::World;

/// The longest wait for a request that is to be held.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server and the test share.
struct Shared {
    world: Mutex<World>,
    /// From this number of requests on no answer is given, though everything is done.
    hold: Mutex<Option<usize>>,
    /// Told when the first answer is held back.
    held: Condvar,
}

/// A server for as long as the value lives.
pub struct Server {
    /// Where it is.
    pub url: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl Server {
    /// Serves it on a free port.
    pub fn start(world: World) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared { world: Mutex::new(world), hold: Mutex::default(), held: Condvar::new() });
        let router = Router::new().fallback(reply).with_state(Arc::clone(&shared));
        runtime.spawn(async { axum::serve(listener, router).await });
        Self { url, shared, _runtime: runtime }
    }

    /// What is behind it.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives no answer after so many more requests, for as long as the next value says nothing else.
    pub fn hold_after(&self, more: Option<usize>) {
        let sent = self.world().log().len();
        *self.shared.hold.lock().unwrap_or_else(PoisonError::into_inner) = more.map(|more| sent + more);
    }

    /// Waits until an answer is held back; whether one is before `ended` says that nothing more will come.
    pub fn is_holding(&self, mut ended: impl FnMut() -> bool) -> bool {
        let started = std::time::Instant::now();
        let mut hold = self.shared.hold.lock().unwrap_or_else(PoisonError::into_inner);
        while started.elapsed() < PATIENCE {
            if hold.is_some_and(|number| self.world().log().len() >= number) {
                return true;
            }
            if ended() {
                return false;
            }
            (hold, _) = self.shared.held.wait_timeout(hold, Duration::from_millis(20)).unwrap_or_else(PoisonError::into_inner);
        }
        false
    }
}

async fn reply(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let asked = Asked::read(&head.method, &head.uri, &head.headers, &bytes);
    let ((status, body), number) = {
        let mut world = shared.world.lock().unwrap_or_else(PoisonError::into_inner);
        (world.answer(&asked), world.log().len())
    };
    let hold = *shared.hold.lock().unwrap_or_else(PoisonError::into_inner);
    if hold.is_some_and(|hold| number >= hold) {
        shared.held.notify_all();
        std::future::pending::<()>().await;
    }
    answer(status, &body)
}

fn answer(status: u16, body: &Value) -> Response {
    let answer = Response::builder().status(status);
    let answer = if body.is_null() {
        answer.body(Body::empty())
    } else {
        answer.header("content-type", "application/json").body(Body::from(body.to_string()))
    };
    answer.expect("an answer")
}
