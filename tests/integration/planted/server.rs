//! Serves the planted data over HTTP.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::planted::asked::Asked;
use crate::planted::world::World;

/// The longest wait for a request that is to be held.
const PATIENCE: Duration = Duration::from_mins(1);

/// When the server stops answering, though it does everything that it is asked.
#[derive(Clone, Copy)]
pub struct Hold {
    /// After so many requests that begin like this.
    pub count: usize,
    /// Method and path, as they begin.
    pub like: &'static str,
}

/// What the server and the test share.
struct Shared {
    world: Mutex<World>,
    /// When to stop, and how many requests there had been when it was said.
    hold: Mutex<Option<(Hold, usize)>>,
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

    /// Stops answering, or answers again.
    pub fn hold(&self, hold: Option<Hold>) {
        let sent = self.world().log().len();
        *self.shared.hold.lock().unwrap_or_else(PoisonError::into_inner) = hold.map(|hold| (hold, sent));
    }

    /// Waits until an answer is held back; whether one is before `ended` says that nothing more will come.
    pub fn is_holding(&self, mut ended: impl FnMut() -> bool) -> bool {
        let started = Instant::now();
        let mut hold = self.shared.hold.lock().unwrap_or_else(PoisonError::into_inner);
        while started.elapsed() < PATIENCE {
            if is_reached(*hold, &self.world()) {
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

fn is_reached(hold: Option<(Hold, usize)>, world: &World) -> bool {
    hold.is_some_and(|(hold, from)| world.log()[from..].iter().filter(|line| line.starts_with(hold.like)).count() >= hold.count)
}

async fn reply(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let asked = Asked::read(&head.method, &head.uri, &head.headers, &bytes);
    let hold = *shared.hold.lock().unwrap_or_else(PoisonError::into_inner);
    let ((status, body), is_held) = {
        let mut world = shared.world.lock().unwrap_or_else(PoisonError::into_inner);
        (world.answer(&asked), is_reached(hold, &world))
    };
    if is_held {
        shared.held.notify_all();
        std::future::pending::<()>().await;
    }
    answer(status, &body)
}

/// A text is no body but where the answer leads.
fn answer(status: u16, body: &Value) -> Response {
    let answer = Response::builder().status(status);
    let answer = match body {
        Value::Null => answer.body(Body::empty()),
        Value::String(location) => answer.header("location", location).body(Body::empty()),
        body => answer.header("content-type", "application/json").body(Body::from(body.to_string())),
    };
    answer.expect("an answer")
}
