# pip install Authlib Flask requests
# ISSUER=https://login.example.com CLIENT_ID=web CLIENT_SECRET=… SECRET_KEY=… flask run --port 3000
import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for
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
def home():
    if "name" not in session:
        return gateway.authorize_redirect(url_for("callback", _external=True))
    return f"Hello, {escape(session['name'])}"


@app.get("/callback")
def callback():
    if "name" not in session:  # else this is a reload, and the code is used up
        tokens = gateway.authorize_access_token()  # tokens["access_token"] is for your services
        session["name"] = tokens["userinfo"]["name"]
    return redirect(url_for("home"))
