"""Properties of an Ollama server: version, models and context sizes."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from app.core.errors import ModelError
from app.generate import failures

SUGGESTED_MODEL = "qwen3:4b"
PROBE_SECONDS = 1.0
_REQUEST_SECONDS = 10.0
# Families that embed and cannot chat, although /api/tags lists "completion" for some of them.
_EMBEDDING_FAMILY = re.compile(r"bert|gte|bge|embed", re.IGNORECASE)

_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # replaced, never bound


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelDescription:
    """A model as /api/show describes it."""

    context_tokens: int | None  # the longest context that the model was trained for
    capabilities: frozenset[str]
    embeds_only: bool


def normalised(address: str) -> str:
    """The URL for an address as in OLLAMA_HOST: a missing scheme, host or port is filled in.

    A wildcard address (0.0.0.0, ::), on which a server listens, becomes the loopback address.
    """
    text = address.strip().rstrip("/")
    has_scheme = "://" in text
    parts = urlsplit(text if has_scheme else f"http://{text}")
    try:
        port = parts.port or (None if has_scheme else 11434)
    except ValueError as error:
        raise ModelError(
            f"{address!r} is not an address.", fix="Set FOREMOST_OLLAMA_URL like http://127.0.0.1:11434"
        ) from error
    host = parts.hostname or ""
    host = _LOOPBACK.get(host, host)
    netloc = f"[{host}]" if ":" in host else host
    if port:
        netloc = f"{netloc}:{port}"
    if user := parts.netloc.rpartition("@")[0]:
        netloc = f"{user}@{netloc}"
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def without_password(url: str) -> str:
    """The URL without user and password, for messages."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class OllamaServer:
    """Requests to one server that use no model time."""

    def __init__(self, url: str) -> None:
        self.url = normalised(url)
        self.shown_url = without_password(self.url)
        # No proxy: the address was configured and is usually this machine.
        self._client = httpx.Client(base_url=self.url, timeout=_REQUEST_SECONDS, trust_env=False)

    def version(self) -> str:
        """The server's version. Raises ModelError unless Ollama answers within a second."""
        return str(self._request("GET", "/api/version", timeout=PROBE_SECONDS).get("version", ""))

    def chat_models(self) -> tuple[str, ...]:
        """Names of the models that can chat, the newest first as the server lists them."""
        listed = self._request("GET", "/api/tags").get("models") or []
        return tuple(str(model["name"]) for model in listed if self._chats(model))

    def digest(self, name: str) -> str:
        """Digest of a model's weights; empty when the server does not say."""
        try:
            listed = self._request("GET", "/api/tags").get("models") or []
        except ModelError:
            return ""
        found = (
            str(model.get("digest", "")) for model in listed if full_name(str(model.get("name", ""))) == full_name(name)
        )
        return next(found, "")

    def show(self, name: str) -> ModelDescription:
        """One model's description. Raises ModelError, which lists the models, when the server does not have it."""
        try:
            description = self._request("POST", "/api/show", json={"model": name})
        except _UnknownModelError:
            raise self.unknown(name) from None
        information = description.get("model_info") or {}
        architecture = str(information.get("general.architecture", ""))
        context = information.get(f"{architecture}.context_length")
        capabilities = frozenset(str(capability) for capability in description.get("capabilities") or ["completion"])
        return ModelDescription(
            context_tokens=int(context) if isinstance(context, int | float) and context > 0 else None,
            capabilities=capabilities,
            embeds_only="completion" not in capabilities or bool(_EMBEDDING_FAMILY.search(architecture)),
        )

    def loaded_context(self, name: str) -> int | None:
        """Context size of the loaded model in tokens; None when it is not loaded, or the server does not report it."""
        for model in self._request("GET", "/api/ps").get("models") or []:
            if full_name(str(model.get("name", ""))) == full_name(name):
                context = model.get("context_length")
                return int(context) if context else None
        return None

    def unknown(self, name: str) -> ModelError:
        """The error for a model that the server does not have."""
        return ModelError(
            f"Ollama at {self.shown_url} has no model {name!r}.", fix=f"Run: ollama pull {name} ({self.choices()})."
        )

    def choices(self) -> str:
        """The server's chat models, for people."""
        names = self.chat_models()
        return f"or set FOREMOST_CHAT_MODEL to one of: {', '.join(names)}" if names else "it has no chat model yet"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _chats(self, model: dict[str, Any]) -> bool:
        details = model.get("details") or {}
        families = [details.get("family") or "", *(details.get("families") or [])]
        if any(_EMBEDDING_FAMILY.search(str(family)) for family in families):
            return False
        capabilities = model.get("capabilities")
        if capabilities is None:  # Servers before 0.30 do not list them here.
            return not self.show(str(model["name"])).embeds_only
        return "completion" in capabilities

    def _request(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **options)
            body = response.json() if response.content else {}
        except httpx.TimeoutException as error:
            raise ModelError(f"Ollama at {self.shown_url} does not answer in time.", fix="Is it overloaded?") from error
        except (httpx.HTTPError, ValueError, OSError) as error:
            raise ModelError(
                f"Ollama does not answer at {self.shown_url}.",
                fix="Start it (ollama serve) or set FOREMOST_OLLAMA_URL.",
            ) from error
        if response.status_code == httpx.codes.OK and isinstance(body, dict):
            return body
        message = str(body.get("error", "")) if isinstance(body, dict) else ""
        if response.status_code == httpx.codes.NOT_FOUND and "not found" in message:
            raise _UnknownModelError(message)
        raise refused(response.status_code, message, where=f"Ollama at {self.shown_url}")


class _UnknownModelError(ModelError):
    """The server does not have the model."""


def refused(status: int, message: str, *, where: str) -> ModelError:
    """The error for an HTTP status other than success."""
    if failures.is_overflow(message):
        return failures.overflow(message)
    if status == httpx.codes.FORBIDDEN:
        return ModelError(
            f"{where} refuses this host name (403).",
            fix="Use http://127.0.0.1:11434 as FOREMOST_OLLAMA_URL, or start the server with OLLAMA_HOST=0.0.0.0.",
        )
    if status == httpx.codes.SERVICE_UNAVAILABLE:
        return ModelError(
            f"{where} is busy: its queue is full.",
            fix="Ask again in a moment, or start it with a larger OLLAMA_MAX_QUEUE.",
        )
    return failures.other(where, f"{message or 'no reason given'} (status {status})")


def full_name(name: str) -> str:
    """A model's name with its tag."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
