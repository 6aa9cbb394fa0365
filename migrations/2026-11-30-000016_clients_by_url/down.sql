DROP TABLE clients_by_url;
