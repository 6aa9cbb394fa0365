//! Whether the person who gets a page is signed in: then the page offers no login.

use actix_web::{HttpMessage, HttpRequest};

/// In the extensions of a request whose person is signed in.
struct SignedInViewer;

/// Remembers that the person of this request is signed in.
pub fn is_signed_in_now(request: &HttpRequest) {
    request.extensions_mut().insert(SignedInViewer);
}

/// Whether that was remembered.
pub(super) fn is_signed_in(request: &HttpRequest) -> bool {
    request.extensions().get::<SignedInViewer>().is_some()
}
