"""An app on a server, by PyPI Authlib: everything that it can ask of the gateway.

    python authlib_client.py ISSUER CLIENT_ID CREDENTIAL REDIRECT_URI METHOD

METHOD is client_secret_basic, client_secret_post or private_key_jwt; the credential is a secret, or for the last one a
key for ES256 (PKCS #8 in PEM).
Prints {"visit": URL} where a person has to go, and reads the address that the browser was sent back to.
"""

import json
import sys
from urllib.parse import urljoin

import requests
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

SCOPE = "openid profile email offline_access"


def visit(url: str) -> str:
    print(json.dumps({"visit": url}), flush=True)
    return sys.stdin.readline().strip()


class App:
    def __init__(self, issuer: str, client_id: str, credential: str, redirect_uri: str, way: str):
        self.server = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
        assert self.server["issuer"] == issuer
        self.keys = KeySet.import_key_set(requests.get(self.server["jwks_uri"], timeout=10).json())
        self.client_id = client_id
        self.session = OAuth2Session(
            client_id,
            ECKey.import_key(credential) if way == "private_key_jwt" else credential,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=way,
            revocation_endpoint_auth_method=way,
        )
        if way == "private_key_jwt":
            self.session.register_client_auth_method(PrivateKeyJWT(self.server["token_endpoint"], alg="ES256"))

    def login(self) -> dict:
        """The claims of a verified ID token."""
        verifier, nonce = generate_token(48), generate_token(20)
        url, state = self.session.create_authorization_url(
            self.server["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        back = visit(url)
        token = self.session.fetch_token(
            self.server["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
        )
        return self.verified(token, nonce=nonce)

    def logout(self, to: str) -> str:
        """Where the browser ends up that signs out."""
        hint = {"id_token_hint": self.session.token["id_token"], "post_logout_redirect_uri": to, "state": "x"}
        return visit(add_params_to_uri(self.server["end_session_endpoint"], hint.items()))

    def verified(self, token: dict, **expected) -> dict:
        algorithms = self.server["id_token_signing_alg_values_supported"]
        decoded = jwt.decode(token["id_token"], self.keys, algorithms=algorithms)
        options = {"iss": {"essential": True, "value": self.server["issuer"]}}
        params = {"client_id": self.client_id, "access_token": token["access_token"], **expected}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate()
        return claims

    def introspect(self, token: str) -> dict:
        return self.session.introspect_token(self.server["introspection_endpoint"], token=token).json()


def must_be_refused(app: App, token: dict) -> None:
    try:
        app.session.refresh_token(app.server["token_endpoint"], refresh_token=token["refresh_token"])
    except OAuthError as error:
        assert error.error == "invalid_grant", error
    else:
        raise AssertionError("a dead refresh token is taken")


def main() -> None:
    app = App(*sys.argv[1:])
    server, session = app.server, app.session
    claims = app.login()
    person = session.get(server["userinfo_endpoint"]).json()
    assert person["sub"] == claims["sub"] and person["name"] == claims["name"]

    tokens = [dict(session.token)]
    for _turn in range(2):
        token = session.refresh_token(server["token_endpoint"], refresh_token=tokens[-1]["refresh_token"])
        assert app.verified(token)["sub"] == claims["sub"]
        tokens.append(dict(token))
    assert len({token["refresh_token"] for token in tokens}) == 3

    token = tokens[-1]
    about = app.introspect(token["access_token"])
    assert about["active"] and about["sub"] == claims["sub"] and about["client_id"] == app.client_id, about

    answer = session.revoke_token(
        server["revocation_endpoint"], token=token["refresh_token"], token_type_hint="refresh_token"
    )
    assert answer.status_code == 200, answer.text
    assert app.introspect(token["access_token"]) == {"active": False}
    must_be_refused(app, token)

    app.login()
    token = dict(session.token)
    goodbye = urljoin(session.redirect_uri, "/goodbye")
    assert app.logout(goodbye) == f"{goodbye}?state=x"
    must_be_refused(app, token)

    session.scope = "orders"
    own = session.fetch_token(server["token_endpoint"], grant_type="client_credentials", scope="orders")
    assert own["scope"] == "orders" and "refresh_token" not in own, own
    print(json.dumps({"seen": {"sub": claims["sub"], "email": person["email"], "name": person["name"]}}))


if __name__ == "__main__":
    main()
