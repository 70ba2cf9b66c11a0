"""Properties of an OpenAI-compatible server: models, context size and token counts."""

from collections.abc import Sequence
from typing import Any

import httpx

from app.core.domain import Message
from app.core.errors import ModelError
from app.generate import failures
from app.generate.base import client_options

_REQUEST_SECONDS = 10.0


class OpenAIServer:
    """Requests to one server that use no model time.

    llama-server and vLLM report their context size, count a prompt exactly and refuse one that does not fit. None of
    that is assumed of any other server.
    """

    def __init__(self, url: str, api_key: str, *, shown: str = "") -> None:
        self.url = url.strip().rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise ModelError(f"FOREMOST_OPENAI_URL is {url!r}.", fix="Write it like http://127.0.0.1:8000/v1")
        self.shown = shown or f"The model server at {self.url}"
        self._root = self.url.removesuffix("/v1")
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers, **client_options(self.url, _REQUEST_SECONDS))
        self._listed = self._models()
        self._properties = self._optional("/props")

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that the server lists."""
        return tuple(str(model["id"]) for model in self._listed)

    @property
    def is_llama_server(self) -> bool:
        """Whether the server is llama.cpp's."""
        return "default_generation_settings" in self._properties

    def is_vllm(self, model: str) -> bool:
        """Whether vLLM serves the model."""
        return isinstance(self._description(model).get("max_model_len"), int)

    def context_tokens(self, model: str) -> int | None:
        """Context size for one request in tokens; None when the server does not report it."""
        if self.is_llama_server:
            served = self._properties["default_generation_settings"].get("n_ctx")
            trained = (self._description(model).get("meta") or {}).get("n_ctx_train")
            sizes = [size for size in (served, trained) if isinstance(size, int) and size > 0]
            return min(sizes, default=None)
        length = self._description(model).get("max_model_len")
        return length if isinstance(length, int) else None

    def count(self, model: str, messages: Sequence[Message]) -> int | None:
        """Tokens of the rendered prompt by the server's tokenizer; None when it has no such request."""
        prompt = [{"role": message.role, "content": message.content} for message in messages]
        if self.is_llama_server:
            rendered = self._post("/apply-template", {"messages": prompt})["prompt"]
            content = {"content": rendered, "add_special": True, "parse_special": True}
            return len(self._post("/tokenize", content)["tokens"])
        if self.is_vllm(model):
            return int(self._post("/tokenize", {"model": model, "messages": prompt})["count"])
        return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _description(self, model: str) -> dict[str, Any]:
        return next((listed for listed in self._listed if listed["id"] == model), {})

    def _models(self) -> list[dict[str, Any]]:
        response = self._request("GET", f"{self.url}/models")
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise ModelError(f"{self.shown} refuses the key.", fix="Set FOREMOST_OPENAI_API_KEY.")
        if response.status_code != httpx.codes.OK:
            return []  # Some servers do not list their models. The setting must name one then.
        listed = _json(response).get("data")
        return [model for model in listed if "id" in model] if isinstance(listed, list) else []

    def _optional(self, path: str) -> dict[str, Any]:
        response = self._request("GET", self._root + path)
        return _json(response) if response.status_code == httpx.codes.OK else {}

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self._request("POST", self._root + path, json=body)
        if response.status_code != httpx.codes.OK:
            raise failures.other(self.shown, f"{path} answered {response.status_code} {response.text}")
        return _json(response)

    def _request(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            return self._client.request(method, url, **options)
        except httpx.TimeoutException as error:
            raise ModelError(f"{self.shown} does not answer in time.", fix="Is it overloaded?") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ModelError(f"{self.shown} does not answer.", fix="Start it or set FOREMOST_OPENAI_URL.") from error


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
