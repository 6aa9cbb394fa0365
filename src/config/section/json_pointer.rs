//! JSON pointers in `[providers.<id>]`.

use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::pointer::Pointer;

/// Reads a JSON pointer (RFC 6901).
pub(crate) fn pointer(key: &str, text: &str, validator: &mut Validator<'_>) -> Option<Pointer> {
    let read = Pointer::parse(text).map_err(|bad| format!("{} {bad}", quoted(text)));
    validator.accept(key, read, "write a JSON pointer (RFC 6901), as \"/email\" or \"/data/id\"")
}
