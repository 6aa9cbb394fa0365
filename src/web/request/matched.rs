//! The route that a request has matched, for its log line and its metric.

use std::rc::Rc;

/// The pattern of the path with the prefix of `server.public_url`. The guard of a row inserts it: actix would have to match the path
/// once more to tell it.
pub struct Matched(pub Rc<str>);
