"""Sign-in at a provider of OpenID Connect: who gets in, who does not, and what a forger is left with."""

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey
from pytest_httpserver import HTTPServer
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.core.errors import SettingsError
from app.core.settings import load_settings
from app.web.doors import USER_IN_SCOPE
from app.web.oidc_provider import Provider
from app.web.oidc_sign_in import OidcSignIn
from app.web.serve import require_closed_doors
from app.web.sign_in import Sessions
from tests.support.oidc import CLIENT, SECRET, TestProvider


class PeopleKnown:
    """A gate with one reader, which writes down what it is told."""

    def __init__(self) -> None:
        self.names = {"cora"}
        self.noted: list[tuple[str, str]] = []
        self.changed = datetime.min.replace(tzinfo=UTC)

    def known(self, name: str) -> bool:
        return name in self.names

    def add_reader(self, name: str) -> None:
        self.names.add(name)

    def may_stay(self, name: str, since: datetime) -> bool:
        return name in self.names and self.changed <= since

    def note(self, actor: str, action: str, *, address: str = "") -> None:
        assert address == "testclient"
        self.noted.append((actor, action))

    def password_fits(self, name: str, password: str) -> bool:
        raise AssertionError(f"{name} has no password, and so not {password!r}")

    def require_admin(self) -> None:
        raise AssertionError("nothing here is for administrators")


@pytest.fixture
def provider(httpserver: HTTPServer) -> TestProvider:
    return TestProvider(httpserver)


@pytest.fixture
def gate() -> PeopleKnown:
    return PeopleKnown()


def page(
    provider: TestProvider, gate: PeopleKnown, *, claim: str = "email", creates: bool = False, root_path: str = ""
) -> TestClient:
    """A page that says who is signed in, behind the sign-in."""

    async def who(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"hello {request.scope[USER_IN_SCOPE]}")

    sessions = Sessions(idle_seconds=60, seconds=600)
    values: dict[str, Any] = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "claim": claim}
    part = Middleware(OidcSignIn, sessions, gate, Provider(**values), creates=creates, root_path=root_path)
    app = Starlette(routes=[Route("/{path:path}", who)], middleware=[part])
    return TestClient(app, base_url="https://page.example", follow_redirects=False)


def sign_in(client: TestClient) -> Any:
    """What the browser gets at the end of the road over the provider."""
    import httpx

    begun = client.get("/oidc/login")
    assert begun.status_code == 303
    back = httpx.get(begun.headers["location"]).headers["location"]
    return client.get(back)


def test_a_user_signs_in_at_the_provider_and_out_here(provider: TestProvider, gate: PeopleKnown) -> None:
    client = page(provider, gate)
    assert client.get("/").headers["location"] == "/oidc/login"
    assert client.get("/gradio_api/info").status_code == 401
    assert client.post("/login", data={"username": "cora", "password": "x"}).status_code == 404

    ended = sign_in(client)
    assert (ended.status_code, ended.headers["location"]) == (303, "/")
    cookie = next(line for line in ended.headers.get_list("set-cookie") if line.startswith("access-token-oidc"))
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Secure"))
    assert client.get("/").text == "hello cora"
    assert client.get("/gradio_api/info").is_success

    assert client.get("/logout").status_code == 405
    out = client.post("/logout").headers["location"]
    assert out == "/oidc/out"  # and not the home page, which would sign in again
    assert '<a href="/oidc/login">' in client.get(out).text
    assert client.get("/gradio_api/info").status_code == 401
    assert gate.noted == [("cora", "signed in"), ("cora", "signed out")]


def test_below_a_path_every_address_has_it(provider: TestProvider, gate: PeopleKnown) -> None:
    client = page(provider, gate, root_path="/docs")
    assert client.get("/").headers["location"] == "/docs/oidc/login"
    begun = client.get("/oidc/login")
    sent = parse_qs(urlsplit(begun.headers["location"]).query)
    assert sent["redirect_uri"] == ["https://page.example/docs/oidc/callback"]
    assert "Path=/docs/" in begun.headers["set-cookie"]


def test_a_session_ends_with_its_user(
    provider: TestProvider, gate: PeopleKnown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.sign_in._LOOK_SECONDS", 0.0)
    client = page(provider, gate)
    sign_in(client)
    assert client.get("/").text == "hello cora"
    gate.names.clear()
    assert client.get("/").headers["location"] == "/oidc/login"


def test_who_is_no_user_is_refused_or_becomes_a_reader(provider: TestProvider, gate: PeopleKnown) -> None:
    provider.person["email"] = "eve"
    refused = sign_in(page(provider, gate))
    assert (refused.status_code, "eve is no user" in refused.text) == (403, True)
    assert gate.noted == [("eve", "failed to sign in")]

    client = page(provider, gate, creates=True)
    assert sign_in(client).status_code == 303
    assert client.get("/").text == "hello eve"


def test_an_address_must_be_verified_and_the_claim_must_be_there(provider: TestProvider, gate: PeopleKnown) -> None:
    provider.person["email_verified"] = False
    assert "not verified" in sign_in(page(provider, gate)).text
    assert "does not say the nickname" in sign_in(page(provider, gate, claim="nickname")).text
    client = page(provider, gate, claim="nickname")
    provider.person["nickname"] = "cora"
    sign_in(client)
    assert client.get("/").text == "hello cora"


@pytest.mark.parametrize(
    "falsified",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"aud": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
    ],
)
def test_a_statement_that_is_not_for_this_sign_in_proves_nothing(
    provider: TestProvider, gate: PeopleKnown, falsified: dict[str, Any]
) -> None:
    provider.falsified = falsified
    refused = sign_in(page(provider, gate))
    assert (refused.status_code, "no proof" in refused.text) == (403, True)


def test_a_statement_signed_by_others_proves_nothing(provider: TestProvider, gate: PeopleKnown) -> None:
    provider.signed_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert sign_in(page(provider, gate)).status_code == 403
    provider.algorithm, provider.signed_with = "HS256", OctKey.import_key(SECRET * 8)
    assert sign_in(page(provider, gate)).status_code == 403


@pytest.fixture
def begun(provider: TestProvider, gate: PeopleKnown) -> tuple[TestClient, str]:
    """A browser that has begun, and the address to which the provider sends it back."""
    import httpx

    client = page(provider, gate)
    return client, httpx.get(client.get("/oidc/login").headers["location"]).headers["location"]


def test_a_sign_in_ends_in_the_browser_that_began_it_once(begun: tuple[TestClient, str]) -> None:
    client, back = begun
    other = TestClient(client.app, base_url="https://page.example", follow_redirects=False)
    assert other.get(back).status_code == 400  # a link that a forger sends
    assert client.get("/oidc/callback?code=code-0&state=guessed").status_code == 400
    assert client.get("/oidc/callback").status_code == 400
    assert client.get(back).status_code == 400  # the forger's attempt has used it up
    assert sign_in(client).status_code == 303


def test_a_provider_that_is_away_or_another_is_an_error_with_a_fix(gate: PeopleKnown, provider: TestProvider) -> None:
    provider.issuer += "/"  # what it says; what is configured has no such end
    client = page(provider, gate)
    client_of_other = page(provider, gate)
    provider.issuer = provider.issuer.rstrip("/") + "/other"
    assert client.get("/oidc/login").status_code == 502
    assert "issuer" in client_of_other.get("/oidc/login").text


def test_settings_that_would_not_keep_people_apart_are_refused() -> None:
    with pytest.raises(SettingsError, match="there are no users"):
        require_closed_doors(load_settings(oidc_issuer="https://id.example", oidc_client_id="x"))
    for changes in ({}, {"oidc_client_id": "x", "user_header": "X-User"}):
        with pytest.raises(SettingsError, match="needs FOREMOST_OIDC_CLIENT_ID"):
            require_closed_doors(load_settings(oidc_issuer="https://id.example", **changes), users=True)
    with pytest.raises(SettingsError, match="https"):
        Provider(issuer="http://id.example", client_id="x", client_secret="", claim="email")
