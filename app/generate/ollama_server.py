"""What an Ollama server says about itself: an address goes in; version, models and context sizes come out."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from app.core.errors import ModelError
from app.generate import failures

SUGGESTED_MODEL = "qwen3:4b"
PROBE_SECONDS = 1.0
_ASK_SECONDS = 10.0
# Families that embed and cannot chat; /api/tags lists "completion" for some of them all the same.
_EMBEDDING_FAMILY = re.compile(r"bert|gte|bge|embed", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A model as /api/show describes it."""

    context_tokens: int | None  # the most the model was trained for
    capabilities: frozenset[str]
    embeds_only: bool


def normalised(address: str) -> str:
    """An address as people write OLLAMA_HOST, made a URL: a missing scheme, host or port is filled in.

    A wildcard address (0.0.0.0, ::) is where a server listens; it is asked at the loopback address.
    """
    text = address.strip().rstrip("/")
    has_scheme = "://" in text
    parts = urlsplit(text if has_scheme else f"http://{text}")
    try:
        port = parts.port or (None if has_scheme else 11434)
    except ValueError as error:
        raise ModelError(
            f"{address!r} is not an address. Set FOREMOST_OLLAMA_URL like http://127.0.0.1:11434"
        ) from error
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(parts.hostname or "", parts.hostname or "")  # noqa: S104  # replaced, never bound
    user = parts.netloc.rpartition("@")[0]
    netloc = (f"{user}@" if user else "") + (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class OllamaServer:
    """Questions to one server that cost no model time."""

    def __init__(self, url: str) -> None:
        self.url = normalised(url)
        self.shown_url = without_password(self.url)
        # No proxy: the address is one the person chose, mostly this machine.
        self._client = httpx.Client(base_url=self.url, timeout=_ASK_SECONDS, trust_env=False)

    def version(self) -> str:
        """The server's version. Raises ModelError when nothing that speaks Ollama answers within a second."""
        return str(self._get("GET", "/api/version", timeout=PROBE_SECONDS).get("version", ""))

    def chat_models(self) -> tuple[str, ...]:
        """Names of the models that can chat, the newest first as the server lists them."""
        listed = self._get("GET", "/api/tags").get("models") or []
        return tuple(str(model["name"]) for model in listed if self._chats(model))

    def show(self, name: str) -> Shown:
        """One model's description. Raises ModelError, naming what there is, when the server does not have it."""
        try:
            found = self._get("POST", "/api/show", json={"model": name})
        except _UnknownModelError:
            raise self.unknown(name) from None
        information = found.get("model_info") or {}
        architecture = str(information.get("general.architecture", ""))
        context = information.get(f"{architecture}.context_length")
        capabilities = frozenset(str(capability) for capability in found.get("capabilities") or ["completion"])
        return Shown(
            context_tokens=int(context) if isinstance(context, int | float) and context > 0 else None,
            capabilities=capabilities,
            embeds_only="completion" not in capabilities or bool(_EMBEDDING_FAMILY.search(architecture)),
        )

    def loaded_context(self, name: str) -> int | None:
        """Tokens of context the model is loaded with, None when it is not loaded or the server does not say."""
        for model in self._get("GET", "/api/ps").get("models") or []:
            if _full(str(model.get("name", ""))) == _full(name):
                context = model.get("context_length")
                return int(context) if context else None
        return None

    def unknown(self, name: str) -> ModelError:
        """The error for a model that the server does not have."""
        return ModelError(
            f"Ollama at {self.shown_url} has no model {name!r}. Run: ollama pull {name} ({self.choices()})."
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
        if capabilities is None:  # servers before 0.30 do not list them here
            return not self.show(str(model["name"])).embeds_only
        return "completion" in capabilities

    def _get(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **options)
            body = response.json() if response.content else {}
        except httpx.TimeoutException as error:
            raise ModelError(f"Ollama at {self.shown_url} does not answer in time. Is it overloaded?") from error
        except (httpx.HTTPError, ValueError, OSError) as error:
            raise ModelError(
                f"Ollama does not answer at {self.shown_url}. Start it (ollama serve) or set FOREMOST_OLLAMA_URL."
            ) from error
        if response.status_code == httpx.codes.OK and isinstance(body, dict):
            return body
        said = str(body.get("error", "")) if isinstance(body, dict) else ""
        if response.status_code == httpx.codes.NOT_FOUND and "not found" in said:
            raise _UnknownModelError(said)
        raise refused(response.status_code, said, where=f"Ollama at {self.shown_url}")


class _UnknownModelError(ModelError):
    """The server does not have the model."""


def refused(status: int, said: str, *, where: str) -> ModelError:
    """The error for a status that is not success."""
    if failures.is_overflow(said):
        return failures.overflow(said)
    if status == httpx.codes.FORBIDDEN:
        return ModelError(
            f"{where} refuses this host name (403). Use http://127.0.0.1:11434 as FOREMOST_OLLAMA_URL, "
            "or start the server with OLLAMA_HOST=0.0.0.0."
        )
    if status == httpx.codes.SERVICE_UNAVAILABLE:
        return ModelError(
            f"{where} is busy: its queue is full. Ask again in a moment, or start it with a larger OLLAMA_MAX_QUEUE."
        )
    return failures.said_by(where, f"{said or 'no reason given'} (status {status})")


def _full(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
