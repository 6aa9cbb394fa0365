ALTER TABLE sessions DROP COLUMN linked_sub_ids;
