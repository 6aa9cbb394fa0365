//! JSON pointers, in `[providers.*]`.

use crate::config::layer::findings::{Findings, shown};
use crate::config::value::pointer::Pointer;

/// A JSON pointer.
pub(crate) fn pointer(key: &str, text: &str, at: &mut Findings<'_>) -> Option<Pointer> {
    let read = Pointer::parse(text).map_err(|bad| format!("{} {bad}", shown(text)));
    at.accept(key, read, "write a JSON pointer (RFC 6901), as \"/email\" or \"/data/id\"")
}
