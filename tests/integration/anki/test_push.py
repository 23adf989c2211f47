"""`deckgen push`: decks in a running Anki, as far as a stand-in for the add-on over the real engine can tell."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deckgen import apkg
from deckgen.model import NOTE_TYPES
from deckgen.publishing.ankiconnect import AnkiConnect, AnkiRefusedError, AnkiUnreachableError
from deckgen.publishing.changes import Change
from deckgen.publishing.push import Effect, push
from tests.decks import card, deckgen
from tests.integration.anki.author import REFUTED_CHECK, SECOND, THREE, Author, part
from tests.integration.anki.fake_ankiconnect import Actions, serving
from tests.integration.anki.learner import Learner, Log, learner
from tests.integration.anki.lives import ALL, CARDS, LIFE
from tests.integration.test_audit import PNG, spoiled

EDITED = THREE | {2: card(2, "two, at last", attributes="#card-2 .core")}
RECALLED = {1: THREE[1], 2: card(2, "two", check=REFUTED_CHECK)}
WRITING = {"updateNote", "suspend", "unsuspend", "importPackage", "storeMediaFile"}
WRITING |= {"updateModelStyling", "updateModelTemplates"}


@pytest.fixture
def actions(anki: Learner) -> Actions:
    """The add-on in the Anki of somebody who has studied the first release."""
    return Actions(anki.collection)


@pytest.fixture
def running(actions: Actions) -> Iterator[AnkiConnect]:
    with serving(actions) as url:
        yield AnkiConnect(url)


def fates(changes: list[Change]) -> dict[str, str]:
    return {each.card: each.fate.value for each in changes}


def notes(anki: Learner) -> list[Any]:
    """All that a push could change in a collection."""
    return [
        anki.rows("SELECT id, guid, mid, mod, flds, tags FROM notes ORDER BY id"),
        anki.rows("SELECT id, did, type, queue, due FROM cards ORDER BY id"),
        anki.rows("SELECT id, mtime_secs, hex(config) FROM notetypes ORDER BY id"),
        sorted(path.name for path in Path(anki.collection.media.dir()).iterdir()),
    ]


def test_an_empty_anki_gets_everything_with_the_identities_of_the_package(author: Author, tmp_path: Path) -> None:
    package = author.release(part())
    with learner(tmp_path / "anki") as anki, serving(Actions(anki.collection)) as url:
        assert set(fates(push(package, "Small", AnkiConnect(url), Effect.DONE)).values()) == {"new"}
        assert anki.decks() == {"Small::Part": ["card-1", "card-2", "card-3"]}
        assert anki.get(package) == Log(found=3, same=3), "a package knows the notes that were pushed"
    assert not list(package.parent.glob("push-*"))


def test_the_same_again_asks_for_nothing_that_writes(
    anki: Learner, author: Author, actions: Actions, running: AnkiConnect
) -> None:
    before = notes(anki)
    assert set(fates(push(author.release(part()), "Small", running, Effect.DONE)).values()) == {"untouched"}
    assert not WRITING.intersection(actions.asked)
    assert notes(anki) == before


def test_an_update_arrives_whoever_edited_last_and_leaves_the_learner_their_own(
    anki: Learner, author: Author, running: AnkiConnect
) -> None:
    """A package would leave this note alone, or take away the tag and the mnemonic."""
    anki.edit("card-2", "Answer", "my own words", "my-tag", at=SECOND + 50_000)
    anki.edit("card-2", "Spare2", "my mnemonic", at=SECOND + 50_000)
    found = push(author.release(part(), part(EDITED)), "Small", running, Effect.DONE)
    assert fates(found) == {"card-1": "untouched", "card-2": "updated", "card-3": "untouched"}
    assert [each.parts for each in found if each.parts] == [("Answer", "tags")]
    assert "two, at last" in anki.field("card-2", "Answer")
    assert anki.field("card-2", "Spare2") == "my mnemonic"
    assert anki.tags("card-2") == {"my-tag", "core", "sqlalchemy::2.1", "database::sqlite"}


def test_what_is_recalled_is_suspended_and_given_back_with_its_proof(
    anki: Learner, author: Author, running: AnkiConnect
) -> None:
    second, third = author.release(part(), part(RECALLED)), author.release(part(), part(RECALLED), part())
    queues = "SELECT count() FROM cards WHERE queue = -1"
    anki.edit("card-3", "Spare2", "", "my-tag", at=SECOND)
    found = push(second, "Small", running, Effect.DONE)
    assert fates(found) == {"card-1": "untouched", "card-2": "withdrawn", "card-3": "retired"}
    assert anki.rows(queues) == [[2]]
    assert anki.tags("card-3") == {"deckgen::retired", "my-tag"}
    assert set(fates(push(second, "Small", running, Effect.DONE)).values()) == {"untouched"}
    assert set(fates(push(third, "Small", running, Effect.DONE)).values()) == {"untouched", "updated"}
    assert anki.rows(queues) == [[0]]
    assert anki.tags("card-3") == {"my-tag", "sqlalchemy::2.1", "database::sqlite"}


def test_a_recalled_card_comes_to_nobody_who_does_not_have_it(author: Author, tmp_path: Path) -> None:
    with learner(tmp_path / "anki") as anki, serving(Actions(anki.collection)) as url:
        found = push(author.release(part(), part(RECALLED)), "Small", AnkiConnect(url), Effect.DONE)
        assert fates(found) == {"card-1": "new"}
        assert anki.decks() == {"Small::Part": ["card-1"]}


def test_notes_that_are_none_of_ours_are_not_touched(anki: Learner, author: Author, running: AnkiConnect) -> None:
    """Not even in the same deck, nor of the same note type, nor with the same Id elsewhere."""
    own = anki.collection.new_note(anki.collection.models.by_name("Basic"))  # type: ignore[arg-type] # it is there
    own["Front"] = "my own"
    anki.collection.add_note(own, anki.note("card-1").cards()[0].did)
    twin = anki.collection.new_note(anki.note("card-2").note_type())  # type: ignore[arg-type] # it has one
    twin["Question"], twin["Id"] = "my own", "card-2"
    anki.collection.add_note(twin, anki.collection.decks.id("Elsewhere"))  # type: ignore[arg-type] # made anew
    query = f"SELECT * FROM notes WHERE id IN ({own.id}, {twin.id})"
    before = anki.rows(query)
    push(author.release(part(), part(EDITED)), "Small", running, Effect.DONE)
    assert anki.rows(query) == before


def with_other_ids(anki: Learner) -> None:
    """Give the notes the ids that an author's own drafts would have had."""
    anki.rows("UPDATE notes SET id = id + 1000")
    anki.rows("UPDATE cards SET nid = nid + 1000")


def test_a_note_with_another_id_is_found_by_its_place(anki: Learner, author: Author, running: AnkiConnect) -> None:
    with_other_ids(anki)
    found = push(author.release(part(), part(EDITED)), "Small", running, Effect.DONE)
    assert fates(found)["card-2"] == "updated"
    assert anki.collection.note_count() == 3


def test_of_two_notes_in_one_place_the_one_with_our_guid_is_updated(
    anki: Learner, author: Author, running: AnkiConnect
) -> None:
    """A learner's copy of a note has its Id; an import knows which is which."""
    ours = anki.note("card-2")
    copy = anki.collection.new_note(ours.note_type())  # type: ignore[arg-type] # it has one
    copy.fields = list(ours.fields)
    anki.collection.add_note(copy, ours.cards()[0].did)
    with_other_ids(anki)
    push(author.release(part(), part(EDITED)), "Small", running, Effect.DONE)
    found = dict(anki.rows("SELECT id - 1000, flds LIKE '%at last%' FROM notes WHERE flds LIKE '%card-2%'"))
    assert found == {ours.id: 1, copy.id: 0}


def test_a_note_that_happens_to_have_our_id_is_not_ours(anki: Learner, author: Author, running: AnkiConnect) -> None:
    own = anki.collection.new_note(anki.collection.models.by_name("Basic"))  # type: ignore[arg-type] # it is there
    own["Front"] = "my own"
    anki.collection.add_note(own, anki.collection.decks.id("Elsewhere"))  # type: ignore[arg-type] # made anew
    with_other_ids(anki)
    release = author.release(part(), part(EDITED))
    [edited] = [note for note in apkg.read(release).notes if "card-2" in note.fields]
    anki.rows("UPDATE notes SET id = ? WHERE id = ?", edited.id, own.id + 1000)
    anki.rows("UPDATE cards SET nid = ? WHERE nid = ?", edited.id, own.id + 1000)
    before = anki.rows("SELECT * FROM notes WHERE id = ?", edited.id)
    assert fates(push(release, "Small", running, Effect.DONE))["card-2"] == "updated"
    assert anki.rows("SELECT * FROM notes WHERE id = ?", edited.id) == before


def test_a_note_whose_type_the_learner_changed_is_a_conflict_and_left_alone(
    anki: Learner, author: Author, running: AnkiConnect
) -> None:
    note_type = anki.note("card-2").note_type()
    assert note_type is not None
    copy = anki.collection.models.copy(note_type)
    anki.rows("UPDATE notes SET mid = ? WHERE id = ?", int(copy["id"]), anki.note("card-2").id)
    before = notes(anki)
    found = push(author.release(part(), part(EDITED)), "Small", running, Effect.DONE)
    assert fates(found)["card-2"] == "conflicting"
    assert notes(anki)[0] == before[0]


def test_style_and_templates_are_those_of_the_package(anki: Learner, author: Author, running: AnkiConnect) -> None:
    note_type = anki.note("card-1").note_type()
    assert note_type is not None
    wanted = note_type["css"], note_type["tmpls"][0]["afmt"]
    note_type["css"] = "p {}"
    note_type["tmpls"][0]["afmt"] += "<i>more</i>"
    anki.collection.models.update_dict(note_type)
    push(author.release(part()), "Small", running, Effect.DONE)
    anki.collection.models._clear_cache()
    after = anki.note("card-1").note_type()
    assert after is not None
    assert (after["css"], after["tmpls"][0]["afmt"]) == wanted


def test_media_come_along_once(tmp_path: Path) -> None:
    package = spoiled(tmp_path, media=[("picture.png", PNG)])
    with learner(tmp_path / "anki") as anki:
        actions = Actions(anki.collection)
        with serving(actions) as url:
            push(package, "Small", AnkiConnect(url), Effect.DONE)
            push(package, "Small", AnkiConnect(url), Effect.DONE)
        assert (Path(anki.collection.media.dir()) / "picture.png").read_bytes() == PNG
        assert actions.asked.count("storeMediaFile") == 1


def test_every_note_type_arrives_with_all_its_cards_and_media(author: Author, tmp_path: Path) -> None:
    """First into an Anki that has none of them, then as updates, recalls and new cards in place."""
    with learner(tmp_path / "anki") as anki, serving(Actions(anki.collection)) as url:
        here = AnkiConnect(url)
        assert set(fates(push(author.release(ALL), "Small", here, Effect.DONE)).values()) == {"new"}
        assert anki.collection.card_count() == anki.review_all() == sum(CARDS.values()) + 1
        assert anki.complaints() == []
        assert anki.get(author.release(ALL)) == Log(found=5, same=5)
        reviews = anki.history()
        for steps, fate, suspended in ((2, "updated", 0), (3, "withdrawn", 6), (4, "updated", 0), (5, "retired", 6)):
            found = fates(push(author.release(*LIFE[:steps]), "Small", here, Effect.DONE))
            assert found == dict.fromkeys(NOTE_TYPES, fate) | {"stays": "untouched"}
            assert anki.rows("SELECT count() FROM cards WHERE queue = -1") == [[suspended]]
            assert [each for each in anki.complaints() if not each.endswith("is not used")] == []
            assert anki.history() == reviews
        assert set(fates(push(author.release(*LIFE[:5]), "Small", here, Effect.DONE)).values()) == {"untouched"}


def test_a_file_of_the_learner_s_is_not_written_over(author: Author, tmp_path: Path) -> None:
    """Our names tell the content, so that only who renames a file after ours has one with another."""
    name = apkg.read(author.release(ALL)).media[0][0]
    with learner(tmp_path / "anki") as anki, serving(Actions(anki.collection)) as url:
        anki.collection.media.write_data(name, b"my own")
        push(author.release(ALL), "Small", AnkiConnect(url), Effect.DONE)
        push(author.release(*LIFE[:2]), "Small", AnkiConnect(url), Effect.DONE)
        assert (Path(anki.collection.media.dir()) / name).read_bytes() == b"my own"


def test_the_command_says_what_becomes_of_each_note_and_a_dry_run_changes_nothing(
    anki: Learner, author: Author, actions: Actions, tmp_path: Path
) -> None:
    shutil.copytree(author.released(part()).folder, tmp_path / "author")
    changed = {1: THREE[1], 2: EDITED[2], 4: card(4, "four")}
    (tmp_path / "author" / "deck" / "part.md").write_text(part(changed))
    expected = [
        "new          #card-4  What is number 4?",
        "updated      #card-2  What is number 2?  (Answer, tags)",
        "retired      #card-3  What is number 3?  (Answer, Proof, Verified, Source, tags)",
        "1 new, 1 updated, 0 withdrawn, 1 retired, 1 untouched, 0 conflicting",
    ]
    before = notes(anki)
    with serving(actions) as url:
        arguments = ["push", "deck", "--anki", url]
        dry = deckgen(*arguments, "--dry-run", cwd=tmp_path / "author")
        assert (dry.status, dry.out.splitlines()[:4]) == (0, expected)
        assert not WRITING.intersection(actions.asked)
        assert notes(anki) == before
        done = deckgen(*arguments, cwd=tmp_path / "author")
        assert (done.status, done.out.splitlines()[:4]) == (0, expected)
        again = deckgen(*arguments, cwd=tmp_path / "author")
        assert again.out.splitlines()[0] == "0 new, 0 updated, 0 withdrawn, 0 retired, 4 untouched, 0 conflicting"


def test_without_a_running_anki_nothing_is_proved(author: Author) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        ran = deckgen("push", "deck", "--anki", url, cwd=author.released(part()).folder)
    assert (ran.status, ran.out) == (3, "")
    assert f"error: no Anki answers at {url} (" in ran.err
    assert "start Anki, with the add-on AnkiConnect (2055492159)" in ran.err
    assert "checks run" not in ran.err


def test_a_key_is_given_where_one_is_asked_for(tmp_path: Path) -> None:
    with learner(tmp_path / "anki") as anki, serving(Actions(anki.collection, "secret")) as url:
        assert AnkiConnect(url, "secret")("version") == 6
        assert AnkiConnect(url, "secret").all("findNotes", [{"query": ""}]) == [[]]
        with pytest.raises(AnkiRefusedError, match="Anki refuses version: valid api key must be provided"):
            AnkiConnect(url)("version")


def test_what_answers_otherwise_is_no_anki(tmp_path: Path) -> None:
    with learner(tmp_path / "anki") as anki:
        actions = Actions(anki.collection)
        actions.answer = lambda request: {"result": request}  # type: ignore[method-assign] # another program
        with serving(actions) as url, pytest.raises(AnkiUnreachableError, match="what answers is no AnkiConnect"):
            AnkiConnect(url)("version")


def test_the_stand_in_answers_as_the_add_on_documents(anki: Learner, actions: Actions) -> None:
    """The samples of the add-on's own documentation, as far as their form goes."""
    note = anki.note("card-1")

    def answer(action: str, **parameters: Any) -> Any:
        return actions.answer({"action": action, "version": 6, "params": parameters})

    [info, missing] = answer("notesInfo", notes=[note.id, 1])["result"]
    assert missing == {}
    assert info.keys() == {"noteId", "profile", "modelName", "tags", "fields", "mod", "cards"}
    assert info["fields"]["Id"] == {"value": "card-1", "order": 5}
    assert answer("findNotes", query='"Id:card-1"') == {"result": [note.id], "error": None}
    assert answer("version") == {"result": 6, "error": None}
    assert answer("modelStyling", modelName="deckgen basic")["result"].keys() == {"css"}
    assert answer("modelTemplates", modelName="deckgen basic")["result"]["Card 1"].keys() == {"Front", "Back"}
    assert answer("modelNamesAndIds")["result"]["deckgen basic"] == 1795423071184
    assert answer("storeMediaFile", filename="_hello.txt", data="SGVsbG8sIHdvcmxkIQ==")["result"] == "_hello.txt"
    assert answer("getMediaFilesNames", pattern="_hell*.txt") == {"result": ["_hello.txt"], "error": None}
    assert answer("multi", actions=[{"action": "version", "version": 6}]) == {
        "result": [{"result": 6, "error": None}],
        "error": None,
    }
    assert answer("frobnicate") == {"result": None, "error": "unsupported action"}
    cards = info["cards"]
    assert answer("suspend", cards=cards) == {"result": True, "error": None}
    assert answer("suspend", cards=cards) == {"result": False, "error": None}
    answer("unsuspend", cards=cards)
    assert answer("updateNote", note={"id": note.id, "fields": {"Spare2": "x"}, "tags": ["y"]})["result"] is None
    assert (anki.field("card-1", "Spare2"), anki.tags("card-1")) == ("x", {"y"})
