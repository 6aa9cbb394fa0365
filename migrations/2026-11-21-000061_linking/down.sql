DROP INDEX sessions_sub_id;
ALTER TABLE subs DROP COLUMN email, DROP COLUMN email_verified, DROP COLUMN profile;
ALTER TABLE authorization_sessions DROP COLUMN link_session_id, DROP COLUMN link_user_id;
