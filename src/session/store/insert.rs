//! The SQL that inserts a session.

/// SQL that inserts a session for each row of `from`. Each value is an SQL expression. The statement has the bind `{now}`.
macro_rules! session_rows {
    (
        from $from:literal, id $id:literal, user_id $user_id:literal, sub_id $sub_id:literal, provider $provider:literal,
        client_id $client_id:literal, parent_id $parent_id:literal, auth_time $auth_time:literal,
        auth_time_vouched $auth_time_vouched:literal, auth_time_assumed $auth_time_assumed:literal, aal $aal:literal,
        acr $acr:literal, amr $amr:literal, scopes $scopes:literal, resource $resource:literal,
        not_after $not_after:literal, user_agent $user_agent:literal, ip $ip:literal, device_type $device_type:literal,
        os $os:literal, os_version $os_version:literal, browser $browser:literal,
        browser_version $browser_version:literal, upstream_sid $upstream_sid:literal,
        upstream_id_token $upstream_id_token:literal $(,)?
    ) => {
        concat!(
            "INSERT INTO sessions (id, user_id, sub_id, provider, client_id, parent_id, auth_time, auth_time_vouched,
                 auth_time_assumed, aal, acr, amr, scopes, resource, not_after, user_agent, ip, device_type, os,
                 os_version, browser, browser_version, upstream_sid, upstream_id_token, last_activity_at, created_at)
             SELECT ",
            $id, ", ", $user_id, ", ", $sub_id, ", ", $provider, ", ", $client_id, ", ", $parent_id, ", ", $auth_time,
            ", ", $auth_time_vouched, ", ", $auth_time_assumed, ", ", $aal, ", ", $acr, ", ", $amr, ", ", $scopes, ", ",
            $resource, ", ", $not_after, ", ", $user_agent, ", ", $ip, ", ", $device_type, ", ", $os, ", ", $os_version,
            ", ", $browser, ", ", $browser_version, ", ", $upstream_sid, ", ", $upstream_id_token, ", {now}, {now} FROM ",
            $from
        )
    };
}
pub(crate) use session_rows;
