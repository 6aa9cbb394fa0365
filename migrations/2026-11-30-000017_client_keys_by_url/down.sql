ALTER TABLE clients_by_url DROP COLUMN authenticates;
