//! The demo app: a single-page app that signs people in at the gateway's JSON door, as a real frontend would.
//!
//! Plain files without a framework, so that `app.js` can be read as an example: it asks for the provider's address,
//! compares `state`, exchanges the code, and verifies the token's signature in the browser.

mod running;

pub use running::DemoApp;
