//! Every statement of the gateway, for the tests that prepare and plan them.

use crate::base::hot::HotStatement;
use crate::{account, administration, authorize, client, jobs, keys, login, logout, session, token, upstream, vault};

/// The statements that requests wait for, each with its indexes.
pub fn hot_statements() -> Vec<HotStatement> {
    [
        login::hot_statements(),
        authorize::hot_statements(),
        token::hot_statements(),
        session::hot_statements(),
        logout::hot_statements(),
        account::hot_statements(),
        administration::hot_statements(),
        client::hot_statements(),
        upstream::hot_statements(),
        vault::hot_statements(),
    ]
    .concat()
}

/// Statements that no request waits for: the cleanup, reports and administration, which run without the planner settings
/// of hot statements, and signing keys and providers, which are a handful of rows.
pub fn rare_statements() -> Vec<HotStatement> {
    [
        login::rare_statements(),
        session::rare_statements(),
        logout::rare_statements(),
        client::rare_statements(),
        keys::rare_statements(),
        jobs::rare_statements(),
        upstream::rare_statements(),
        vault::rare_statements(),
    ]
    .concat()
}
