//! The statements of this store.

use super::{assertion, by_url};
use crate::base::hot::{HotStatement, hot};

/// Those that run while a request waits. The first two read no row.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![assertion::InsertAssertion: [], by_url::NoteAgreement: [], by_url::FindAuthenticates: ["clients_by_url_pkey"],]
}

/// Those that no request waits for.
pub fn rare_statements() -> Vec<HotStatement> {
    hot![by_url::ListAgreed: [],]
}
