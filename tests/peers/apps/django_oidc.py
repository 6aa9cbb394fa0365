"""A Django project with mozilla-django-oidc, whose settings are those of docs/apps/django.md.

    ISSUER=… SHOP_SECRET=… RECIPE=… python django_oidc.py PORT FOLDER

FOLDER is for its database.
"""

import os
import sys
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import jwt
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import include, path

port, folder = sys.argv[1:]
recipe = {"os": os}
exec(os.environ["RECIPE"], recipe)
settings.configure(
    **{name: value for name, value in recipe.items() if name.isupper()},
    ALLOWED_HOSTS=["127.0.0.1"],
    ALLOW_LOGOUT_GET_METHOD=True,
    AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(folder, "db.sqlite3")}},
    DEBUG_PROPAGATE_EXCEPTIONS=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "mozilla_django_oidc"],
    LOGIN_REDIRECT_URL="/",
    LOGIN_REDIRECT_URL_FAILURE="/failed",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "mozilla_django_oidc.middleware.SessionRefresh",
    ],
    OIDC_OP_LOGOUT_URL_METHOD="__main__.logout_url",
    ROOT_URLCONF=__name__,
    SECRET_KEY="of no importance",
    SESSION_COOKIE_NAME="django",
)
django.setup()
call_command("migrate", verbosity=0)


def logout_url(request) -> str:
    back = f"http://127.0.0.1:{port}/signed-out"
    hint = {"id_token_hint": request.session["oidc_id_token"], "post_logout_redirect_uri": back}
    return f"{os.environ['ISSUER']}/logout?{urlencode(hint)}"


def home(request):
    if not request.user.is_authenticated:
        return HttpResponseRedirect("/oidc/authenticate/?next=/")
    token = request.session["oidc_id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    return JsonResponse({"sub": claims["sub"], "name": claims["name"], "email": request.user.email, "token": token})


def refresh(request):
    """Lets the middleware ask the gateway whether the person is still signed in, with `prompt=none`."""
    request.session["oidc_id_token_expiration"] = 0
    return HttpResponseRedirect("/")


urlpatterns = [
    path("", home),
    path("refresh", refresh),
    path("logout", lambda request: HttpResponseRedirect("/oidc/logout/")),
    path("failed", lambda request: HttpResponse("failed", status=500)),
    path("signed-out", lambda request: HttpResponse("Goodbye")),
    path("oidc/", include("mozilla_django_oidc.urls")),
]


class Quiet(WSGIRequestHandler):
    timeout = 60


if __name__ == "__main__":
    make_server("127.0.0.1", int(port), get_wsgi_application(), handler_class=Quiet).serve_forever()
