"""Blocks become cards: a question, its answer, the fences that prove it, and what is wrong with any of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import unescape

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Findings, Severity, Source
from deckgen.model import HIDDEN_ROLES, Card, Fence, Html, Medium, Role
from deckgen.reading import document, fences, forms
from deckgen.reading.attributes import split
from deckgen.reading.document import Block, Code, FrontMatter, Image, Prose, Question, Section
from deckgen.reading.media import Find, nowhere
from deckgen.reading.shapes.answers import answer_mark, speaks, stub, without_choices
from deckgen.reading.shapes.titles import cleaned
from deckgen.reading.shapes.words import EMOJI, contents, navigation, residue

_PROGRAMS = (Role.SHOWN, Role.SETUP, Role.CHECK, Role.PYCON)  # what an output can be the output of
_IMAGE = re.compile(r'<img [^>]*alt="([^"]*)"[^>]*>')
_EMOJI = re.compile(EMOJI)
_MARKUP = re.compile(r"<!--.*?-->|<[^<>]*>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r'<ol start="\d+">\s*<li></li>\s*</ol>')  # `577.` alone is an empty list to Markdown
_CODE = re.compile(r"\s*<p><code>[^<]*</code></p>\s*")
_CHOSEN = re.compile(
    r"<(?:strong|em|mark|s)>|[\u2705\u2713\u2714]|\[x\]|\(correct", re.IGNORECASE
)  # of several choices
_LONGEST_RESIDUE = 150  # what is longer says more than `Sure!`
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f]")


@dataclass(slots=True)
class _Draft:
    """A question and the blocks below it, up to its last line."""

    question: Question
    last_line: int
    section: tuple[str, ...]
    blocks: list[Prose | Code] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """What one document holds: cards in order, its first heading, its front matter, and what is wrong with it.

    `form` says how its questions are written, `sections` are the headings that end answers.
    """

    cards: tuple[Card, ...] = ()
    title: str | None = None
    front_matter: FrontMatter | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    form: str = ""
    sections: tuple[Section, ...] = ()


def read(source: Source, path: str, find: Find = nowhere) -> Page:
    """The page of a source; `path` is its path inside the deck, which its cards show as their origin.

    `find` is how it finds the images and sounds that it names.
    """
    if not source.text.strip():
        return Page(diagnostics=(source.report(rules.EMPTY_FILE, 1),))
    parsed = document.parse(source)
    blocks = parsed.blocks
    findings = Findings(source, parsed.losses)
    sections = tuple(block for block in blocks if isinstance(block, Section))
    drafts = _drafts(blocks, findings)
    titles = {draft.section[:1] for draft in drafts}
    if len(titles) == 1:  # the title of the document, which is above them all
        drafts = [replace(draft, section=draft.section[1:]) for draft in drafts]
    cards = [_card(draft, path, find, findings) for draft in drafts]
    if not cards:
        findings.add(rules.NO_QUESTIONS, 1)
    found = sorted(findings.found, key=lambda diagnostic: diagnostic.location)
    lines = [diagnostic.location.line for diagnostic in found]
    spans = [slice(bisect_left(lines, each.question.line), bisect_right(lines, each.last_line)) for each in drafts]
    return Page(
        cards=tuple(
            replace(card, defects=defects) if (defects := _defects(found[span])) else card
            for card, span in zip(cards, spans, strict=True)
        ),
        title=next((section.title for section in sections if section.level <= 2), None),
        front_matter=next((block for block in blocks if isinstance(block, FrontMatter)), None),
        diagnostics=tuple(found),
        form=parsed.form,
        sections=sections,
    )


def _drafts(blocks: Iterable[Block], findings: Findings) -> list[_Draft]:
    drafts: list[_Draft] = []
    current: _Draft | None = None
    above: list[Section] = []
    for block in blocks:
        if current is not None and isinstance(block, (Question, Section)):
            current.last_line = block.line - 1
        match block:
            case Question():
                above = [each for each in above if not 0 < block.level <= each.level]
                titles = (cleaned(each.title) for each in above)
                named = tuple(title for title in titles if not contents(title))
                current = _Draft(block, len(findings.source.lines), named)
                drafts.append(current)
            case Section():
                above = [*(each for each in above if each.level < block.level), block]
                current = None
            case FrontMatter():
                current = None
            case Prose() | Code() if current is not None:
                current.blocks.append(block)
            case Prose():
                if _visible([Html(block.html)]) or "<!--" in block.html.rpartition("-->")[2]:
                    findings.add(rules.OUTSIDE_QUESTIONS, block.line)
            case Code():
                _outside(block, findings)
    return drafts


def _outside(code: Code, findings: Findings) -> None:
    """A check that belongs to no question is a mistake; any other code there is merely text."""
    role = fences.read(code, findings).role
    if role in HIDDEN_ROLES:
        findings.add(rules.FENCE_OUTSIDE_QUESTIONS, code.line, role=role)
    else:
        findings.add(rules.OUTSIDE_QUESTIONS, code.line)


def _card(draft: _Draft, path: str, find: Find, findings: Findings) -> Card:
    question = draft.question
    text, attributes = split(question, findings)
    text = cleaned(text)
    heading, losses = document.inline(text, findings.source, question.line)
    findings.found.extend(losses)
    answer, fences = _answer(draft.blocks, findings)
    asked = _media(heading.images, find, findings)
    media = _media(
        [each for block in draft.blocks if isinstance(block, Prose) for each in block.images], find, findings
    )
    answered = bool(media) or (_answers(answer) and not _left_empty(draft, findings.source))
    if not answered:
        findings.add(rules.UNANSWERED, question.line, question.column)
    if not _visible([Html(heading.html)]) and not asked:
        findings.add(rules.EMPTY_QUESTION, question.line, question.column)
    identity = attributes.id or slug(text)
    if not attributes.id:
        findings.add(rules.NO_ID, question.line, question.column, id=identity)
    card = Card(
        id=identity,
        label=question.label,
        question=text,
        heading=heading.html,
        answer=answer,
        fences=fences,
        location=findings.source.at(question.line, question.column),
        line=findings.source.line(question.line),
        document=path,
        tags=attributes.tags,
        section=draft.section,
        claims=attributes.claims,
        note_type=attributes.note_type,
        media=tuple(dict.fromkeys((*asked, *media))),
        timeout=attributes.timeout,
        answered=answered,
    )
    return forms.fitted(card, heading, draft.blocks, findings)


def _left_empty(draft: _Draft, source: Source) -> bool:
    """Whether a rule stands right below the mark of an answer, and the document ends with what is below that."""
    first = draft.blocks[0] if draft.blocks else None
    if draft.last_line < len(source.lines) or not isinstance(first, Prose) or not first.html.startswith("<hr>"):
        return False
    above = (source.line(number).strip() for number in range(draft.question.line + 1, first.line))
    return any(line and answer_mark(line) == len(line) for line in above)


def _media(images: Iterable[Image], find: Find, findings: Findings) -> tuple[Medium, ...]:
    """The media of some images, each once, and a diagnostic for every image that has none."""
    media: dict[str, Medium] = {}
    for image in images:
        found = media.get(image.target) or find(image.target)
        if isinstance(found, Medium):
            media[image.target] = found
        else:
            findings.add(found.rule, image.line, image.column, target=image.target, **found.values)
    return tuple(media.values())


def _visible(answer: Iterable[Html | Fence]) -> str:
    """What can be seen of an answer, whatever its markup, and the descriptions of its images."""
    texts = (_words(_IMAGE.sub(r"\1", part.text)) if isinstance(part, Html) else part.code for part in answer)
    return _UNSEEN.sub("", unescape("".join(texts))).strip()


def _words(html: str) -> str:
    """HTML without its tags and comments; one that is never closed hides all that follows."""
    end = html.rfind("-->") + 3 if "-->" in html else 0
    return _MARKUP.sub("", html[:end]) + _TAG.sub("", html[end:].partition("<!--")[0])


def _answers(answer: Iterable[Html | Fence]) -> bool:
    """Whether an answer shows something, and not only that it is still to be written, or what is to be chosen from."""
    parts = list(answer)
    html = "\n".join(part.text for part in parts if isinstance(part, Html))
    lines = _said(html)
    left = lines if _CHOSEN.search(html) else without_choices(lines)
    if len(left) == len(lines) and (
        _NUMBER.search(html) or any(isinstance(part, Fence) and part.code.strip() for part in parts)
    ):
        return True
    above, rule, _ = html.partition("<hr>")
    if rule and _said(above) and _still_to_come(_said(above), above):  # below it the document ends
        return False
    return bool(left) and not _still_to_come(left, html)


def _said(html: str) -> list[str]:
    """The lines of HTML that say something to a learner."""
    lines = [_EMOJI.sub("", line).strip() for line in _visible([Html(html)]).splitlines()]
    return [line for line in lines if line and not navigation(line) and not _is_residue(line)]


def _is_residue(line: str) -> bool:
    return len(line) < _LONGEST_RESIDUE and residue(line)


def _still_to_come(lines: Sequence[str], html: str) -> bool:
    """Whether lines only hold the place of an answer; what is all code is one, unless it is to be done."""
    text, last = " ".join(lines), lines[-1]
    if stub(text) and not (_CODE.fullmatch(html) and not text[0].isalpha()):
        return True
    return answer_mark(last) == len(last) and (len(lines) == 1 or not speaks(last))


def _defects(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The errors in a card's lines that make what stands there unfit to be run.

    A missing answer is not one, nor is code that looks like other code: it runs as what it is.
    """
    harmless = (rules.UNANSWERED.code, rules.DISGUISED_CODE.code)
    return tuple(each for each in found if each.severity is Severity.ERROR and each.code not in harmless)


def slug(text: str) -> str:
    """An id made from a question's words: at most 60 ASCII characters, or a short hash where no letter is ASCII."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", ascii_text)
    if not any(character.isalpha() for character in "".join(words)):
        return "q-" + hashlib.sha256(text.encode()).hexdigest()[:10]
    result: str = words[0][:60]
    for word in words[1:]:
        if len(result) + 1 + len(word) > 60:
            break
        result += "-" + word
    return result


def _answer(blocks: Iterable[Prose | Code], findings: Findings) -> tuple[tuple[Html | Fence, ...], tuple[Fence, ...]]:
    """What a card shows, and the blocks that run, both in document order."""
    shown: list[Html | Fence] = []
    runs: list[Fence] = []
    for block in blocks:
        if isinstance(block, Prose):
            shown.append(Html(block.html))
            continue
        fence = fences.read(block, findings)
        if fence.role in (Role.OUTPUT, Role.EMITTED) and all(each.role not in _PROGRAMS for each in runs):
            findings.add(rules.NOTHING_BEFORE, block.line, role=fence.role)
        if fence.role not in HIDDEN_ROLES:
            shown.append(fence)
        if fence.role not in (Role.TEXT, Role.FRAGMENT):
            runs.append(fence)
    if shown and isinstance(shown[-1], Html):
        shown[-1] = Html(_without_rule(shown[-1].text))
    return tuple(shown), tuple(runs)


def _without_rule(html: str) -> str:
    """HTML without the thematic breaks at its end: they separate one card from the next."""
    while html.endswith("<hr>"):
        html = html.removesuffix("<hr>").rstrip()
    return html
