//! Keeps the reason of an authorization request that was refused with a page, under a reference that the page shows.

use super::input::Flow;
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::Reference;

/// Stores the reason. `None` if that fails: the page then shows no reference. `reason`: for operators, without a
/// secret.
pub async fn keep_refused_request(app: &App, code: &'static str, reason: String, now: Timestamp) -> Option<Reference> {
    let reference = Reference::random();
    // No provider was chosen yet.
    let (of_row, provider, flow) = (reference.clone(), String::new(), Flow::Browser);
    let row = store::NotBegun { reference: of_row, provider, flow, code, reason, now };
    let stored = app.db.run("keep login not begun", move |conn| store::insert_not_begun(conn, &row)).await;
    app.pending_logins.add();
    stored.is_ok().then_some(reference)
}
