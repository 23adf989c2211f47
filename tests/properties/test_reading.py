"""Whatever a document holds: reading it never fails, every place lies inside it, and no question is swallowed."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from deckgen import config, rules
from deckgen.diagnostics import Diagnostic, Location, Source, excerpt
from deckgen.model import Card, Fence, Html
from deckgen.publishing.reports.text import paragraph
from deckgen.reading import decks, grammar, sidecar, sources
from deckgen.reading.grammar import Page

QUICK = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
PIECES = st.sampled_from(
    [
        *["\n", "\n", "\n\n", "\n\n", " ", "  ", "    ", "\t", "\r\n", "\r", "\x0c", "\u2028", "\u00a0"],
        *["Q1. What?", "Q2. Why? {#why}", "**Q3.** who", "Q 4) How?", "Q5 Where?", "**Q6. When {.then}"],
        *['{#b .t k="v"}', "{#b timeout=}", '{sqlalchemy=">=2"}', "{", "}", "Q", "question 7:"],
        *["```", "```\n", "```python check\n", "~~~", "````", "```python chekc x=1\n", "``` `"],
        *["> ", ">", "- ", "* ", "1. ", "12) ", "# ", "## Head\n", "### Sub\n", "---\n", "***\n", "===\n"],
        *["<div>", "</div>", "<p>", "<br>", "<!-- ", "-->", "<pre>", "<font ", "<?", "<!x"],
        *["![a](b.png)", "![", "![a][r]", "[r]: http://x\n", "](", ")", "[", "]"],
        *["|a|b|\n|-|-|\n|1|2|\n", "|", "\\(x\\)", "\\(", "\\[", "\\]", "\\", "*", "**", "_", "`", "&amp;", "~~"],
        *["text", "\u0130", "\u8336", "a", "0", ".", "?"],
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(LETTERS, max_size=60)


def read(text: str) -> tuple[Source, Page]:
    source = Source.of("notes.md", text)
    return source, grammar.read(source, "notes.md")


def fences(card: Card) -> Iterator[Fence]:
    """The fences of a card that hold code."""
    shown = [part for part in card.answer if isinstance(part, Fence)]
    yield from (fence for fence in (*shown, *card.fences) if fence.code)


def places(page: Page) -> Iterator[Location]:
    for diagnostic in page.diagnostics:
        yield diagnostic.location
    for card in page.cards:
        yield card.location
        yield from (fence.location for fence in fences(card))
        yield from (defect.location for defect in card.defects)


def inside(source: Source, place: Location) -> bool:
    return 1 <= place.line <= len(source.lines) and 1 <= place.column <= len(source.line(place.line)) + 1


@QUICK
@given(TEXTS)
@example("\u0130\u0130\u0130\u0130\u0130\u0130<b><i>x</i><u></b></u><div>")
@example("Q1. What?\n```python")
@example("")
def test_reading_never_fails_and_every_place_lies_inside_the_source(text: str) -> None:
    source, page = read(text)
    for place in places(page):
        assert inside(source, place), place


@QUICK
@given(TEXTS)
@example('question 7:\n{#b .t k="v"}')
def test_a_diagnostic_carries_the_line_it_points_at(text: str) -> None:
    source, page = read(text)
    for diagnostic in page.diagnostics:
        line = source.line(diagnostic.location.line)
        assert diagnostic.excerpt == line
        assert diagnostic.hint
        if not line.strip():
            continue
        shown, below = excerpt(diagnostic).split("\n")
        assert below.endswith("^")
        above = shown[len(below) - 1 :][:1]
        assert above in ("", line[diagnostic.location.column - 1 :][:1], " ")
        assert paragraph(diagnostic).count("\n") == 3


@QUICK
@given(TEXTS)
def test_code_is_where_it_is_said_to_be(text: str) -> None:
    source, page = read(text)
    for fence in (fence for card in page.cards for fence in fences(card)):
        for number, line in enumerate(fence.code.removesuffix("\n").split("\n"), fence.location.line):
            assert source.line(number).replace("\t", " ").endswith(line.lstrip(" \t").replace("\t", " "))


def moved(page: Page, lines: int) -> Page:
    """A page as it would be some lines further down."""

    def place(location: Location) -> Location:
        return replace(location, line=location.line + lines)

    def diagnostic(each: Diagnostic) -> Diagnostic:
        return replace(each, location=place(each.location))

    def fence(each: Fence) -> Fence:
        return replace(each, location=place(each.location))

    def card(each: Card) -> Card:
        return replace(
            each,
            location=place(each.location),
            answer=tuple(part if isinstance(part, Html) else fence(part) for part in each.answer),
            fences=tuple(map(fence, each.fences)),
            defects=tuple(map(diagnostic, each.defects)),
        )

    return replace(
        page,
        cards=tuple(map(card, page.cards)),
        diagnostics=tuple(map(diagnostic, page.diagnostics)),
        sections=tuple(replace(each, line=each.line + lines) for each in page.sections),
    )


WHOLE_FILE = {rules.EMPTY_FILE.code, rules.NO_QUESTIONS.code}


@QUICK
@given(TEXTS, st.integers(1, 5))
@example("> ```\nQ1. What?", 1)
@example("- `---` is a rule\n\nQ1. What?", 1)
def test_blank_lines_above_move_every_place_and_change_nothing_else(text: str, lines: int) -> None:
    assume(not text.startswith("---"))
    before, after = read(text)[1], read("\n" * lines + text)[1]
    before, after = (
        replace(page, diagnostics=tuple(each for each in page.diagnostics if each.code not in WHOLE_FILE))
        for page in (before, after)
    )
    assert after == moved(before, lines)


@QUICK
@given(TEXTS)
def test_reading_is_deterministic(text: str) -> None:
    assert read(text) == read(text)


@QUICK
@given(TEXTS.map(lambda text: text.replace("\r", "")))
def test_line_ends_change_nothing(text: str) -> None:
    expected = read(text)[1]
    assert read(text.replace("\n", "\r\n"))[1] == expected
    assert read(text.replace("\n", "\r"))[1] == expected


# ---------------------------------------------------------------- nothing is lost

LINES = st.sampled_from(
    [
        *["", "", "", "", "{}", "{} {}", "{}?", "What is {}?", "Explain {}", "Q: {}?", "A: {}", "Ans: {}", "{} :: {}"],
        *["Q1. {}?", "Q2) What is {}", "Question 3: {}?", "**Q4.** {}", "### Q5. {}?", "Question 6", "**Answer:** {}"],
        *["# {}", "## {}?", "### {}?", "### 3. {}?", "#### What is {}?", "## Contents", "### Answer", "=====", "-----"],
        *["1. {}?", "2. What is {}?", "3. {}", "1. What is {}? {}", "**4. {}?**", "5. **What is {}?**", "6) {}"],
        *[
            "**{}?**",
            "**What is {}?** {}",
            "*What is {}?*",
            "> {}?",
            "> {}",
            "> [!question] {}?",
            "- {}?",
            "- {}",
            "  {}",
        ],
        *["- **What is {}?**", "  - {}", "    {}", "\t{}", "a. {}", "b. {}", "A. {}", "B. {}", "?", "TODO {}"],
        *["<details>", "</details>", "<summary>{}?</summary>", "<summary>Answer</summary>", "<details><summary>{}?"],
        *["<b>{}?</b>", "<h3>{}?</h3>", "<p>{}", "<!-- {}", "{} -->", "<div>{}</div>", "```", "```python", "~~~~"],
        *["| {} | {} |", "|---|---|", "[{}](#x)", "1. [{}?](#x)", "![{}](x.png)", "---", "***", "$${}", "\\[", "`{}"],
    ]
)


@st.composite
def marked_lines(draw: st.DrawFn) -> list[str]:
    """Lines in which every word stands once."""
    lines = draw(st.lists(LINES, min_size=1, max_size=25))
    words = iter(f"w{number}x" for number in range(100))
    return [re.sub(r"\{\}", lambda _: next(words), line) for line in lines]


@settings(QUICK, max_examples=400)
@given(marked_lines())
@example(["<!-- w0x", "w1x -->", "Q1. w2x?"])
def test_every_word_is_in_a_card_or_a_section_or_reported(lines: list[str]) -> None:
    """The words of a comment that is closed are the author's own; those of one that is not are meant for learners."""
    own = set(re.findall(r"w\d+x", " ".join(re.findall(r"<!--.*?-->", "\n".join(lines), re.DOTALL))))
    page = read("\n".join(lines))[1]
    kept = " ".join([text for card in page.cards for text in shown(card)])
    kept += page.front_matter.text if page.front_matter else ""
    ends = [*(card.location.line for card in page.cards), *(section.line for section in page.sections)]
    outside = [each.location.line for each in page.diagnostics if each.code in ("D010", "D011", "D018")]
    for number, line in enumerate(lines, 1):
        begun = max((each for each in outside if each <= number), default=None)
        if begun is not None and not any(begun <= each <= number for each in ends):
            continue
        titles = " ".join(section.title for section in page.sections if section.line in (number, number - 1))
        reported = " ".join(each.excerpt for each in page.diagnostics if each.location.line == number)
        for word in set(re.findall(r"w\d+x", line)) - own:
            assert word in f"{kept} {titles} {reported}", (word, number)


def shown(card: Card) -> Iterator[str]:
    """All that a card holds of its source."""
    yield from (card.label, card.question, card.heading)
    yield from (part.text if isinstance(part, Html) else part.code for part in card.answer)
    yield from (fence.code for fence in card.fences)


# ---------------------------------------------------------------- where a question begins

WORD = re.compile(r"[^\W_]+")
# What may stand before a label at the margin, between the beginning of a question and its first word, and on the lines
# above that word where a label, a mark or a fold stands on lines of its own.
DECORATION = re.compile(r"(?:\s|[^\w\s]|[(\[`]easy[)\]`])*")
LEAD = re.compile(r"(?:&\w+;|[\W_]|<[^<>]*>|(?i:q|question|quiz)(?![^\W\d_])|[(\[`]easy[)\]`]|\d+)*")


def begins_there(source: Source, card: Card) -> bool:
    """Whether a card's question begins at its place: with marks and its first word, or with marks above that word."""
    line, column = card.location.line, card.location.column
    above, behind = source.line(line)[: column - 1], source.line(line)[column - 1 :]
    if not behind.strip() or behind[0].isspace():
        return False
    if above.strip() and not (card.label.startswith("Q") and DECORATION.fullmatch(above)):
        return False
    first = WORD.search(re.sub(r"&\w+;|[(\[`]easy[)\]`]", " ", card.question))
    if first is None:
        return True
    for text in (behind, *source.lines[line : line + 5]):
        lead, _, _ = text.partition(first[0])
        if not LEAD.fullmatch(lead):
            return False
        if len(lead) < len(text):
            return True
    return False


@QUICK
@given(TEXTS | marked_lines().map("\n".join))
@example("  ### Question 3\n\nw1x?\n\nw2x")
@example("  <details>\n  <summary>\n  w1x?</summary>\n\nw2x")
@example("🌾 (easy) Q1. w1x?\n\nw2x")
@example("&amp;Q 4) How?")
@example("**Q3.** who&amp;1. ")
def test_a_question_is_where_it_is_said_to_be(text: str) -> None:
    source, page = read(text)
    for card in page.cards:
        assert begins_there(source, card), card.location


# ---------------------------------------------------------------- documents that are known to hold questions

LABELS = st.sampled_from(
    ["Q{}. ", "Q{} .", "Q.{} ", "Q {}) ", "Q{}: ", "**Q{}.** ", "Question {}: ", "q{}. ", " Q{}. "]
)
TITLES = st.sampled_from(["What is it ?", "what is it.?", "the `engine`", "Is a < b", "Is **this** it?", "(x) \\(y\\)"])
BLOCKS = st.sampled_from(
    [
        *["A line.", "Two\nlines.   ", "Q9 is named in here.", "- a\n- b", "* a\n\n  b", "1. a\n2. b", "a. one\nb.two"],
        *["> quoted", "> quoted\nlazily", "> - a\n> - b", "- > a", "- a\n  - b\n    - c", "### Sub", "---", "[a](b)"],
        *["| a |\n|---|\n| Q9. b |", "    code\n    Q9. code", "- a\n\n      code", "![a](b.png)", "\\[\nx\n\\]"],
        *["```text\nQ9. inside?\n```", "~~~python check\nassert 1\n~~~", "````md\n```python\nQ9. in?\n```\n````"],
        *["- a\n  ```python\n  Q9 = 1\n  ```", "> ```text\n> Q9. inside?\n> ```", "```python fragment\n```"],
        *["<p>a</p>", "<br>", "<div>\na\n</div>", "<!-- a -->", "<!--\nQ9. inside?\n-->", "[r]: http://x", "{#a}"],
    ]
)
UNCLOSED = st.sampled_from(["", "", "", "```python\nx = 1", "~~~text\nx", "- ```python\n  x = 1", "> ```text\n> x"])


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[tuple[str, str, int]]]:
    """A document, and label, title and line of each of its questions."""
    lines: list[str] = draw(st.sampled_from([[], ["# Title", ""], ["Some words."]]))[:]
    expected = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        title = draw(TITLES)
        expected.append((f"Q{number}", title, len(lines) + 1))
        lines.append(draw(LABELS).format(number) + title + draw(st.sampled_from(["", "   ", f" {{#card-{number}}}"])))
        for block in draw(st.lists(BLOCKS, max_size=4)):
            below_html = lines[-1].endswith(">")
            lines += [*([""] if below_html else draw(st.sampled_from([[], [""]]))), *block.split("\n")]
        unclosed = draw(UNCLOSED)
        lines += ["", *unclosed.split("\n")] if unclosed else draw(st.sampled_from([[], [""]]))
    return "\n".join(lines) + "\n", expected


@QUICK
@given(documents())
def test_every_question_is_read_whatever_stands_above_it(given: tuple[str, list[tuple[str, str, int]]]) -> None:
    text, expected = given
    page = read(text)[1]
    assert [(card.label, card.question, card.location.line) for card in page.cards] == expected


# ---------------------------------------------------------------- the other files

CODE = st.sampled_from(
    [
        *["def ", "async ", "check_q1", "refute_b", "check_nobody", "()", ": pass\n", ":\n", "    assert x\n", "  "],
        *["\n", "\n", "'''", '"', "@", "x = 1\n", "# note\n", "(", ")", "[", "\\\n", "\\", "\t", "\x0c", "\u2028"],
        *["\u00e9", "$", "?", "class A:\n", "lambda", "if x:\n", "f'{", "0b_", "1__0", ";", "def check_q1(): pass\n"],
    ]
)
CARDS = read("Q1. What? {#a}\n\nA.\n\nQ2. Who? {#b}\n\nB.\n")[1].cards


@QUICK
@given(st.lists(CODE, max_size=30).map("".join) | st.text(LETTERS, max_size=60))
def test_checks_beside_a_document_never_fail_and_keep_their_lines(text: str) -> None:
    source = Source.of("notes.checks.py", text)
    cards, found = sidecar.attach(CARDS, source, "notes.md")
    for diagnostic in found:
        assert inside(source, diagnostic.location), diagnostic
    for fence in (fence for card in cards for fence in card.fences):
        lines = fence.code.split("\n")
        assert len(lines) == len(source.lines)
        assert all(line in ("", own) for line, own in zip(lines, source.lines, strict=True))
        assert f"def {fence.entry}" in " ".join(fence.code.split())


YAML = st.sampled_from(
    [
        *["id", "name", "tags", ": ", ":", "\n", "\n", "\n  ", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "|", ">"],
        *["&a ", "*a", "!!int ", "!!timestamp ", "!!binary ", "%", "@", "? ", "<<", "2024-13-45", "0b_", "1:99", "x"],
        *["null", "true", "~", "\t", "\\x", "\u2028", "\u00e9", "=", "---", "2024-01-01 99:99:99"],
    ]
)


@QUICK
@given(st.lists(YAML, max_size=15).map("".join) | st.text(LETTERS, max_size=40))
@example("\u2028\u2028\u2028: ")
@example("!!int ")
def test_front_matter_never_fails(text: str) -> None:
    source = Source.of("notes.md", f"---\n{text}\n---\n")
    values, found = config.parse_front_matter(source, text, 2)
    for diagnostic in found:
        assert inside(source, diagnostic.location), diagnostic
    _, mistakes = config.from_front_matter(source, values)
    for diagnostic in mistakes:
        assert inside(source, diagnostic.location), diagnostic


TOML = st.sampled_from(
    [
        *["[deck]\n", "[verify]\n", "[x]\n", "id", "name", "timeout", "databases", "nmae", " = ", '"a"', "1", "true"],
        *["[", "]", "{", "}", '"', "'", '"""', ".", ",", "\n", "\n", "#", "nan", "1979-05-32", "'sqlite'", "\u2028"],
    ]
)


@QUICK
@given(st.lists(TOML, max_size=20).map("".join) | st.text(LETTERS, max_size=40))
def test_a_configuration_is_read_or_its_mistakes_are_inside_it(text: str) -> None:
    source = Source.of("deck.toml", text)
    settings_, found = config.parse(source)
    assert (settings_ is None) == bool(found)
    for diagnostic in found:
        assert inside(source, diagnostic.location), diagnostic


@QUICK
@given(st.binary(max_size=60) | TEXTS.map(str.encode))
def test_bytes_are_a_source_or_a_diagnostic(data: bytes) -> None:
    result = sources.decode(data, "notes.md")
    if isinstance(result, Source):
        assert result.text == Source.of("", data.decode("utf-8-sig")).text
    else:
        assert 1 <= result.location.line <= len(data) + 1


@settings(QUICK, max_examples=100)
@given(TEXTS, TEXTS)
def test_a_document_that_is_a_deck_is_read_or_reported(head: str, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.md"
        path.write_text(f"---\n{head}\n---\n{text}", "utf-8", newline="")
        reading = decks.read([str(path)])
    assert [deck.id for deck in reading.decks] == ["notes"] or reading.diagnostics
