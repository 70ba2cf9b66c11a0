"""The chat models that the configured server offers: their names now, and each opened when a chat first asks it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from app.core.chat import ChatModel
from app.core.errors import ModelError


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """The model for a question."""

    model: ChatModel
    notices: tuple[str, ...] = ()  # for people: another one answers, or its context is small


class OfferedModels:
    """The configured model and the others of its server. One object serves many people at once."""

    def __init__(
        self,
        configured: ChatModel,
        *,
        names: Callable[[], Sequence[str]],
        open_model: Callable[[str], tuple[ChatModel, Sequence[str]]],
    ) -> None:
        """names: asks the server, raises ModelError. open_model: the model of a name with notices about it."""
        self.configured = configured
        self._names = names
        self._open_model = open_model
        self._opened: dict[str, Chosen] = {}
        self._lock = Lock()

    def names(self) -> tuple[str, ...]:
        """Names of the models that the server offers now, the configured one among them. Raises ModelError."""
        return tuple(dict.fromkeys((self.configured.info.name, *self._names())))

    def choose(self, name: str) -> Chosen:
        """The model of that name; the configured one for an empty name, and with a notice for one that is gone."""
        configured = self.configured.info.name
        if name in ("", configured):
            return Chosen(model=self.configured)
        try:
            offered = name in self.names()
        except ModelError:  # the configured model will not answer either, and says why
            offered = True
        if not offered:
            with self._lock:
                gone = self._opened.pop(name, None)
            if gone is not None:
                gone.model.close()
            notice = f"The model {name} is no longer offered: {configured} answered."
            return Chosen(model=self.configured, notices=(notice,))
        with self._lock:
            if name not in self._opened:
                model, notices = self._open_model(name)
                self._opened[name] = Chosen(model=model, notices=tuple(notices))
            return self._opened[name]

    def close(self) -> None:
        """Release all opened models; the configured one is its owner's."""
        with self._lock:
            for chosen in self._opened.values():
                chosen.model.close()
            self._opened.clear()
