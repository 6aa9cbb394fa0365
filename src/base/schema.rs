//! The tables, for diesel's query builder and the rows of queries. Generated from the migrations by
//! tests/it/schema.rs. Tables without a key, and with more than 32 columns, are left out: diesel cannot describe them.

diesel::table! {
    audit_events (id) {
        id -> Uuid,
        at -> Timestamptz,
        kind -> Text,
        user_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
        provider -> Nullable<Text>,
        client_id -> Nullable<Text>,
        ip -> Nullable<Inet>,
        reference -> Nullable<Text>,
        detail -> Jsonb,
    }
}

diesel::table! {
    authorization_codes (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        client_id -> Text,
        redirect_uri -> Text,
        challenge -> Nullable<Text>,
        nonce -> Nullable<Text>,
        scope -> Text,
        resource -> Nullable<Text>,
        wrong_verifiers -> Integer,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        redeemed_at -> Nullable<Timestamptz>,
        app_session_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    authorization_requests (id) {
        id -> Uuid,
        client_id -> Text,
        request -> Jsonb,
        request_uri_hash -> Nullable<Bytea>,
        binding_hash -> Nullable<Bytea>,
        session_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    authorization_sessions (id) {
        id -> Uuid,
        reference -> Text,
        provider -> Text,
        flow -> Text,
        state_hash -> Bytea,
        handshake -> Bytea,
        binding_hash -> Bytea,
        origin -> Nullable<Text>,
        return_to -> Nullable<Text>,
        authorization_request_id -> Nullable<Uuid>,
        link_session_id -> Nullable<Uuid>,
        link_user_id -> Nullable<Uuid>,
        ip -> Nullable<Inet>,
        user_agent -> Nullable<Text>,
        status -> Text,
        failure -> Nullable<Text>,
        posted -> Nullable<Bytea>,
        steps -> Jsonb,
        session_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        claimed_at -> Nullable<Timestamptz>,
        completed_at -> Nullable<Timestamptz>,
        spa_challenge -> Nullable<Text>,
        carries_cookie -> Bool,
        posts -> SmallInt,
    }
}

diesel::table! {
    client_assertions (client_id, jti_hash) {
        client_id -> Text,
        jti_hash -> Bytea,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    clients_by_url (client_id) {
        client_id -> Text,
        client_name -> Nullable<Text>,
        first_agreed_at -> Timestamptz,
        last_agreed_at -> Timestamptz,
        authenticates -> Bool,
    }
}

diesel::table! {
    consents (id) {
        id -> Uuid,
        user_id -> Uuid,
        client_id -> Text,
        resource -> Text,
        origin -> Text,
        scopes -> Array<Text>,
        agreed_at -> Timestamptz,
    }
}

diesel::table! {
    logins_not_begun (reference) {
        reference -> Text,
        provider -> Text,
        flow -> Text,
        failure -> Text,
        reason -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    logout_notices (id) {
        id -> Uuid,
        session_id -> Uuid,
        user_id -> Uuid,
        client_id -> Text,
        created_at -> Timestamptz,
        attempts -> Integer,
        next_attempt_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        delivered_at -> Nullable<Timestamptz>,
        failed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    provider_logouts (provider, jti_hash) {
        provider -> Text,
        jti_hash -> Bytea,
        sid_hash -> Nullable<Bytea>,
        sub_hash -> Nullable<Bytea>,
        received_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    provider_metadata (provider, kind) {
        provider -> Text,
        kind -> Text,
        source -> Text,
        document -> Jsonb,
        fetched_at -> Timestamptz,
    }
}

diesel::table! {
    provider_revocations (id) {
        id -> Uuid,
        provider -> Text,
        sub_id -> Uuid,
        version -> Uuid,
        sealed -> Bytea,
        created_at -> Timestamptz,
        attempts -> Integer,
        next_attempt_at -> Timestamptz,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    provider_tokens (sub_id) {
        sub_id -> Uuid,
        version -> Uuid,
        sealed -> Nullable<Bytea>,
        expires_at -> Nullable<Timestamptz>,
        lease_holder -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        reauth_required_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        unanswered_at -> Nullable<Timestamptz>,
        refused_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    providers (id) {
        id -> Text,
        issuer -> Nullable<Text>,
        last_known_at -> Timestamptz,
        auth_time_sent_at -> Nullable<Timestamptz>,
        auth_time_withheld_at -> Nullable<Timestamptz>,
        id_token_alg -> Nullable<Text>,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        private_key -> Bytea,
        state -> Text,
        created_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
        active_at -> Nullable<Timestamptz>,
        retiring_at -> Nullable<Timestamptz>,
        gone_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    subs (id) {
        id -> Uuid,
        provider -> Text,
        sub -> Text,
        user_id -> Uuid,
        claims -> Jsonb,
        created_at -> Timestamptz,
        last_login_at -> Timestamptz,
        profile -> Jsonb,
        email -> Nullable<Text>,
        email_verified -> Bool,
        unlink_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Nullable<Text>,
        email_verified -> Bool,
        name -> Nullable<Text>,
        preferred_username -> Nullable<Text>,
        picture -> Nullable<Text>,
        groups -> Array<Text>,
        disabled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}
