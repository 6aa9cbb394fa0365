//! What makes a context that of a page.

use serde::Serialize;

/// The context of one kind of page.
pub trait Page: Serialize {
    /// The name of its template.
    const TEMPLATE: &'static str;
}
