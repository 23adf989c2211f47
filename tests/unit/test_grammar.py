"""Blocks become cards: identity, options, answer, the code that runs, and every mistake where it was made."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from deckgen.diagnostics import Source
from deckgen.model import Card, Fence, Html, Role
from deckgen.reading import grammar
from deckgen.reading.grammar import Page


def read(text: str) -> Page:
    return grammar.read(Source.of("notes.md", text), "notes.md")


def only(text: str) -> Card:
    [card] = read(text).cards
    return card


def found(page: Page) -> list[tuple[str, int, int]]:
    return [(each.code, each.location.line, each.location.column) for each in page.diagnostics]


def without_notes(page: Page) -> list[str]:
    return [diagnostic.code for diagnostic in page.diagnostics if diagnostic.code not in ("D013", "D018")]


# ---------------------------------------------------------------- whole documents


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "\u00a0\n"], ids=["empty", "newline", "white space", "no-break"])
def test_an_empty_document_is_reported(text: str) -> None:
    page = read(text)
    assert page.cards == ()
    assert found(page) == [("D010", 1, 1)]


NO_QUESTIONS = {
    "text": "Tea is a plant.\n",
    "a heading": "# Tea\n",
    "front matter": "---\nid: tea\n---\n",
    "a comment": "<!-- tea -->\n",
    "a link definition": "[tea]: https://example.org\n",
    "a question in code": "    Q1. What is tea?\n",
    "a fence": "```\nQ1. What is tea?\n```\n",
}


@pytest.mark.parametrize("text", NO_QUESTIONS.values(), ids=NO_QUESTIONS.keys())
def test_a_document_without_questions_is_reported(text: str) -> None:
    page = read(text)
    assert page.cards == ()
    assert ("D011", 1, 1) in found(page)


def test_one_question_is_enough() -> None:
    page = read("Q1. What is tea? {#tea}\nA plant.")
    assert [(card.id, card.answered) for card in page.cards] == [("tea", True)]
    assert page.diagnostics == ()


@pytest.mark.parametrize("title", ["Next", "The end of a generator", "Home?", "Any questions?"])
def test_what_has_a_label_is_a_question_whatever_its_words(title: str) -> None:
    assert [card.question for card in read(f"Q1. {title}\n\nSo.").cards] == [title]


def test_who_speaks_next_in_a_chat_is_no_part_of_an_answer() -> None:
    assert only("Q1. What?\n\n**A:** So.\n\n**You:** more please\n\n**ChatGPT:**").answered
    assert not only("Q1. What?\n\n**ChatGPT:**").answered


@pytest.mark.parametrize("answer", ["The **answer**.", "The end of a generator.", "A short answer."])
def test_a_sentence_is_an_answer(answer: str) -> None:
    assert only(f"Q1. What?\n\n{answer}").answered


def test_the_first_heading_is_the_title() -> None:
    assert read("Text.\n\n## Tea `leaf`\n\n# Pot\n\nQ1. What is tea?\n").title == "Tea `leaf`"
    assert read("### Tea\n\nQ1. What is tea?\n").title is None


def test_a_card_knows_where_it_stands() -> None:
    page = grammar.read(Source.of("source/tea/a.md", "\n\n  Q1. What is tea? {#tea}\nA plant.\n"), "a.md")
    [card] = page.cards
    assert (str(card.location), card.document) == ("source/tea/a.md:3:3", "a.md")


def test_diagnostics_come_in_the_order_of_the_document() -> None:
    page = read(
        "Q1. What? {#a}\n\n```python chekc\n```\n\n<div>x</div>\n\nQ2. Why? {#b x=1}\n\n![](a.png)\n\nQ3. Who?\n"
    )
    lines = [line for _, line, _ in found(page)]
    assert lines == sorted(lines)
    assert set(lines) == {3, 6, 8, 10, 12}


# ---------------------------------------------------------------- identity

SLUGS = {
    "words": ("What is tea?", "what-is-tea"),
    "Markdown": ("What is `tea`, **really**?", "what-is-tea-really"),
    "accents": ("Où est le thé?", "ou-est-le-the"),
    "underscores": ("What does create_engine() do?", "what-does-create-engine-do"),
    "digits and letters": ("Is 2 more than 1?", "is-2-more-than-1"),
    "white space": ("  What   is\ttea ", "what-is-tea"),
    "whole words up to 60 characters": (
        "a2345678 b2345678 c2345678 d2345678 e2345678 f2345678 g23456789",
        "a2345678-b2345678-c2345678-d2345678-e2345678-f2345678",
    ),
    "exactly 60 characters": ("a" * 29 + " " + "b" * 30 + " c", "a" * 29 + "-" + "b" * 30),
    "no more than 60 characters": ("a" * 30 + " " + "b" * 30, "a" * 30),
    "a word of its own is cut": ("x" * 70, "x" * 60),
}


@pytest.mark.parametrize(("question", "slug"), SLUGS.values(), ids=SLUGS.keys())
def test_an_id_is_made_from_words(question: str, slug: str) -> None:
    assert grammar.slug(question) == slug


@pytest.mark.parametrize("question", ["茶?", "2 + 2", "?", "🍵"])
def test_an_id_without_letters_is_a_hash(question: str) -> None:
    assert re.fullmatch(r"q-[0-9a-f]{10}", grammar.slug(question))
    assert grammar.slug(question) != grammar.slug(question + "?")


def test_the_id_of_a_question_does_not_depend_on_its_label_or_place() -> None:
    first, second = (only(f"{label} What is tea?\n\nA plant.\n").id for label in ("Q1.", "\n\n**Q77**"))
    assert first == second == "what-is-tea"


@pytest.mark.parametrize("title", ["{#tea}", "![](tea.png) {#tea}", "<!-- tea --> {#tea}"])
def test_a_question_that_shows_nothing_never_reaches_the_learner(title: str) -> None:
    assert all(card.defects for card in read(f"Q1. {title}\n\nA plant.\n").cards)


# ---------------------------------------------------------------- fences

SHOWN_AND_RUN = (True, True)
SHOWN = (True, False)
RUN = (False, True)
FENCES = {
    "python": ("python", "python", Role.SHOWN, SHOWN_AND_RUN, []),
    "py": ("py", "python", Role.SHOWN, SHOWN_AND_RUN, []),
    "Python3": ("Python3", "python", Role.SHOWN, SHOWN_AND_RUN, []),
    "space before": ("  python check", "python", Role.CHECK, RUN, []),
    "spaces between": ("python   check ", "python", Role.CHECK, RUN, []),
    "a tab between": ("python\tcheck", "python", Role.CHECK, RUN, []),
    "fragment": ("python fragment", "python", Role.FRAGMENT, SHOWN, []),
    "setup": ("python setup", "python", Role.SETUP, RUN, []),
    "check": ("python check", "python", Role.CHECK, RUN, []),
    "refute": ("python refute", "python", Role.REFUTE, RUN, []),
    "line numbers": ('python linenums="1"', "python", Role.SHOWN, SHOWN_AND_RUN, []),
    "highlights": ("python {1,3-5}", "python", Role.SHOWN, SHOWN_AND_RUN, []),
    "file name": ("python example.py", "python", Role.SHOWN, SHOWN_AND_RUN, []),
    "stray quote": ('python "', "python", Role.SHOWN, SHOWN_AND_RUN, []),
    "none": ("", "", Role.TEXT, SHOWN, []),
    "text": ("text", "text", Role.TEXT, SHOWN, []),
    "sql": ("sql", "sql", Role.TEXT, SHOWN, []),
    "another language": ("bash", "bash", Role.TEXT, SHOWN, []),
    "another language with a role": ("bash check", "bash", Role.TEXT, SHOWN, []),
    "output": ("text output", "text", Role.OUTPUT, SHOWN_AND_RUN, ["D022"]),
    "emitted": ("sql emitted", "sql", Role.EMITTED, SHOWN_AND_RUN, ["D022"]),
    "emitted for a dialect": (
        'sql emitted dialect=sqlite sqlalchemy=">=2.0"',
        "sql",
        Role.EMITTED,
        SHOWN_AND_RUN,
        ["D022"],
    ),
    "emitted with another key": ("sql emitted dilect=x", "sql", Role.EMITTED, SHOWN_AND_RUN, ["D022", "D023"]),
    "pycon fragment": ("pycon fragment", "pycon", Role.FRAGMENT, SHOWN, []),
    "mistyped role": ("python chekc", "python", Role.FRAGMENT, SHOWN, ["D020"]),
    "role in capitals": ("python Check", "python", Role.FRAGMENT, SHOWN, ["D020"]),
    "role of another language": ("python output", "python", Role.FRAGMENT, SHOWN, ["D020"]),
    "two roles": ("python check refute", "python", Role.FRAGMENT, SHOWN, ["D020"]),
    "a role of none": ("pycon check", "pycon", Role.FRAGMENT, SHOWN, ["D020"]),
    "key on a check": ("python check timeout=3", "python", Role.CHECK, RUN, ["D023"]),
}


@pytest.mark.parametrize(("info", "language", "role", "uses", "codes"), FENCES.values(), ids=FENCES.keys())
def test_the_info_string_decides_what_becomes_of_a_fence(
    info: str, language: str, role: Role, uses: tuple[bool, bool], codes: list[str]
) -> None:
    page = read(f"Q1. What? {{#tea}}\n\nTea.\n\n~~~{info}\ntea = 1\n~~~\n")
    [card] = page.cards
    shown = [part for part in card.answer if isinstance(part, Fence)]
    assert (bool(shown), bool(card.fences)) == uses
    [fence] = {id(fence): fence for fence in (*shown, *card.fences)}.values()
    assert (fence.language, fence.role, fence.code, fence.location.line) == (language, role, "tea = 1\n", 6)
    assert without_notes(page) == codes
    assert [defect.code for defect in card.defects] == codes
    assert [diagnostic.location.line for diagnostic in page.diagnostics] == [5] * len(codes)


HINTS = {
    "mistyped": ("python chekc", "did you mean `check`?"),
    "in capitals": ("python SETUP", "known are `fragment`, `setup`, `check`, `refute`"),
    "unlike any": ("text proof", "known are `output`"),
    "mistyped key": ("sql emitted dialetc=x", "did you mean `dialect`?"),
    "a key where there is none": ("python refute dialect=x", "it takes none"),
}


@pytest.mark.parametrize(("info", "hint"), HINTS.values(), ids=HINTS.keys())
def test_a_mistaken_info_string_is_answered_with_advice(info: str, hint: str) -> None:
    page = read(f"Q1. What? {{#tea}}\n\nTea.\n\n```{info}\ntea = 1\n```\n")
    assert hint in [diagnostic.hint for diagnostic in page.diagnostics]


@pytest.mark.parametrize("info", ["python check refute", "python setup check", "pycon check"])
def test_advice_never_repeats_the_mistake_and_never_ends_in_nothing(info: str) -> None:
    [mistake] = read(f"Q1. What? {{#tea}}\n\nTea.\n\n```{info}\ntea = 1\n```\n").diagnostics
    wrong = mistake.message.split("`")[1]
    assert f"`{wrong}`?" not in mistake.hint
    assert not mistake.hint.rstrip().endswith("are")


@pytest.mark.parametrize("role", ["check", "refute", "setup"])
def test_a_role_without_its_language_is_a_mistake(role: str) -> None:
    [mistake] = read(f"Q1. What? {{#tea}}\n\nTea.\n\n```{role}\nassert True\n```\n").diagnostics
    assert (mistake.code, mistake.hint) == ("D020", f"write `python {role}`")


def test_code_that_looks_like_other_code_is_reported_and_runs_as_what_it_is() -> None:
    text = "Q1. What? {#tea}\n\nTea.\n\n```python check\nassert 1\nx = '\u202e'\n```\n"
    page = read(text)
    assert [(each.code, str(each.location)) for each in page.diagnostics] == [("D036", "notes.md:7:6")]
    assert "U+202E" in page.diagnostics[0].message
    assert not page.cards[0].defects


def test_a_fence_in_a_list_keeps_its_place_and_loses_its_indent() -> None:
    card = only("Q1. What?\n\n1. Pour:\n\n   ```python check\n   def pour():\n       return 1\n   ```\n")
    [fence] = card.fences
    assert (fence.code, str(fence.location)) == ("def pour():\n    return 1\n", "notes.md:6:1")


@pytest.mark.parametrize("html", ["<p>A plant.</p>", "<br>", "<details>\n<summary>Tea</summary>"])
def test_a_check_right_below_a_line_of_html_is_run(html: str) -> None:
    card = only(f"Q1. What?\n\n{html}\n```python check\nassert True\n```\n")
    assert [(fence.role, fence.code) for fence in card.fences] == [(Role.CHECK, "assert True\n")]


def test_fences_run_in_the_order_of_the_document() -> None:
    roles = ["setup", "check", "refute", "check", "fragment", "setup"]
    text = "".join(f"```python {role}\nn = {n}\n```\n" for n, role in enumerate(roles))
    card = only(f"Q1. What?\n\nTea.\n{text}```python\nlast = 1\n```\n")
    assert [(fence.role.value, fence.code) for fence in card.fences] == [
        *((role, f"n = {n}\n") for n, role in enumerate(roles) if role != "fragment"),
        ("shown", "last = 1\n"),
    ]


def test_a_check_makes_a_card_checked_and_a_refute_does_not() -> None:
    assert only("Q1. What?\n\nTea.\n\n```python check\nassert True\n```\n").checked
    assert not only("Q1. What?\n\nTea.\n\n```python refute\nassert False\n```\n").checked
    assert not only("Q1. What?\n\n```python\nassert True\n```\n").checked


OUTSIDE = {
    "check": ("```python check\nassert True\n```", [("D019", 3, 1)]),
    "setup": ("```python setup\ntea = 1\n```", [("D019", 3, 1)]),
    "refute": ("```python refute\nassert False\n```", [("D019", 3, 1)]),
    "in a list": ("- tea\n\n  ```python check\n  assert True\n  ```", [("D018", 3, 1), ("D019", 5, 1)]),
    "shown": ("```python\ntea = 1\n```", [("D018", 3, 1)]),
    "text": ("Tea.", [("D018", 3, 1)]),
    "a list with code": ("- tea\n\n  ```bash\n  brew\n  ```", [("D018", 3, 1), ("D018", 5, 1)]),
    "a quote that begins with code": ("> ```bash\n> brew\n> ```", [("D018", 3, 1)]),
}


@pytest.mark.parametrize(("text", "expected"), OUTSIDE.values(), ids=OUTSIDE.keys())
@pytest.mark.parametrize("above", ["#\n\n", "\n\n", "Q0. Zero? {#zero}\n# One\n"], ids=["section", "head", "question"])
def test_what_stands_outside_questions_is_reported_where_it_stands(
    above: str, text: str, expected: list[tuple[str, int, int]]
) -> None:
    page = read(f"{above}{text}\n\nQ1. What? {{#tea}}\n\nTea.\n")
    assert [each for each in dict.fromkeys(found(page)) if each[0] != "D012"] == expected


# ---------------------------------------------------------------- answers

ANSWERED = {
    "text": "Tea.",
    "a list": "- tea",
    "shown code": "```python\ntea = 1\n```",
    "indented code": "    tea",
    "code like a tag": "```html\n<br>\n```",
    "code like a comparison": "```text\n<tea>\n```",
    "code in a line like a tag": "`<br>`",
    "an escaped tag": r"\<br>",
    "a formula": r"\(t\)",
    "a described picture": "![tea](tea.png)",
    "a table": "| tea |\n|---|",
    "HTML": "<b>Tea</b>",
    "an autolink": "<https://example.org>",
    "one character": "0",
    "a number with a full stop": "577.",
}
UNANSWERED = {
    "nothing": "",
    "white space": "   \n\t\n",
    "a no-break space": "&nbsp;",
    "a thematic break": "---",
    "several thematic breaks": "---\n\n***\n",
    "a comment": "<!-- tea -->",
    "a comment with an arrow": "<!-- tea -> pot -->",
    "a comment over lines": "<!--\n<b>tea</b>\n-->",
    "empty HTML": "<p></p>\n<br>",
    "a picture without description": "![](tea.png)",
    "a hidden check": "```python check\nassert True\n```",
    "an empty fence": "```python\n```",
    "a link definition": "[1]: https://example.org",
    "a section": "# Tea",
    "an empty list": "-",
}


@pytest.mark.parametrize("answer", ANSWERED.values(), ids=ANSWERED.keys())
def test_a_question_is_answered_by_whatever_shows(answer: str) -> None:
    page = read(f"Q1. What? {{#tea}}\n\n{answer}\n\nQ2. Who? {{#who}}\n\nI.\n")
    assert [card.answered for card in page.cards] == [True, True]
    assert "D012" not in without_notes(page)


def test_underscores_emphasise_words_and_not_names() -> None:
    answer = read("Q1. What? {#tea}\n\n_black tea_ in a tea_pot\n").cards[0].answer
    assert [part.text for part in answer if isinstance(part, Html)] == ["<p><em>black tea</em> in a tea_pot</p>"]


@pytest.mark.parametrize("answer", UNANSWERED.values(), ids=UNANSWERED.keys())
def test_a_question_is_not_answered_by_what_does_not_show(answer: str) -> None:
    page = read(f"Text.\n\nQ1. What? {{#tea}}\n\n{answer}\n\nQ2. Who? {{#who}}\n\nI.\n")
    assert [card.answered for card in page.cards] == [False, True]
    assert ("D012", 3, 1) in found(page)


BREAKS = {
    "between cards": ("Tea.\n\n---\n", "<p>Tea.</p>"),
    "several": ("Tea.\n\n---\n\n***\n", "<p>Tea.</p>"),
    "inside": ("Tea.\n\n---\n\nPot.\n", "<p>Tea.</p>\n<hr>\n<p>Pot.</p>"),
    "right under text": ("Tea.\n---\n", "<p>Tea.</p>"),
}


@pytest.mark.parametrize(("answer", "shown"), BREAKS.values(), ids=BREAKS.keys())
def test_a_thematic_break_separates_cards_and_is_not_part_of_them(answer: str, shown: str) -> None:
    first, _ = read(f"Q1. What?\n\n{answer}\nQ2. Who?\n\nI.\n").cards
    assert first.answer == (Html(shown),)


def test_a_section_ends_an_answer() -> None:
    page = read("Q1. What? {#tea}\n\nTea.\n\n## Pots\n\nLost.\n\nQ2. Who? {#who}\n\nI.\n")
    assert [card.answer for card in page.cards] == [(Html("<p>Tea.</p>"),), (Html("<p>I.</p>"),)]
    assert found(page) == [("D018", 7, 1)]


def test_heading_is_the_question_as_html() -> None:
    card = only(r"Q1. Is `a < b`, **or** \(a_1 > b_1\)? {#less}" + "\nYes.\n")
    assert card.heading == r"Is <code>a &lt; b</code>, <strong>or</strong> \(a_1 &gt; b_1\)?"
    assert card.question == r"Is `a < b`, **or** \(a_1 > b_1\)?"


# ---------------------------------------------------------------- defects

DEFECTS = {
    "its attributes": ("Q1. What? {#tea x=1}\nTea.\n", [["D016"], []]),
    "its last fence": ("Q1. What? {#tea}\nTea.\n```python chekc\n```\n", [["D020"], []]),
    "a fence above all questions": ("```python check\n```\n\nQ1. What? {#tea}\nTea.\n", [[], []]),
    "a fence in the section after it": ("Q1. What? {#tea}\nTea.\n# S\n```python check\n```\n", [[], []]),
    "the question after it": ("Q1. What? {#tea}\nTea.\nQ3. How? {#how x=1}\nSo.\n", [[], ["D016"], []]),
    "no answer, which is no defect": ("Q1. What? {#tea}\n", [[], []]),
    "a warning, which is no defect": ("Q1. What? {#tea}\n<div>Tea.</div>\n\n", [[], []]),
}


@pytest.mark.parametrize(("text", "expected"), DEFECTS.values(), ids=DEFECTS.keys())
def test_the_errors_of_a_card_are_its_own(text: str, expected: list[list[str]]) -> None:
    page = read(f"{text}Q2. Who? {{#who}}\nI.\n")
    assert [[defect.code for defect in card.defects] for card in page.cards] == expected


# ---------------------------------------------------------------- time


@contextmanager
def seconds_of_work(limit: float) -> Iterator[None]:
    """Processor time, so that a busy machine changes nothing."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"takes more than {limit} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


HOSTILE = {
    "a label without a number": "Q" + " " * 60_000 + "x",
    "a fence of angle brackets": "```\n" + "<" * 200_000 + "\n```",
    "code with a long gap": "    a" + " " * 100_000 + "b",
    "code with many empty lines": "    a" + "\n" * 100_000 + "    b",
    "formulas that are never closed": r"\( " * 50_000,
    "comments that are never closed": "<!-- a\n" * 20_000,
    "deep quotes": ">" * 50_000 + " a",
    "runs of emphasis": "*a **b " * 5_000,
    "runs of links": "[a](" * 10_000,
    "a table that is completed": "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + "a\n" * 50,
    "fences that are never closed": "```python\n" * 2_000,
    "fences of growing length": "".join("`" * length + "x\n" for length in range(3, 800)),
    "fences that longer ones do not close": "~~~~~ py\n~~~\n" * 4_000,
    "fences that are closed": "```py\nx\n```\n" * 6_000,
    "sections without questions": "".join(f"## Part {number}\n\nwords\n\n" for number in range(3_000)),
    "folds that are never closed": "<details><summary>\n" * 5_000,
    "bold that is never closed": "**" * 20_000 + "a?",
    "marks of code in bold that is never closed": "**a" + "`" * 2_000 + "b?",
    "marks of code in a heading": "### **W" + "`" * 1_001 + "hat* is it",
    "faces": "# " + "\U0001f600 " * 20_000,
    "marks of questions": "a" + "?" * 50_000 + "b",
    "numbers of numbers": "1." * 20_000 + " a?",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_time_to_read_grows_with_the_length_and_not_with_its_square(text: str) -> None:
    with seconds_of_work(2):
        page = read(f"Q1. What?\n\n{text}\n\nQ2. Who?\n\nI.\n")
    assert [card.label for card in page.cards] == ["Q1", "Q2"]


def test_comments_that_are_never_closed_between_many_questions() -> None:
    with seconds_of_work(5):
        page = read("".join(f"Q{number}. What is it?\n\n<!-- x\n\nwords\n\n" for number in range(1, 2_001)))
    assert len(page.cards) == 2_000
