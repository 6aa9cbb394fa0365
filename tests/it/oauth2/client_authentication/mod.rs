//! How clients authenticate at the endpoints that require it.

mod assertion;
mod secret;
