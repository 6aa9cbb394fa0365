"""A Django service that authenticates requests by djangorestframework-simplejwt, with settings of docs/verifying.md.

    python simplejwt.py < {"settings": PYTHON, "tokens": [TOKEN, …]}

Prints for each token {"sub": …} of the accepted user, or {"refused": …}.
"""

import json
import sys

import django
from django.conf import settings

asked = json.load(sys.stdin)
configured = {}
exec(asked["settings"], configured)
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"],
    SECRET_KEY="of no importance, since this service signs nothing",
    SIMPLE_JWT=configured["SIMPLE_JWT"],
)
django.setup()

from rest_framework.exceptions import APIException
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView
from rest_framework_simplejwt.authentication import JWTStatelessUserAuthentication


class Orders(APIView):
    authentication_classes = [JWTStatelessUserAuthentication]
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"sub": request.user.id})

    def handle_exception(self, exc):
        if not isinstance(exc, APIException):
            raise exc
        return Response({"refused": str(exc.detail)}, status=exc.status_code)


def outcome(token: str) -> dict:
    request = APIRequestFactory().get("/orders", headers={"authorization": f"Bearer {token}"})
    return Orders.as_view()(request).data


print(json.dumps([outcome(token) for token in asked["tokens"]]))
