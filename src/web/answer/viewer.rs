//! Whether the person who gets a page is signed in: then the page offers no login.

use actix_web::{HttpMessage, HttpRequest};

/// In the extensions of a request if that is known.
#[derive(Clone, Copy)]
struct Viewer {
    signed_in: bool,
}

/// Remembers whether the person of this request is signed in.
pub fn remember(request: &HttpRequest, signed_in: bool) {
    request.extensions_mut().insert(Viewer { signed_in });
}

/// Whether the person is signed in; `None` if that is not known yet.
pub fn is_signed_in(request: &HttpRequest) -> Option<bool> {
    request.extensions().get::<Viewer>().map(|viewer| viewer.signed_in)
}
