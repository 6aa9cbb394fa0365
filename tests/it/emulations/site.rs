//! A test web server: it responds by rules or by configured replies, and records all requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fake_provider::{Call, Reply, listen};

#[derive(Default)]
struct State {
    replies: HashMap<String, Reply>,
    calls: Vec<Call>,
}

/// The server. Clones share its state.
#[derive(Clone)]
pub struct Site {
    /// The origin of the server.
    pub origin: String,
    state: Arc<Mutex<State>>,
}

impl Site {
    /// Starts a server with these rules.
    pub fn start(rules: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let origin = listen(move |call| {
            let reported = {
                let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
                state.calls.push(call.clone());
                state.replies.get(path(call)).cloned()
            };
            reported.unwrap_or_else(|| rules(call))
        });
        Self { origin, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the response to requests of a path.
    pub fn reply(&self, path: &str, reply: Reply) {
        self.state().replies.insert(path.into(), reply);
    }

    /// Removes all configured replies.
    pub fn recover(&self) {
        self.state().replies.clear();
    }

    /// All requests of one path so far.
    pub fn calls_to(&self, wanted: &str) -> Vec<Call> {
        self.state().calls.iter().filter(|call| path(call) == wanted).cloned().collect()
    }
}

/// The path of a request without the query.
pub fn path(call: &Call) -> &str {
    call.path.split('?').next().unwrap_or_default()
}

/// A parameter of the query, if present.
pub fn query(call: &Call, name: &str) -> Option<String> {
    pairs(call.path.split_once('?').map_or("", |(_, query)| query))
        .into_iter()
        .find(|(known, _)| known == name)
        .map(value)
}

/// The parameters of an encoded form or query.
pub fn pairs(encoded: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

fn value(pair: (String, String)) -> String {
    pair.1
}

/// A redirect to a URL with additional parameters.
pub fn redirect(url: &str, parameters: &[(&str, &str)]) -> Reply {
    let mut url = url::Url::parse(url).expect("a URL");
    url.query_pairs_mut().extend_pairs(parameters);
    Reply::text(302, "text/html", "").with("Location", url.as_str())
}
