DROP TABLE logins_not_begun;
