DROP TABLE client_assertions, authorization_codes, authorization_requests;
