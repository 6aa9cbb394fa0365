//! Every hot statement of the gateway, for the test of their plans.

use crate::base::hot::HotStatement;
use crate::{account, authorize, client, login, logout, session, token, upstream, vault};

/// All lists in one.
pub fn hot_statements() -> Vec<HotStatement> {
    [
        login::hot_statements(),
        authorize::hot_statements(),
        token::hot_statements(),
        session::hot_statements(),
        logout::hot_statements(),
        account::hot_statements(),
        client::hot_statements(),
        upstream::hot_statements(),
        vault::hot_statements(),
    ]
    .concat()
}
