"""Debian's glewlwyd as an OpenID provider for the gateway to sign people in at.

    glewlwyd.py --root DIRECTORY --port N --client-secret SECRET --redirect-uri URI [--post-logout-redirect-uri URI]
                [--backchannel-logout-uri URI]

DIRECTORY is where the package was unpacked to. The client is `vestibule`; the person is `ada` with the password
`lovelace`. It keeps everything in a directory of its own, and ends with its standard input. When it listens it prints one
line: {"ready": true, "issuer": "http://127.0.0.1:N/api/oidc"}
"""

import argparse
import gzip
import http.cookiejar
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

CONFIGURATION = """
port = {port}
external_url = "http://127.0.0.1:{port}"
login_url = "login.html"
api_prefix = "api"
static_files_path = "{root}/usr/share/glewlwyd/webapp/"
log_mode = "file"
log_level = "INFO"
log_file = "{directory}/log"
cookie_domain = "127.0.0.1"
cookie_secure = 0
session_expiration = 2419200
session_key = "GLEWLWYD2_SESSION_ID"
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "{root}/usr/lib/glewlwyd/user"
user_middleware_module_path = "{root}/usr/lib/glewlwyd/user_middleware"
client_module_path = "{root}/usr/lib/glewlwyd/client"
user_auth_scheme_module_path = "{root}/usr/lib/glewlwyd/scheme"
plugin_module_path = "{root}/usr/lib/glewlwyd/plugin"
hash_algorithm = "SHA512"
database = {{ type = "sqlite3" path = "{directory}/database" }};
"""


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--redirect-uri", action="append", required=True)
    parser.add_argument("--post-logout-redirect-uri", action="append", default=[])
    parser.add_argument("--backchannel-logout-uri")
    return parser.parse_args()


def prepare(directory, root, port):
    """Writes the configuration and the database that the package brings."""
    script = gzip.open(f"{root}/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz", "rt").read()
    database = sqlite3.connect(directory / "database")
    database.executescript(script)
    # The package's own list of what a client may have lacks one thing that its OpenID Connect plugin looks for.
    [known] = database.execute("SELECT gcmi_parameters FROM g_client_module_instance").fetchone()
    known = json.loads(known)
    known["data-format"]["post_logout_redirect_uris"] = {"multiple": True, "read": True, "write": True}
    database.execute("UPDATE g_client_module_instance SET gcmi_parameters = ?", [json.dumps(known)])
    database.commit()
    database.close()
    path = directory / "glewlwyd.conf"
    path.write_text(CONFIGURATION.format(root=root, port=port, directory=directory))
    return path


class Administration:
    """The administration API, as `admin`."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}/api"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def ask(self, method, path, body):
        request = urllib.request.Request(f"{self.base}{path}", json.dumps(body).encode(), method=method)
        request.add_header("Content-Type", "application/json")
        try:
            self.opener.open(request, timeout=10).read()
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")

    def sign_in(self):
        deadline = time.monotonic() + 20
        while True:
            try:
                return self.ask("POST", "/auth/", {"username": "admin", "password": "password"})
            except OSError:
                if time.monotonic() > deadline:
                    sys.exit("glewlwyd does not answer")
                time.sleep(0.02)


def key_pair():
    """An RSA key as PEM, and its public half."""
    run = lambda *command, given=None: subprocess.run(command, input=given, capture_output=True, check=True).stdout
    private = run("openssl", "genrsa", "2048")
    public = run("openssl", "rsa", "-pubout", given=private)
    return private.decode(), public.decode()


def configure(administration, arguments):
    private, public = key_pair()
    administration.sign_in()
    administration.ask("POST", "/mod/plugin/", {
        "module": "oidc",
        "name": "oidc",
        "display_name": "OpenID Connect",
        "parameters": {
            "iss": f"http://127.0.0.1:{arguments.port}/api/oidc",
            "jwt-type": "rsa",
            "jwt-key-size": "256",
            "key": private,
            "cert": public,
            "access-token-duration": 3600,
            "refresh-token-duration": 1209600,
            "code-duration": 600,
            "refresh-token-rolling": True,
            "allow-non-oidc": False,
            "auth-type-code-enabled": True,
            "auth-type-token-enabled": False,
            "auth-type-id-token-enabled": True,
            "auth-type-password-enabled": False,
            "auth-type-client-enabled": False,
            "auth-type-device-enabled": False,
            "auth-type-refresh-enabled": True,
            "pkce-allowed": True,
            "pkce-method-plain-allowed": False,
            "subject-type": "public",
            "name-claim": "mandatory",
            "name-claim-scope": ["openid"],
            "email-claim": "mandatory",
            "email-claim-scope": ["openid"],
            "scope-claim": "no",
            "jwks-show": True,
            "session-management-allowed": True,
            "session-cookie-name": "GLEWLWYD2_OIDC_SID",
            "session-cookie-expiration": 2419200,
            "front-channel-logout-allowed": False,
            "back-channel-logout-allowed": True,
        },
    })
    client = {
        "client_id": "vestibule",
        "name": "The gateway",
        "confidential": True,
        "password": arguments.client_secret,
        "redirect_uri": arguments.redirect_uri,
        "post_logout_redirect_uris": arguments.post_logout_redirect_uri,
        "authorization_type": ["code", "refresh_token"],
        "token_endpoint_auth_method": ["client_secret_basic"],
        "scope": [],
        "enabled": True,
    }
    if arguments.backchannel_logout_uri:
        client["backchannel_logout_uri"] = arguments.backchannel_logout_uri
        client["backchannel_logout_session_required"] = "true"
    administration.ask("POST", "/client/?source=database", client)
    administration.ask("POST", "/user/?source=database", {
        "username": "ada",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "password": "lovelace",
        "scope": ["openid", "g_profile"],
        "enabled": True,
    })


def main():
    arguments = read_arguments()
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        configuration = prepare(directory, arguments.root, arguments.port)
        command = [f"{arguments.root}/usr/bin/glewlwyd", "--config-file", str(configuration)]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            configure(Administration(arguments.port), arguments)
            ready = {"ready": True, "issuer": f"http://127.0.0.1:{arguments.port}/api/oidc"}
            print(json.dumps(ready, separators=(",", ":")), flush=True)
            sys.stdin.read()
        finally:
            child.terminate()
            child.wait()


main()
