ALTER TABLE subs DROP COLUMN unlink_at;
