r"""Signs a user in at a provider of OAuth 1.0a with requests-oauthlib, as any client would (RFC 5849).

    echo '{"origin": ..., "method": ..., "client_id": ..., "client_secret": ..., "private_key": ..., "me": ...}' \
        | python oauth1.py

Prints what the provider's API says and exits 0; says why not and exits 1 where the provider refuses.
"""

import json
import sys

import requests
from requests_oauthlib import OAuth1Session
from requests_oauthlib.oauth1_session import TokenRequestDenied


def sign_in(at: dict) -> dict:
    session = OAuth1Session(
        at["client_id"],
        client_secret=at["client_secret"],
        rsa_key=at["private_key"] or None,
        signature_method=at["method"],
        callback_uri="http://client.example/back?state=a%2Bb c&x=%C3%A9",
    )
    session.fetch_request_token(at["origin"] + "/oauth/request_token")
    url = session.authorization_url(at["origin"] + "/oauth/authorize")
    back = requests.get(url, allow_redirects=False, timeout=5).headers["location"]
    session.parse_authorization_response(back)
    session.fetch_access_token(at["origin"] + "/oauth/access_token")
    answer = session.get(at["origin"] + at["me"], timeout=5)
    if answer.status_code != 200:
        raise TokenRequestDenied(answer.text, answer)
    return answer.json()


def main() -> int:
    try:
        print(json.dumps(sign_in(json.load(sys.stdin))))
    except TokenRequestDenied as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
