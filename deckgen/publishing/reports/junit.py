"""A report for whatever reads the results of tests: JUnit XML, in the form that Jenkins, GitLab and pytest share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Severity
from deckgen.proof import Judgement, Verdict
from deckgen.publishing.reports.problem import failed
from deckgen.publishing.reports.text import failure, paragraph
from deckgen.report import Report, Verb

_FAILED = {
    Verdict.REFUTED: "failure",
    Verdict.BROKEN: "error",
    Verdict.VACUOUS: "failure",
    Verdict.CRASHED: "failure",
    Verdict.TIMED_OUT: "failure",
    Verdict.UNAVAILABLE: "skipped",
    Verdict.NOT_CLAIMED: "skipped",
}
_NOT_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


def render(reports: Sequence[Report], unread: Sequence[Diagnostic] = ()) -> str:
    """The reports as XML: a suite for each deck, a case for each card, and one for each error that is on no card.

    What could not be read is a suite as well.
    """
    root = ElementTree.Element("testsuites", name="deckgen")
    root.extend(_suite(report.deck.name, list(_cases(report)), report.seconds) for report in reports)
    if strays := [_stray(found) for found in unread if found.severity is Severity.ERROR]:
        root.append(_suite("not read", strays, 0))
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return written.decode() + "\n"


def _cases(report: Report) -> Iterator[ElementTree.Element]:
    yield from map(_stray, _strays(report))
    yield from (_case(judgement, report.verb) for judgement in report.judgements)


def _suite(name: str, cases: Sequence[ElementTree.Element], seconds: float) -> ElementTree.Element:
    kinds = [outcome.tag for case in cases for outcome in case]
    suite = _element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=f"{seconds:.3f}",
    )
    suite.extend(cases)
    return suite


def _strays(report: Report) -> Iterator[Diagnostic]:
    """The errors that no card's case tells of."""
    told = {defect for judgement in report.judgements for defect in judgement.card.defects}
    for found in report.diagnostics:
        if found.severity is Severity.ERROR and found.code != rules.UNANSWERED.code and found not in told:
            yield found


def _stray(found: Diagnostic) -> ElementTree.Element:
    case = _element("testcase", classname=found.location.path, name=f"{found.code} in line {found.location.line}")
    case.append(_misread([found]))
    return case


def _case(judgement: Judgement, verb: Verb) -> ElementTree.Element:
    card = judgement.card
    seconds = sum(result.seconds for result in judgement.claimed)
    case = _element("testcase", classname=card.location.path, name=card.id, time=f"{seconds:.3f}")
    case.extend(_outcome(judgement, verb))
    return case


def _outcome(judgement: Judgement, verb: Verb) -> Iterator[ElementTree.Element]:
    """What became of a card, nothing where all is well; the schema has room for no place but in the text."""
    if judgement.card.defects:
        yield _misread(judgement.card.defects)
        return
    match judgement.verdict:
        case Verdict.VERIFIED:
            pass
        case None:
            if verb is not Verb.LINT:
                yield _element("skipped", type="not-run", message="the run ended before it")
        case Verdict.UNCHECKED:
            yield _element("skipped", type=judgement.verdict, message="it has no check")
        case Verdict.UNANSWERED:
            yield _element("failure", type=judgement.verdict, message=rules.UNANSWERED.message)
        case verdict:
            ways = list(failed(judgement))
            what = next(way.details for way in ways if way.name == verdict).partition("\n")[0]
            yield _element(_FAILED[verdict], "\n\n".join(map(failure, ways)), type=verdict, message=what)


def _misread(found: Sequence[Diagnostic]) -> ElementTree.Element:
    return _element("error", "\n\n".join(map(paragraph, found)), type=found[0].code, message=found[0].message)


def _element(tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    """An element with what a stranger wrote in it, in which XML can hold each character."""
    found = ElementTree.Element(tag, {name: _legible(value) for name, value in attributes.items()})
    found.text = _legible(text) or None
    return found


def _legible(text: str) -> str:
    """A text in which characters that XML cannot hold are shown as Python writes them."""
    return _NOT_TEXT.sub(lambda found: repr(found[0])[1:-1], text)
