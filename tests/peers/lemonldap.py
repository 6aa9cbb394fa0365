"""Debian's LemonLDAP::NG as an OpenID provider for the gateway to sign people in at.

    lemonldap.py --root DIRECTORY --port N --client-secret SECRET --redirect-uri URI [--post-logout-redirect-uri URI]

DIRECTORY is where the packages were unpacked to (`scripts/try-lemonldap`). The client is `vestibule`; the person is `dwho` with
the password `dwho`, of its demonstration backend. It keeps everything in a directory of its own, and ends with its standard
input. When it listens it prints one line: {"ready": true, "issuer": "http://127.0.0.1:N"}
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

SETTINGS = """[all]
logLevel = error
[configuration]
type = File
dirName = {directory}/conf
[portal]
staticPrefix = /static
templateDir = {root}/usr/share/lemonldap-ng/portal/templates
languages = en
"""
APPLICATION = """use Lemonldap::NG::Portal::Main;
Lemonldap::NG::Portal::Main->run({});
"""
# The default one needs ImageMagick, although no form has one here.
NO_CAPTCHA = """package NoCaptcha;
use Mouse;
extends 'Lemonldap::NG::Portal::Main::Plugin';
sub init { 1 }
1;
"""


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--redirect-uri", action="append", required=True)
    parser.add_argument("--post-logout-redirect-uri", action="append", default=[])
    return parser.parse_args()


def key_pair():
    """An RSA key as PEM, and its public half."""
    run = lambda *command, given=None: subprocess.run(command, input=given, capture_output=True, check=True).stdout
    private = run("openssl", "genrsa", "2048")
    public = run("openssl", "rsa", "-pubout", given=private)
    return private.decode(), public.decode()


def configuration(arguments, directory, issuer):
    private, public = key_pair()
    storage = {"Directory": f"{directory}/sessions", "LockDirectory": f"{directory}/locks"}
    storage["generateModule"] = "Lemonldap::NG::Common::Apache::Session::Generate::SHA256"
    options = {
        "oidcRPMetaDataOptionsClientID": "vestibule",
        "oidcRPMetaDataOptionsClientSecret": arguments.client_secret,
        "oidcRPMetaDataOptionsIDTokenSignAlg": "RS256",
        "oidcRPMetaDataOptionsIDTokenForceClaims": 1,
        "oidcRPMetaDataOptionsBypassConsent": 1,
        "oidcRPMetaDataOptionsUserIDAttr": "uid",
        "oidcRPMetaDataOptionsRedirectUris": " ".join(arguments.redirect_uri),
        "oidcRPMetaDataOptionsPostLogoutRedirectUris": " ".join(arguments.post_logout_redirect_uri),
    }
    return {
        "cfgNum": 1,
        "cfgAuthor": "these tests",
        "cfgAuthorIP": "127.0.0.1",
        "cfgDate": int(time.time()),
        "cfgVersion": "2.16.1",
        "portal": f"{issuer}/",
        "domain": "127.0.0.1",
        "securedCookie": 0,
        "authentication": "Demo",
        "userDB": "Same",
        "demoExportedVars": {"cn": "cn", "mail": "mail", "uid": "uid"},
        "globalStorage": "Apache::Session::File",
        "globalStorageOptions": storage,
        "persistentStorage": "Apache::Session::File",
        "persistentStorageOptions": storage,
        "key": "for these tests only",
        "locationRules": {"127.0.0.1": {"default": "accept"}},
        "exportedHeaders": {},
        "captcha": "NoCaptcha",
        "exportedVars": {},
        "issuerDBOpenIDConnectActivation": 1,
        "oidcServiceMetaDataIssuer": issuer,
        "oidcServiceAllowAuthorizationCodeFlow": 1,
        "oidcServicePrivateKeySig": private,
        "oidcServicePublicKeySig": public,
        "oidcServiceKeyIdSig": "one",
        "oidcRPMetaDataOptions": {"gw": options},
        "oidcRPMetaDataExportedVars": {"gw": {"email": "mail", "name": "cn"}},
    }


def start(arguments, directory, issuer):
    for name in ["conf", "sessions", "locks", "cache"]:
        (directory / name).mkdir()
    written = configuration(arguments, directory, issuer)
    (directory / "conf" / "lmConf-1.json").write_text(json.dumps(written))
    (directory / "settings.ini").write_text(SETTINGS.format(directory=directory, root=arguments.root))
    (directory / "app.psgi").write_text(APPLICATION)
    (directory / "NoCaptcha.pm").write_text(NO_CAPTCHA)
    libraries = [str(directory), f"{arguments.root}/usr/share/perl5"]
    libraries += [str(path) for path in pathlib.Path(arguments.root).glob("usr/lib/*/perl5/*")]
    environment = {**os.environ, "PERL5LIB": ":".join(libraries), "LLNG_DEFAULTCONFFILE": f"{directory}/settings.ini"}
    command = ["perl", f"{arguments.root}/usr/bin/plackup", "--no-default-middleware", "--host", "127.0.0.1"]
    command += ["--port", str(arguments.port), str(directory / "app.psgi")]
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def wait(issuer):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while True:
        try:
            return opener.open(f"{issuer}/.well-known/openid-configuration", timeout=10).read()
        except OSError:
            if time.monotonic() > deadline:
                sys.exit("LemonLDAP::NG does not answer")
            time.sleep(0.1)


def main():
    arguments = read_arguments()
    issuer = f"http://127.0.0.1:{arguments.port}"
    with tempfile.TemporaryDirectory() as name:
        child = start(arguments, pathlib.Path(name), issuer)
        try:
            wait(issuer)
            print(json.dumps({"ready": True, "issuer": issuer}), flush=True)
            sys.stdin.read()
        finally:
            child.terminate()
            child.wait()


main()
