DROP TABLE providers, subs, users;
