//! Somebody's web site: it answers by its rules, or for once as it is told, and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fake_provider::{Call, Reply, listen};

#[derive(Default)]
struct State {
    replies: HashMap<String, Reply>,
    calls: Vec<Call>,
}

/// A site. A clone is the same one.
#[derive(Clone)]
pub struct Site {
    /// Where it is.
    pub origin: String,
    state: Arc<Mutex<State>>,
}

impl Site {
    /// Opens one that goes by these rules.
    pub fn open(rules: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let origin = listen(move |call| {
            let told = {
                let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
                state.calls.push(call.clone());
                state.replies.get(path(call)).cloned()
            };
            told.unwrap_or_else(|| rules(call))
        });
        Self { origin, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a path in this way from now on.
    pub fn reply(&self, path: &str, reply: Reply) {
        self.state().replies.insert(path.into(), reply);
    }

    /// Goes by its rules again.
    pub fn recover(&self) {
        self.state().replies.clear();
    }

    /// What came so far to one path.
    pub fn calls_to(&self, wanted: &str) -> Vec<Call> {
        self.state().calls.iter().filter(|call| path(call) == wanted).cloned().collect()
    }
}

/// The path without the query.
pub fn path(call: &Call) -> &str {
    call.path.split('?').next().unwrap_or_default()
}

/// A parameter of the query.
pub fn query(call: &Call, name: &str) -> Option<String> {
    pairs(call.path.split_once('?').map_or("", |(_, query)| query))
        .into_iter()
        .find(|(known, _)| known == name)
        .map(value)
}

/// The parameters of a form, or of a query.
pub fn pairs(encoded: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

fn value(pair: (String, String)) -> String {
    pair.1
}

/// A redirect to a URL with more parameters.
pub fn redirect(url: &str, parameters: &[(&str, &str)]) -> Reply {
    let mut url = url::Url::parse(url).expect("a URL");
    url.query_pairs_mut().extend_pairs(parameters);
    Reply::text(302, "text/html", "").with("Location", url.as_str())
}
