"""The preview as a web application: its page, the cards in frames of their own, and news of what has changed.

No path that a request names is looked for on a disk: what is served stands in the package, or in a card.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from deckgen.model import CHECK_ROLES, HIDDEN_ROLES, Html
from deckgen.notes import Glimpse, Note
from deckgen.packing import render
from deckgen.preview.desk import Desk
from deckgen.preview.faces import dressed, faces
from deckgen.preview.guard import Guard
from deckgen.proof import Judgement, Verdict, VerifiedCard
from deckgen.publishing import grid
from deckgen.publishing.engine import visible
from deckgen.publishing.reports.problem import problems
from deckgen.publishing.reports.text import failure, paragraph
from deckgen.report import Report

# The style sheet of reports is the base of the page's own.
_ASSETS = {
    "page.html": (files("deckgen.preview") / "page.html", "text/html"),
    "page.js": (files("deckgen.preview") / "page.js", "text/javascript"),
    "page.css": (files("deckgen.preview") / "page.css", "text/css"),
    "report.css": (files("deckgen.publishing.reports") / "page.css", "text/css"),
    "icon.svg": (files("deckgen.preview") / "icon.svg", "image/svg+xml"),
}
_MEDIA = {
    **{kind: f"image/{kind}" for kind in ("png", "gif", "webp")},
    **{kind: f"audio/{kind}" for kind in ("wav", "ogg", "flac")},
    "svg": "image/svg+xml",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
}
# The columns of a table are aligned by an attribute, in which the sanitiser leaves nothing else. A card has no script,
# whatever it holds; with `allow-scripts` the page around it hears what is tapped, which the sandbox would prevent.
_NO_SCRIPT = (
    "default-src 'none'; script-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; "
    "media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-scripts"
)


def application(desk: Desk, hosts: Collection[str]) -> Starlette:
    """The application that shows a desk, which is open as long as it runs, to whoever calls it by one of some names."""
    views = _Views(desk)
    return Starlette(
        routes=[
            Route("/", views.page),
            Route("/assets/{name}", views.asset),
            Route("/events", views.events),
            Route("/decks", views.decks),
            Route("/cards/{deck}/{card}", views.card),
            Route("/cards/{deck}/{card}/{number:int}/{name}", views.part),
        ],
        middleware=[Middleware(Guard, hosts=hosts)],
        lifespan=lambda _: desk.open(),
    )


class _Views:
    """What is answered to each kind of request."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, _: Request) -> Response:
        """The page around the cards."""
        return _asset("page.html")

    async def asset(self, request: Request) -> Response:
        """A file that the page is made of."""
        return _asset(request.path_params["name"])

    async def events(self, _: Request) -> Response:
        """A line whenever anything has changed, for as long as anybody listens."""
        return StreamingResponse(self._told(), media_type="text/event-stream")

    async def _told(self) -> AsyncIterator[str]:
        async for _ in self._desk.news():
            told = {"version": self._desk.version, "progress": self._desk.progress}
            yield f"data: {json.dumps(told)}\n\n"

    async def decks(self, _: Request) -> Response:
        """The cards of all decks, and what is wrong with these."""
        reports = self._desk.reports.values()
        return JSONResponse(
            {
                "decks": [{"id": report.deck.id, "name": report.deck.name} for report in reports],
                "cards": [_listed(report, each) for report in reports for each in _by_id(report).values()],
                "unread": [*filter(None, [self._desk.error]), *map(paragraph, self._desk.problems)],
                "problems": [failure(each) for report in reports for each in problems(report)],
                "remarks": [remark for report in reports for remark in report.remarks],
            }
        )

    async def card(self, request: Request) -> Response:
        """All that is known of a card, and how many cards Anki makes of it."""
        report, judgement = self._found(request)
        note = _note(report, judgement)
        return JSONResponse(
            {
                **_listed(report, judgement),
                "cards": len(faces(note)),
                "stamp": hashlib.sha256(repr(note.fields).encode()).hexdigest()[:16],
                "problems": [failure(each) for each in problems(report) if each.card is judgement.card],
                "environments": list(_environments(report, judgement)),
                "proof": [
                    {"role": each.role, "code": each.code.strip("\n")}
                    for each in judgement.card.fences
                    if each.role in HIDDEN_ROLES | CHECK_ROLES
                ],
            }
        )

    async def part(self, request: Request) -> Response:
        """One side of a card as a page that runs nothing, or what that page shows: its style sheet, its media."""
        report, judgement = self._found(request)
        note, name = _note(report, judgement), request.path_params["name"]
        media = {each.name: each for each in note.media}
        if name in ("front", "back"):
            text = _side(note, request.path_params["number"], name, night="night" in request.query_params)
            answer = Response(text, media_type="text/html")
        elif name == "card.css":
            answer = Response(note.note_type.css, media_type="text/css")
        elif name in media:
            answer = Response(media[name].data, media_type=_MEDIA[media[name].suffix])
        else:
            raise HTTPException(404)
        answer.headers["Content-Security-Policy"] = _NO_SCRIPT
        return answer

    def _found(self, request: Request) -> tuple[Report, Judgement]:
        report = self._desk.reports.get(request.path_params["deck"])
        judgement = _by_id(report).get(request.path_params["card"]) if report else None
        if report is None or judgement is None:
            raise HTTPException(404)
        return report, judgement


def _by_id(report: Report) -> Mapping[str, Judgement]:
    """The cards of a deck by their ids; the first of those that have the same, which is a mistake that is told."""
    found: dict[str, Judgement] = {}
    for judgement in report.judgements:
        found.setdefault(judgement.card.id, judgement)
    return found


def _note(report: Report, judgement: Judgement) -> Note:
    """The note that a card would be packed as, or one that says that it is not proved."""
    card = judgement.card
    verified = judgement.verdict is Verdict.VERIFIED
    return render.render(report.deck, [VerifiedCard(card, judgement.claimed) if verified else Glimpse(card)])[0]


def _listed(report: Report, judgement: Judgement) -> dict[str, Any]:
    """What a list says of a card, and the text in which it is searched for."""
    card = judgement.card
    answer = " ".join(part.text if isinstance(part, Html) else part.code for part in card.answer)
    return {
        "deck": report.deck.id,
        "id": card.id,
        "label": card.label,
        "question": card.question,
        "place": str(card.location),
        "tags": card.tags,
        "verdict": judgement.verdict or "not run",
        "text": visible(f"{card.label} {card.question} {card.id} {answer}").casefold(),
    }


def _environments(report: Report, judgement: Judgement) -> Iterator[dict[str, str]]:
    """The row of a card in the grid of its deck."""
    found = grid.of(replace(report, judgements=(judgement,)))
    [(_, cells)] = found.rows
    for column, cell in zip(found.columns, cells, strict=True):
        yield {"name": column.name, "word": cell.word, "sign": cell.sign}


def _side(note: Note, number: int, name: str, *, night: bool) -> str:
    """One side of the card with a number as a page, as a client of Anki shows it. Raises HTTPException."""
    found = faces(note)
    if not 1 <= number <= len(found):
        raise HTTPException(404)
    face = found[number - 1]
    typed = dict(zip((field.name for field in note.note_type.fields), note.fields, strict=True)).get("Typed", "")
    side = dressed(face.front, "") if name == "front" else dressed(face.back, typed)
    return _template().render(title=note.card_id, number=number, side=Markup(side), night=night)


@cache
def _template() -> jinja2.Template:
    text = (files("deckgen.preview") / "card.html").read_text("utf-8")
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)


def _asset(name: str) -> Response:
    """A file of the page. Raises HTTPException."""
    if name not in _ASSETS:
        raise HTTPException(404)
    file, kind = _ASSETS[name]
    return Response(file.read_bytes(), media_type=kind)
