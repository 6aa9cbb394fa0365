//! The parts of statements that insert the rows. They are here because statements of two modules contain them.

/// SQL that inserts the code for each row of `from`, with the session in the expression `session`. The binds are
/// `{code_hash}`, `{code_client_id}`, `{code_redirect_uri}`, `{code_challenge}`, `{code_nonce}`, `{code_scope}`,
/// `{code_resource}`, `{code_expires_at}` and `{now}`.
macro_rules! code_rows {
    (session $session:literal, from $from:literal) => {
        concat!(
            "INSERT INTO authorization_codes (hash, session_id, client_id, redirect_uri, challenge, nonce, scope, resource,
                                              created_at, expires_at)
             SELECT {code_hash}, ",
            $session,
            ", {code_client_id}, {code_redirect_uri}, {code_challenge}, {code_nonce}, {code_scope}, {code_resource},
                    {now}, {code_expires_at}
             FROM ",
            $from
        )
    };
}
pub(crate) use code_rows;

/// SQL that inserts the authorization request for each row of `from`. The binds are `{request_id}`, `{request_client_id}`,
/// `{request}`, `{request_uri}`, `{request_binding}`, `{request_created_at}` and `{request_expires_at}`.
macro_rules! request_rows {
    (from $from:literal) => {
        concat!(
            "INSERT INTO authorization_requests
                 (id, client_id, request, request_uri_hash, binding_hash, created_at, expires_at)
             SELECT {request_id}, {request_client_id}, {request}, {request_uri}, {request_binding}, {request_created_at},
                    {request_expires_at}
             FROM ",
            $from
        )
    };
}
pub(crate) use request_rows;
