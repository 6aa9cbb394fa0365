"""A provider of OAuth 1.0a (RFC 5849) made of the server of a library: oauthlib or Authlib.

    oauth1_server.py --library oauthlib|authlib --port N --client-id ID --client-secret SECRET

The library checks every request: signature, nonce, timestamp and token. The person is `ada`, who agrees to each request.
It ends with its standard input. When it listens it prints one line: {"ready": true}
"""

import argparse
import json
import secrets
import sys
import threading
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

ADA = {"id": 1815, "name": "Ada Lovelace", "email": "ada@example.com"}


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", choices=["oauthlib", "authlib"], required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret", required=True)
    return parser.parse_args()


def with_parameters(url, parameters):
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode(parse_qsl(parts.query) + list(parameters.items()))))


class Memory:
    """What both servers remember."""

    def __init__(self, arguments):
        self.client_id, self.client_secret = arguments.client_id, arguments.client_secret
        self.requests, self.tokens, self.nonces = {}, {}, set()

    def is_new(self, timestamp, nonce, token):
        seen = (timestamp, nonce, token)
        is_new = seen not in self.nonces
        self.nonces.add(seen)
        return is_new

    def approve(self, token):
        request = self.requests[token]
        request["verifier"] = secrets.token_urlsafe(16)
        return with_parameters(request["callback"], {"oauth_token": token, "oauth_verifier": request["verifier"]})


def oauthlib_app(memory):
    from oauthlib.oauth1 import RequestValidator, WebApplicationServer

    class Validator(RequestValidator):
        enforce_ssl = False
        dummy_client = dummy_request_token = dummy_access_token = "dummy-of-the-library"

        @property
        def client_key_length(self):
            return 1, 100

        # The lengths of nonces stay the defaults: 20 to 30 characters.
        @property
        def request_token_length(self):
            return 10, 100

        @property
        def access_token_length(self):
            return 10, 100

        @property
        def verifier_length(self):
            return 10, 100

        @property
        def safe_characters(self):
            return super().safe_characters | set("-_")

        def check_nonce(self, nonce):
            lower, upper = self.nonce_length
            return set(nonce) <= super().safe_characters and lower <= len(nonce) <= upper

        def validate_timestamp_and_nonce(
            self, client_key, timestamp, nonce, request, request_token=None, access_token=None
        ):
            return memory.is_new(timestamp, nonce, request_token or access_token)

        def validate_client_key(self, client_key, request):
            return client_key == memory.client_id

        def get_client_secret(self, client_key, request):
            return memory.client_secret if client_key == memory.client_id else "none"

        def validate_requested_realms(self, client_key, realms, request):
            return True

        def get_default_realms(self, client_key, request):
            return []

        def validate_redirect_uri(self, client_key, redirect_uri, request):
            return True

        def save_request_token(self, token, request):
            secret = token["oauth_token_secret"]
            memory.requests[token["oauth_token"]] = {"secret": secret, "callback": request.redirect_uri}

        def validate_request_token(self, client_key, token, request):
            return token in memory.requests

        def get_request_token_secret(self, client_key, token, request):
            return memory.requests.get(token, {}).get("secret", "none")

        def validate_verifier(self, client_key, token, verifier, request):
            return memory.requests[token].get("verifier") == verifier

        def get_realms(self, token, request):
            return []

        def invalidate_request_token(self, client_key, request_token, request):
            memory.requests.pop(request_token)

        def save_access_token(self, token, request):
            memory.tokens[token["oauth_token"]] = token["oauth_token_secret"]

        def validate_access_token(self, client_key, token, request):
            return token in memory.tokens

        def get_access_token_secret(self, client_key, token, request):
            return memory.tokens.get(token, "none")

        def validate_realms(self, client_key, token, request, uri=None, realms=None):
            return True

    server = WebApplicationServer(Validator())

    def answer(method, url, headers, body):
        path = urlsplit(url).path
        if path == "/request":
            return server.create_request_token_response(url, method, body, headers)
        if path == "/access":
            return server.create_access_token_response(url, method, body, headers)
        valid, _ = server.validate_protected_resource_request(url, method, body, headers, realms=[])
        if not valid:
            return {"Content-Type": "text/plain"}, "the signature or the token is not valid", 401
        return {"Content-Type": "application/json"}, json.dumps(ADA), 200

    return answer


def authlib_app(memory):
    from authlib.oauth1 import AuthorizationServer, ResourceProtector
    from authlib.oauth1.errors import OAuth1Error
    from authlib.oauth1.rfc5849 import ClientMixin, TemporaryCredential, TokenCredentialMixin
    from authlib.oauth1.rfc5849.wrapper import OAuth1Request

    class Client(ClientMixin):
        def get_default_redirect_uri(self):
            return None

        def get_client_secret(self):
            return memory.client_secret

        def get_rsa_public_key(self):
            return None

    class Token(TokenCredentialMixin):
        def __init__(self, token):
            self.token = token

        def get_oauth_token(self):
            return self.token

        def get_oauth_token_secret(self):
            return memory.tokens[self.token]

    class Shared:
        SUPPORTED_SIGNATURE_METHODS = ["HMAC-SHA1"]

        def get_client_by_id(self, client_id):
            return Client() if client_id == memory.client_id else None

        def exists_nonce(self, nonce, request):
            return not memory.is_new(request.timestamp, nonce, request.token)

    class Server(Shared, AuthorizationServer):
        def create_oauth1_request(self, request):
            return OAuth1Request(*request)

        def handle_response(self, status_code, payload, headers):
            return dict(headers), urlencode(payload), status_code

        def create_temporary_credential(self, request):
            token, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
            memory.requests[token] = {"secret": secret, "callback": request.redirect_uri}
            return self.credential(token)

        def credential(self, token):
            known = memory.requests[token]
            return TemporaryCredential(
                oauth_token=token,
                oauth_token_secret=known["secret"],
                oauth_callback=known["callback"],
                oauth_verifier=known.get("verifier"),
                client_id=memory.client_id,
            )

        def get_temporary_credential(self, request):
            return self.credential(request.token) if request.token in memory.requests else None

        def delete_temporary_credential(self, request):
            memory.requests.pop(request.token, None)

        def create_authorization_verifier(self, request):
            raise NotImplementedError

        def create_token_credential(self, request):
            token = secrets.token_urlsafe(16)
            memory.tokens[token] = secrets.token_urlsafe(32)
            return Token(token)

    class Protector(Shared, ResourceProtector):
        def get_token_credential(self, request):
            return Token(request.token) if request.token in memory.tokens else None

    server, protector = Server(), Protector()

    def answer(method, url, headers, body):
        path = urlsplit(url).path
        request = (method, url, body or None, headers)
        if path == "/request":
            return server.create_temporary_credentials_response(request)
        if path == "/access":
            return server.create_token_response(request)
        try:
            protector.validate_request(*request)
        except OAuth1Error as error:
            return dict(error.get_headers()), urlencode(error.get_body()), error.status_code
        return {"Content-Type": "application/json"}, json.dumps(ADA), 200

    return answer


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def main():
    arguments = read_arguments()
    memory = Memory(arguments)
    answer = {"oauthlib": oauthlib_app, "authlib": authlib_app}[arguments.library](memory)

    def serve(environ, start_response):
        query = environ.get("QUERY_STRING", "")
        url = f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}" + (f"?{query}" if query else "")
        if environ["PATH_INFO"] == "/authorize":
            location = memory.approve(dict(parse_qsl(query))["oauth_token"])
            start_response("302 Found", [("Location", location)])
            return []
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length).decode()
        headers = {"Authorization": environ.get("HTTP_AUTHORIZATION", "")}
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        extra, text, status = answer(environ["REQUEST_METHOD"], url, headers, body)
        start_response(f"{status} X", [(name, str(value)) for name, value in extra.items()])
        return [(text or "").encode()]

    server = make_server("127.0.0.1", arguments.port, serve, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"ready": True}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
