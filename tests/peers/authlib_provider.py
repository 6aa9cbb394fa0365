"""An OpenID provider made of Authlib's server, which has no discovery document.

    authlib_provider.py --port N --client-secret SECRET --redirect-uri URI

The client is `vestibule`; the person is `ada`, who is signed in already. It ends with its standard input. When it listens it
prints one line: {"ready": true, "issuer": "http://127.0.0.1:N"}
"""

import argparse
import json
import os
import sys
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, jsonify
from joserfc.jwk import RSAKey

ADA = {"sub": "ada", "name": "Ada Lovelace", "email": "ada@example.com", "email_verified": True}


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--redirect-uri", action="append", required=True)
    return parser.parse_args()


class Client(ClientMixin):
    def __init__(self, arguments):
        self.arguments = arguments

    def get_client_id(self):
        return "vestibule"

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        known = {"openid", "profile", "email"}
        return " ".join(name for name in (scope or "").split() if name in known)

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.arguments.redirect_uri

    def check_client_secret(self, client_secret):
        return client_secret == self.arguments.client_secret

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    def __init__(self, code, payload):
        # The payload is that of the current request, so its values are kept.
        self.code, self.auth_time = code, int(time.time())
        self.redirect_uri, self.scope, data = payload.redirect_uri, payload.scope, payload.data
        self.nonce = data.get("nonce")
        self.code_challenge = data.get("code_challenge")
        self.code_challenge_method = data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class Token(TokenMixin):
    def __init__(self, token):
        self.token = token

    def get_scope(self):
        return self.token.get("scope", "")

    def is_expired(self):
        return False

    def is_revoked(self):
        return False


def build(arguments, issuer):
    key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    codes, tokens, client = {}, {}, Client(arguments)

    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code, request):
            codes[code] = Code(code, request.payload)

        def query_authorization_code(self, code, client):
            return codes.get(code)

        def delete_authorization_code(self, authorization_code):
            codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code):
            return "ada"

    class OpenID(OpenIDCode):
        def exists_nonce(self, nonce, request):
            return False

        def resolve_client_private_key(self, client):
            return key

        def get_client_claims(self, client):
            return {"iss": issuer}

        def get_jwt_config(self, grant=None, client=None):
            return {"key": key, "alg": "RS256", "iss": issuer, "exp": 300}

        def generate_user_info(self, user, scope):
            return UserInfo(**ADA)

    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string):
            return tokens.get(token_string)

    app = Flask(__name__)
    server = AuthorizationServer(
        app,
        query_client=lambda client_id: client if client_id == "vestibule" else None,
        save_token=lambda token, request: tokens.update({token["access_token"]: Token(token)}),
    )
    server.register_grant(CodeGrant, [OpenID(require_nonce=True), CodeChallenge(required=True)])
    protected = ResourceProtector()
    protected.register_token_validator(Validator())

    @app.get("/authorize")
    def authorize():
        grant = server.get_consent_grant(end_user="ada")
        return server.create_authorization_response(grant_user="ada", grant=grant)

    @app.post("/token")
    def token():
        return server.create_token_response()

    @app.get("/userinfo")
    @protected("openid")
    def userinfo():
        assert current_token
        return jsonify(ADA)

    @app.get("/jwks")
    def jwks():
        return jsonify({"keys": [key.as_dict(private=False)]})

    return app


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def main():
    arguments = read_arguments()
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    issuer = f"http://127.0.0.1:{arguments.port}"
    server = make_server("127.0.0.1", arguments.port, build(arguments, issuer), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"ready": True, "issuer": issuer}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
