//! The reference of a refusal that is not a login's: its reason was kept for `vestibule logins show`.

use actix_web::{HttpMessage, HttpRequest};

use crate::base::id::Reference;

/// In the extensions of a request whose refusal was kept.
#[derive(Clone)]
pub struct KeptReference(pub Reference);

/// The reference, if there is one.
pub(super) fn of(request: &HttpRequest) -> Option<Reference> {
    request.extensions().get::<KeptReference>().map(|kept| kept.0.clone())
}
