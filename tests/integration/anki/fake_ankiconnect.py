"""AnkiConnect over a real collection: what it answers is the engine's, in the form that the add-on documents.

It stands for version 6 of the add-on's actions, as far as deckgen uses them: https://git.sr.ht/~foosoft/anki-connect
"""

from __future__ import annotations

import base64
import fnmatch
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.errors import NotFoundError

from tests import loopback


class Actions:
    """The actions, by the add-on's names; `asked` are those that were asked for."""

    def __init__(self, collection: Collection, key: str | None = None) -> None:
        self.collection = collection
        self.key = key
        self.asked: list[str] = []

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """A reply in the form of version 5 and newer."""
        try:
            if request.get("key") != self.key:
                raise ValueError("valid api key must be provided")
            action = {name: method for name, method in vars(type(self)).items() if name in _ACTIONS}.get(
                request["action"]
            )
            if action is None:
                raise ValueError("unsupported action")
            self.asked.append(request["action"])
            return {"result": action(self, **request.get("params", {})), "error": None}
        except Exception as error:
            return {"result": None, "error": str(error)}

    def version(self) -> int:
        return 6

    def multi(self, actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self.answer(action) for action in actions]

    def findNotes(self, query: str) -> list[int]:
        return list(self.collection.find_notes(query))

    def notesInfo(self, notes: list[int]) -> list[dict[str, Any]]:
        return [self._info(note) for note in notes]

    def _info(self, note_id: int) -> dict[str, Any]:
        try:
            note = self.collection.get_note(note_id)  # type: ignore[arg-type] # anki's own ids are NewType'd ints
        except NotFoundError:
            return {}
        fields = {name: {"value": value, "order": order} for order, (name, value) in enumerate(note.items())}
        note_type = note.note_type()
        assert note_type is not None
        return {
            "noteId": note.id,
            "profile": "User 1",
            "tags": note.tags,
            "fields": fields,
            "modelName": note_type["name"],
            "mod": note.mod,
            "cards": list(note.card_ids()),
        }

    def updateNote(self, note: dict[str, Any]) -> None:
        there = self.collection.get_note(note["id"])
        for name, value in note.get("fields", {}).items():
            if name in there:
                there[name] = value
        there.tags = note.get("tags", there.tags)
        self.collection.update_note(there)

    def suspend(self, cards: list[int]) -> bool:
        return bool(self.collection.sched.suspend_cards(cards).count)  # type: ignore[arg-type] # NewType'd ints

    def unsuspend(self, cards: list[int]) -> bool:
        return bool(self.collection.sched.unsuspend_cards(cards).ListFields())  # type: ignore[arg-type] # as above

    def modelNamesAndIds(self) -> dict[str, int]:
        return {each.name: each.id for each in self.collection.models.all_names_and_ids()}

    def modelStyling(self, modelName: str) -> dict[str, str]:
        return {"css": self._model(modelName)["css"]}

    def modelTemplates(self, modelName: str) -> dict[str, dict[str, str]]:
        templates = self._model(modelName)["tmpls"]
        return {each["name"]: {"Front": each["qfmt"], "Back": each["afmt"]} for each in templates}

    def updateModelStyling(self, model: dict[str, Any]) -> None:
        there = self._model(model["name"])
        there["css"] = model["css"]
        self.collection.models.update_dict(there)

    def updateModelTemplates(self, model: dict[str, Any]) -> None:
        there = self._model(model["name"])
        for template in there["tmpls"]:
            sides = model["templates"].get(template["name"], {})
            template["qfmt"] = sides.get("Front", template["qfmt"])
            template["afmt"] = sides.get("Back", template["afmt"])
        self.collection.models.update_dict(there)

    def _model(self, name: str) -> Any:
        model = self.collection.models.by_name(name)
        if model is None:
            raise ValueError(f"model was not found: {name}")
        return model

    def getMediaFilesNames(self, pattern: str = "*") -> list[str]:
        return fnmatch.filter((path.name for path in Path(self.collection.media.dir()).iterdir()), pattern)

    def storeMediaFile(self, *, filename: str, data: str, deleteExisting: bool = True) -> str:
        """The add-on writes over a file unless it is told not to."""
        if deleteExisting:
            self.collection.media.trash_files([filename])
        return self.collection.media.write_data(filename, base64.b64decode(data))

    def importPackage(self, path: str) -> bool:
        """The add-on merges note types and takes scheduling and presets along, unlike a double click."""
        options = ImportAnkiPackageOptions(merge_notetypes=True, with_scheduling=True, with_deck_configs=True)
        self.collection.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options))
        self.collection.models._clear_cache()
        return True


_ACTIONS = {name for name in vars(Actions) if not name.startswith("_")} - {"answer"}


@contextmanager
def serving(actions: Actions) -> Iterator[str]:
    """A server on loopback that answers one request after the other; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(actions.answer(request)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    with loopback.serving(HTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url
