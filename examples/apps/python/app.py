# pip install Authlib Flask requests; flask run
import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, url_for
from markupsafe import escape

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
gateway = OAuth(app).register(
    "gateway",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/")
def sign_in():
    return gateway.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    tokens = gateway.authorize_access_token()  # tokens["access_token"] is for your services
    return f"Hello, {escape(tokens['userinfo']['name'])}"
