"""A running Anki, asked through the add-on AnkiConnect: JSON over HTTP, version 6 of its actions."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deckgen.errors import SurroundingsError

URL = "http://127.0.0.1:8765"
_VERSION = 6
_SECONDS = 120.0  # an import of ten thousand notes, on a machine that is slow
_AT_ONCE = 500


class AnkiUnreachableError(SurroundingsError):
    """No Anki answers, or none with the add-on."""


class AnkiRefusedError(SurroundingsError):
    """Anki does not do what it was asked for."""


@dataclass(frozen=True, slots=True)
class AnkiConnect:
    """The add-on at a URL, and the key that it may ask for."""

    url: str = URL
    key: str | None = None

    def __call__(self, action: str, **parameters: Any) -> Any:
        """The result of an action; raises AnkiUnreachableError and AnkiRefusedError."""
        answer = self._post(self._request(action, parameters))
        return _result(action, answer)

    def all(self, action: str, parameters: Sequence[dict[str, Any]]) -> list[Any]:
        """The results of the same action with each of some parameters; raises the same, and at the first refusal."""
        results: list[Any] = []
        for start in range(0, len(parameters), _AT_ONCE):
            requests = [self._request(action, each) for each in parameters[start : start + _AT_ONCE]]
            results += [_result(action, answer) for answer in self("multi", actions=requests)]
        return results

    def _request(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        key = {} if self.key is None else {"key": self.key}
        return {"action": action, "version": _VERSION, "params": parameters} | key

    def _post(self, request: dict[str, Any]) -> Any:
        try:
            with urllib.request.urlopen(self.url, json.dumps(request).encode(), timeout=_SECONDS) as answer:
                return json.load(answer)
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise AnkiUnreachableError(
                f"no Anki answers at {self.url} ({reason}): start Anki, with the add-on AnkiConnect (2055492159)"
            ) from error


def _result(action: str, answer: Any) -> Any:
    if not isinstance(answer, dict) or answer.keys() != {"result", "error"}:
        raise AnkiUnreachableError(f"what answers is no AnkiConnect of version {_VERSION}")
    if answer["error"] is not None:
        raise AnkiRefusedError(f"Anki refuses {action}: {answer['error']}")
    return answer["result"]
