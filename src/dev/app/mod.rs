//! The demo app: a single-page app that signs in through the gateway's SPA flow, as a real frontend does.
//!
//! The app has no framework, so that `app.js` can be read as an example: it requests the authorization URL, compares
//! `state`, exchanges the code, and verifies the token's signature in the browser.

mod running;

pub use running::DemoApp;
