"""A small provider of OpenID Connect for tests: one person, one key, codes that work once."""

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

CLIENT, SECRET = "foremost", "between us"


class TestProvider:
    """Signs in whom `person` describes, without a question. What it says can be falsified for a test."""

    __test__ = False

    def __init__(self, server: HTTPServer) -> None:
        self.issuer = server.url_for("").rstrip("/")
        self.person: dict[str, Any] = {"sub": "1", "email": "cora", "email_verified": True}
        self.falsified: dict[str, Any] = {}  # claims in place of the right ones; None: left out
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signed_with: Any = self.key
        self.algorithm = "RS256"
        self._codes: dict[str, Mapping[str, str]] = {}
        server.expect_request("/.well-known/openid-configuration").respond_with_handler(self._configuration)
        server.expect_request("/authorize").respond_with_handler(self._authorize)
        server.expect_request("/token", method="POST").respond_with_handler(self._token)
        server.expect_request("/keys").respond_with_handler(
            lambda _: _as_json({"keys": [self.key.as_dict(private=False)]})
        )

    def _configuration(self, _: Request) -> Response:
        addresses = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return _as_json({"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in addresses.items()})

    def _authorize(self, request: Request) -> Response:
        asked = request.args.to_dict()
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return Response(status=302, headers={"location": f"{asked['redirect_uri']}?{back}"})

    def _token(self, request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()}
        asked = self._codes.pop(sent.get("code", ""), None)
        login = request.authorization
        known = login is not None and (login.username, login.password) == (CLIENT, SECRET)
        if asked is None or not known or _hashed(sent["code_verifier"]) != asked["code_challenge"]:
            return _as_json({"error": "invalid_grant"}, status=400)
        assert sent["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims |= self.person | self.falsified
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        signed = jwt.encode(header, claims, self.signed_with, registry=JWSRegistry(algorithms=[self.algorithm]))
        return _as_json({"access_token": "unused", "token_type": "Bearer", "id_token": signed})


def _hashed(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _as_json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, content_type="application/json")
