"""A provider of OpenID Connect: where people sign in, and the proof of who they are."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from app.core.errors import AppError, SettingsError, reason
from app.web.doors import is_loopback

_SECONDS = 10.0  # for one request to the provider
_LEEWAY_SECONDS = 60  # by which clocks may differ
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")  # none shared
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_FIX = "Sign in again. If that does not help, the server's log says more."


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A sign-in that has been sent to the provider."""

    url: str  # of the provider's page
    state: str  # which the provider sends back with the browser
    nonce: str  # which the provider signs
    verifier: str  # whose hash the provider knows (PKCE)
    back: str  # address of ours to which the provider sends the browser


class Provider:
    """The configured provider. It is asked for its addresses once, and for its keys at every sign-in."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str, claim: str) -> None:
        """claim: the statement about a person that is the name of a user. Raises SettingsError."""
        self._issuer = issuer
        self._id, self._secret, self._claim = client_id, client_secret, claim
        self._known: Mapping[str, Any] = {}
        if not _is_private(issuer):
            raise SettingsError("FOREMOST_OIDC_ISSUER must begin with https://.", fix="Write the provider's issuer.")

    async def begin(self, back: str) -> Begun:
        """Where to send a browser that signs in. Raises AppError when the provider is away."""
        known = await self._metadata()
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        async with self._client(back) as client:
            url, state = client.create_authorization_url(
                known["authorization_endpoint"], state=secrets.token_urlsafe(32), nonce=nonce, code_verifier=verifier
            )
        return Begun(url=url, state=state, nonce=nonce, verifier=verifier, back=back)

    async def finish(self, begun: Begun, code: str) -> str:
        """The name of who signed in, from a signed statement. Raises AppError when it proves nothing."""
        known = await self._metadata()
        try:
            async with self._client(begun.back) as client:
                token = await client.fetch_token(known["token_endpoint"], code=code, code_verifier=begun.verifier)
            claims = self._checked(token, await _json(known["jwks_uri"]), begun)
        except (AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise AppError(
                f"The provider's answer is no proof of who signed in ({reason(error)}).", fix=_FIX
            ) from error
        return self._name_in(claims)

    def _checked(self, token: Mapping[str, Any], keys: Any, begun: Begun) -> Mapping[str, Any]:
        """The statements of a token of this provider, for us, for this sign-in."""
        registry = JWSRegistry(algorithms=list(_ALGORITHMS), strict_check_header=False)  # some add headers of their own
        decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys), registry=registry)
        expected = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._id},
        }
        params = {"nonce": begun.nonce, "client_id": self._id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, expected, params)
        claims.validate(leeway=_LEEWAY_SECONDS)
        return dict(claims)

    def _name_in(self, claims: Mapping[str, Any]) -> str:
        name = claims.get(self._claim)
        if not isinstance(name, str) or not name.strip():
            raise AppError(
                f"The provider does not say the {self._claim} of who signed in.",
                fix="FOREMOST_OIDC_CLAIM names what it says of everybody.",
            )
        if self._claim == "email" and claims.get("email_verified") is not True:  # or anybody takes anybody's
            raise AppError("The provider has not verified this address.", fix="Verify it there.")
        return name.strip()

    def _client(self, back: str) -> AsyncOAuth2Client:
        scope = "openid email profile"
        return AsyncOAuth2Client(
            client_id=self._id, client_secret=self._secret, scope=scope, redirect_uri=back,
            code_challenge_method="S256", timeout=_SECONDS, trust_env=False,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
        )  # fmt: skip

    async def _metadata(self) -> Mapping[str, Any]:
        """The provider's addresses, of the issuer that was configured and no other."""
        if not self._known:
            try:
                said = await _json(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                right = said["issuer"] == self._issuer and all(_is_private(said[name]) for name in _ENDPOINTS)
            except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
                raise AppError(f"The provider of sign-ins does not answer ({reason(error)}).", fix=_FIX) from error
            if not right:
                raise AppError(
                    "The provider names another issuer, or addresses without https.",
                    fix="Set FOREMOST_OIDC_ISSUER to the issuer as the provider spells it.",
                )
            self._known = said
        return self._known


async def _json(url: str) -> Any:
    async with httpx2.AsyncClient(timeout=_SECONDS, trust_env=False) as client, asyncio.timeout(_SECONDS):
        response = await client.get(url)
        response.raise_for_status()
        return response.json()


def _is_private(url: str) -> bool:
    """Whether nobody between us and this address can listen or answer."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
