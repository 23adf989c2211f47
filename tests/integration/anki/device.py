"""A device with a collection of its own, in a process of its own, so that its clock can be another: one action and out.

python -m tests.integration.anki.device FOLDER import PACKAGE | sync URL | study | look
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anki.sync_pb2 import SyncAuth, SyncCollectionResponse

from tests.integration.anki.learner import Learner, existing

_FULL = {
    SyncCollectionResponse.FULL_SYNC: "conflict",
    SyncCollectionResponse.FULL_UPLOAD: "upload",
    SyncCollectionResponse.FULL_DOWNLOAD: "download",
}


def get(anki: Learner, package: str) -> Any:
    """What an import did."""
    return vars(anki.get(Path(package)))


def sync(anki: Learner, url: str) -> str:
    """Sync collection and media; whether changes went both ways, or one side had to be chosen."""
    collection = anki.collection
    auth = collection.sync_login("user", "pass", url)
    answer = collection.sync_collection(auth, sync_media=False)
    found = _FULL.get(answer.required, "normal")
    if found != "normal":
        collection.close_for_full_sync()
        collection.full_upload_or_download(
            auth=auth, server_usn=answer.server_media_usn, upload=answer.required == SyncCollectionResponse.FULL_UPLOAD
        )
        collection.reopen(after_full_sync=True)
    _sync_media(anki, auth)
    return found


def _sync_media(anki: Learner, auth: SyncAuth) -> None:
    anki.collection.sync_media(auth)
    deadline = time.monotonic() + 30
    while anki.collection.media_sync_status().active:
        assert time.monotonic() < deadline, "the media are not synced in time"
        time.sleep(0.05)


def study(anki: Learner) -> int:
    """Answer whatever is due today, each time well; how many answers it took."""
    answers = 0
    scheduler = anki.collection.sched
    anki.collection.decks.select(anki.collection.decks.id("Small"))  # type: ignore[arg-type] # it is there
    while (card := scheduler.getCard()) is not None:
        anki.answer(card)
        answers += 1
    return answers


def look(anki: Learner) -> dict[str, Any]:
    """What is in the collection: fields and tags of each note, what its card shows, media, reviews."""
    return {
        "notes": {key: [fields, tags] for key, fields, tags in anki.rows("SELECT guid, flds, tags FROM notes")},
        "cards": {key: list(anki.shown(key)) for key, _ in anki.backs()},
        "media": sorted(path.name for path in Path(anki.collection.media.dir()).iterdir()),
        "reviews": anki.rows("SELECT id, cid, ease, ivl FROM revlog ORDER BY id"),
        "sound": anki.collection.fix_integrity()[1],
    }


_ACTIONS: dict[str, Callable[..., Any]] = {"import": get, "sync": sync, "study": study, "look": look}

if __name__ == "__main__":
    folder, action, *rest = sys.argv[1:]
    with existing(Path(folder)) as somebody:
        print(json.dumps(_ACTIONS[action](somebody, *rest)))
