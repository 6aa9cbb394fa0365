"""django-oauth-toolkit as an OpenID provider for the gateway to sign people in at.

    django_provider.py --port N --client-secret SECRET --redirect-uri URI [--post-logout-redirect-uri URI]

The client is `vestibule`; the person is `ada` with the password `lovelace`. It keeps everything in a directory of its own,
and ends with its standard input. When it listens it prints one line:
{"ready": true, "issuer": "http://127.0.0.1:N/o"}
"""

import argparse
import json
import logging
import pathlib
import sys
import tempfile
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SIGN_IN = """<!DOCTYPE html><title>Sign in</title><form method="post" action="">{% csrf_token %}
<input type="hidden" name="next" value="{{ next }}">{{ form.as_p }}<input type="submit" value="Sign in"></form>"""


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--redirect-uri", action="append", required=True)
    parser.add_argument("--post-logout-redirect-uri", action="append", default=[])
    return parser.parse_args()


def new_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def configure(directory, issuer):
    from django.conf import settings

    loader = ("django.template.loaders.locmem.Loader", {"registration/login.html": SIGN_IN})
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        SECRET_KEY="for these tests only",
        ROOT_URLCONF=__name__,
        LOGIN_URL="/accounts/login/",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": directory / "database"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [loader, "django.template.loaders.app_directories.Loader"],
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": issuer,
            "OIDC_RSA_PRIVATE_KEY": new_key(),
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": True,
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
            "SCOPES": {"openid": "who you are", "profile": "your name", "email": "your address"},
        },
    )


def prepare(arguments):
    """Writes the database, the person and the client."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    User.objects.create_user("ada", "ada@example.com", "lovelace", first_name="Ada", last_name="Lovelace")
    get_application_model().objects.create(
        name="The gateway",
        client_id="vestibule",
        client_secret=arguments.client_secret,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        algorithm="RS256",
        redirect_uris=" ".join(arguments.redirect_uri),
        post_logout_redirect_uris=" ".join(arguments.post_logout_redirect_uri),
        skip_authorization=True,
    )


class Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def main():
    arguments = read_arguments()
    issuer = f"http://127.0.0.1:{arguments.port}/o"
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        configure(pathlib.Path(name), issuer)
        import django

        django.setup()
        from django.contrib.auth.views import LoginView
        from django.core.wsgi import get_wsgi_application
        from django.urls import include, path
        from oauth2_provider import urls
        from oauth2_provider.oauth2_validators import OAuth2Validator

        class Validator(OAuth2Validator):
            oidc_claim_scope = None

            def get_additional_claims(self, request):
                user = request.user
                return {"name": user.get_full_name(), "email": user.email, "email_verified": True}

        globals()["Validator"] = Validator
        globals()["urlpatterns"] = [
            path("o/", include(urls)),
            path("accounts/login/", LoginView.as_view()),
        ]
        prepare(arguments)
        application = get_wsgi_application()
        server = make_server("127.0.0.1", arguments.port, application, Threading, handler_class=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(json.dumps({"ready": True, "issuer": issuer}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
