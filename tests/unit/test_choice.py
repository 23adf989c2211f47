"""Which lines of a document are its questions, in whatever form they are written, and what never becomes one."""

from __future__ import annotations

import pytest

from deckgen import console
from deckgen.diagnostics import Source
from deckgen.model import Document
from deckgen.reading import grammar
from deckgen.reading.grammar import Page
from deckgen.reading.shapes import NAMES
from tests.unit.cards import deck
from tests.unit.reports import report


def read(text: str) -> Page:
    return grammar.read(Source.of("notes.md", text), "notes.md")


def questions(page: Page) -> list[str]:
    return [card.question for card in page.cards]


def codes(page: Page) -> list[tuple[str, int]]:
    return [(each.code, each.location.line) for each in page.diagnostics if each.code != "D013"]


# A question in each form, and the label that its card has.
FORMS = {
    "labels": ("Q{n}. {title}\n\n{answer}\n\n", "Q{n}"),
    "numbered headings": ("### {n}. {title}\n\n{answer}\n\n", "{n}"),
    "headings": ("### {title}\n\n{answer}\n\n", ""),
    "bold numbers": ("**{n}. {title}**\n\n{answer}\n\n", "{n}"),
    "numbers": ("{n}. {title}\n\n{answer}\n\n", "{n}"),
    "bold lines": ("**{title}**\n\n{answer}\n\n", ""),
    "quotes": ("> {title}\n\n{answer}\n\n", ""),
    "folds": ("<details><summary>{title}</summary>\n\n{answer}\n\n</details>\n\n", ""),
    "bullets": ("- {title}\n\n  {answer}\n\n", ""),
    "answer marks": ("Q: {title}\n\nA: {answer}\n\n", ""),
    "pairs": ("{title} :: {answer}\n\n", ""),
    "paragraphs": ("{title}\n\n{answer}\n\n", ""),
}
TITLES = ("What is rye?", "What is oat?", "What is wheat?")


def written(form: str, titles: tuple[str, ...] = TITLES, answer: str = "A grass.") -> str:
    return "".join(FORMS[form][0].format(n=n, title=title, answer=answer) for n, title in enumerate(titles, 1))


def test_every_form_is_tried() -> None:
    assert tuple(FORMS) == NAMES


@pytest.mark.parametrize("form", FORMS)
def test_a_document_is_read_in_its_form(form: str) -> None:
    page = read(written(form))
    labels = [FORMS[form][1].format(n=n) for n in (1, 2, 3)]
    assert [(card.label, card.question) for card in page.cards] == list(zip(labels, TITLES, strict=True))
    assert (page.form, codes(page)) == (form, [])
    assert all("A grass" in str(card.answer) and "What" not in str(card.answer) for card in page.cards)


@pytest.mark.parametrize("form", FORMS)
def test_it_is_said_how_a_document_is_read(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = read(written(form))
    documents = (Document("notes.md", "", page.cards, page.form), Document("empty.md", "", (), ""))
    console.summary(report(deck=deck(documents=documents)))
    assert f"\nread as: {form}, 3 questions\n" in capsys.readouterr().err


def test_documents_of_one_form_are_counted_together(capsys: pytest.CaptureFixture[str]) -> None:
    pages = [("a.md", read(written("folds"))), ("b.md", read(written("folds"))), ("c.md", read("Q1. Why?\n\nSo.\n"))]
    documents = tuple(Document(path, "", page.cards, page.form) for path, page in pages)
    console.summary(report(deck=deck(documents=documents)))
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("read as")]
    assert lines == ["read as: folds, 6 questions in 2 documents", "read as: labels, 1 question"]


def test_two_forms_are_named_the_more_frequent_first() -> None:
    page = read("### 1. What is rye?\n\nA grass.\n\n### What is oat?\n\nA grass.\n\n### What is wheat?\n\nA grass.\n")
    assert (page.form, len(page.cards)) == ("headings and numbered headings", 3)


# ---------------------------------------------------------------- the form that is wanted

# Of each form a document in which another weighs more: three questions against two.
WANTED = [form for form in FORMS if form not in ("labels", "answer marks")]


@pytest.mark.parametrize("form", WANTED)
def test_the_form_that_is_wanted_is_read_though_another_weighs_more(form: str) -> None:
    text = written("labels") + "# Trees\n\n" + written(form, ("What is elm?", "What is ash?"))
    assert questions(read(text))[:3] == list(TITLES)
    page = read(f"---\nquestions: {form}\n---\n{text}")
    assert questions(page) == ["What is elm?", "What is ash?"]
    assert (page.form, codes(page)) == (form, [("D018", 4)])


@pytest.mark.parametrize("form", ["labels", "answer marks"])
def test_so_are_few_labels_and_marks_among_many_headings(form: str) -> None:
    text = written("headings", tuple(f"What is grain {n}?" for n in range(9))) + written(form, TITLES[:1])
    page = read(f"---\nquestions: {form}\n---\n{text}")
    assert (page.form, questions(page)) == (form, ["What is rye?"])


@pytest.mark.parametrize(
    "key", ["questions: numbers", 'questions: "numbers"', "questions : 'numbers' ", "id: x\nquestions: numbers"]
)
def test_a_form_is_wanted_as_yaml_has_it(key: str) -> None:
    page = read(f"---\n{key}\n---\n{written('headings')}\n{written('numbers', ('What is elm?', 'What is ash?'))}")
    assert (page.form, questions(page)) == ("numbers", ["What is elm?", "What is ash?"])


@pytest.mark.parametrize("wanted", ["quotes", "quote", "", "null", "[headings]", "{"])
def test_where_nothing_is_written_in_the_form_that_is_wanted_it_is_read_as_without(wanted: str) -> None:
    page = read(f"---\nquestions: {wanted}\n---\n{written('headings')}")
    assert (page.form, questions(page), codes(page)) == ("headings", list(TITLES), [])


# Nothing in these asks or counts, so that nothing but the key makes questions of them.
MEANT = {
    "headings": "# Grain\n\n## Rye\n\nA grass.\n\n## Oat\n\nA grass.\n\n### Roots\n\nDeep.\n",
    "headings with one number": "## 1. Rye\n\nA grass.\n\n## Oat\n\nA grass.\n",
    "bold lines": "**Rye**\n\nA grass.\n\n**Oat**\n\nA grass.\n",
    "bullets": "- Rye\n  - A grass.\n- Oat\n  - A grass.\n",
    "pairs": "Rye :: A grass.\n",
    "numbers": "1. Rye\n\nIt takes:\n\n1. land\n2. rain\n\n2. Oat\n\nA grass.\n",
    "bold numbers": "**1. Rye**\n\nA grass.\n\n**2. Oat**\n\nA grass.\n",
    "quotes": "> Rye\n\nA grass.\n\n> Oat\n\nA grass.\n",
    "folds": "<details><summary>Rye</summary>\n\nA grass.\n\n</details>\n",
}


@pytest.mark.parametrize(("form", "text"), MEANT.items(), ids=MEANT.keys())
def test_all_lines_of_the_form_that_is_wanted_are_questions(form: str, text: str) -> None:
    form = form.partition(" with")[0]
    page = read(f"---\nquestions: {form} # as I do\n---\n{text}")
    assert (page.form, questions(page)) == (form, ["Rye", "Oat"][: len(page.cards)])
    assert len(page.cards) == 1 + ("Oat" in text)


def test_no_gap_is_filled_where_a_form_is_wanted() -> None:
    text = "### 1. What is rye?\n\nA grass.\n\n2. What is oat?\n\nA grass.\n\n### 3. What is wheat?\n\nA grass.\n"
    assert questions(read(text)) == list(TITLES)
    assert questions(read(f"---\nquestions: numbered headings\n---\n{text}")) == ["What is rye?", "What is wheat?"]


# ---------------------------------------------------------------- what must not become a card

SURROUNDED = {
    "a heading that asks": "A grass.\n\n### Is it tall?\n\nYes.",
    "numbers that ask": "1. What to plough?\n2. What to sow?\n3. Reap",
    "bullets that ask": "- What is it for?\n- Why?",
    "a quote that asks": "> Why though?",
    "a bold line that asks": "**Why though?**\n\nSo.",
    "a paragraph that asks": "A grass.\n\nWhy though?\n\nSo.",
    "a fold": "<details><summary>Why though?</summary>\n\nSo.\n\n</details>",
    "a pair": "winter rye :: is sown in autumn",
    "a mark": "Q: Why though?\nA: So.",
    "a table that asks": "| What is it? |\n|---|\n| A grass. |",
    "a comment of Python": "```python\n# What is it?\nx = 1  # why?\n```",
    "a heading in a fence": "```markdown\n## What is wheat?\n```",
    "a label in a fence": "```text\nQ1. What is wheat?\n```",
    "a rule in a fence": "```yaml\nWhat is wheat?\n---\n```",
    "an underline in a fence": "```text\nWhat is wheat?\n==============\n```",
    "a fence in a fence": "````markdown\n```\n## What is wheat?\n```\n````",
    "a heading in indented code": "See:\n\n    ## What is wheat?",
    "a heading in HTML": "<!--\n## What is wheat?\n-->\n\nA grass.",
    "a text above a rule": "It grows.\n---\n\nIt is tall.",
    "a question above a rule": "Where does it grow?\n---\n\nThere.",
    "a link that asks": "[What is it?](#rye)",
    "tags": "Tags: grain, grass\nDifficulty: easy",
    "a chat": "A grass.\n\nWould you like me to go on?",
    "a chat with a list": "A grass.\n\n- Do you want more?\n- Shall I continue?",
    "a heading of a chat": "A grass.\n\n### Do you want more?",
    "a link to the top": "A grass.\n\n### [Back to top](#top)",
    "choices": "A. a grass\nB. a tree\nC. What?\n\nAnswer: A",
    "lettered lines": "a. a grass\nb. what else?",
}


@pytest.mark.parametrize("answer", SURROUNDED.values(), ids=SURROUNDED.keys())
def test_what_an_answer_holds_is_no_question(answer: str) -> None:
    page = read(f"## What is rye?\n\n{answer}\n\n## What is oat?\n\nA grass.\n")
    assert questions(page) == ["What is rye?", "What is oat?"]
    assert (page.form, codes(page)) == ("headings", [])
    assert [card.answered for card in page.cards] == [True, True]


LISTS = {
    "that begins at one": ("numbers", "It takes:\n\n1. land\n2. rain"),
    "that is indented": ("numbers", "It takes:\n\n   1. land\n   2. rain"),
    "in bold": ("bold numbers", "It takes:\n\n1. **land**\n2. **rain**"),
    "under numbers in bold": ("bold numbers", "It takes:\n\n1. land\n2. rain"),
    "under numbered headings": ("numbered headings", "It takes:\n\n1. land\n2. What rain?\n3. sun"),
}


@pytest.mark.parametrize(("form", "answer"), LISTS.values(), ids=LISTS.keys())
def test_a_numbered_list_belongs_to_the_answer_above_it(form: str, answer: str) -> None:
    page = read(written(form, TITLES, answer))
    assert questions(page) == list(TITLES)
    assert all("rain" in str(card.answer) for card in page.cards)


# Numbered lines, each with an answer below it, and those of them that are questions.
COUNTED = {
    "that do not ask but go on": (
        ["1. What is rye?", "2. Oat", "3. What is wheat?"],
        ["What is rye?", "Oat", "What is wheat?"],
    ),
    "that begin without asking": (
        ["1. Rye", "2. What is oat?", "3. What is wheat?"],
        ["Rye", "What is oat?", "What is wheat?"],
    ),
    "that begin in the middle": (["7. What is rye?", "8. What is oat?"], ["What is rye?", "What is oat?"]),
    "that neither begin nor ask": (["2. Rye", "3. What is oat?", "4. What is elm?"], ["What is oat?", "What is elm?"]),
    "with a gap": (["1. What is rye?", "4. Oat", "5. What is elm?"], ["What is rye?", "Oat", "What is elm?"]),
    "with a gap too wide": (["1. What is rye?", "7. Oat", "8. What is elm?"], ["What is rye?", "What is elm?"]),
    "of which each is the first": (["1. What is rye?", "1. What is oat?"], ["What is rye?", "What is oat?"]),
    "with another list": (
        ["1. What is rye?", "1. Land", "2. Oat", "2. What is oat?"],
        ["What is rye?", "What is oat?"],
    ),
    "that are all indented": (["  1. What is rye?", "  2. What is oat?"], ["What is rye?", "What is oat?"]),
    "of which some are indented": (
        ["1. What is rye?", "   2. What land?", "2. What is oat?"],
        ["What is rye?", "What is oat?"],
    ),
}


@pytest.mark.parametrize(("lines", "expected"), COUNTED.values(), ids=COUNTED.keys())
def test_numbered_lines_count_the_questions(lines: list[str], expected: list[str]) -> None:
    page = read("".join(f"{line}\n\nA grass.\n\n" for line in lines))
    assert (page.form, questions(page)) == ("numbers", expected)


@pytest.mark.parametrize("inset", ["", "   "])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("form", ["numbers", "bold numbers"])
def test_long_lists_in_all_answers_hide_no_question(form: str, gap: str, inset: str) -> None:
    items = "".join(f"{inset}{n}. {word}\n" for n, word in enumerate(("land", "rain", "sun", "rye"), 1))
    text = written(form).replace("\n\nA grass.\n", f"{gap}{items}")
    page = read(text)
    assert (page.form, questions(page)) == (form, list(TITLES))
    assert all("sun" in str(card.answer) for card in page.cards)


def test_a_section_of_numbers_may_begin_with_one_that_does_not_ask() -> None:
    trees = "## Trees\n\n1. Elm\n\nA tree.\n\n2. What is ash?\n\nA tree.\n"
    assert questions(read(written("numbers") + trees)) == [*TITLES, "Elm", "What is ash?"]


def test_a_bold_line_that_holds_the_place_of_an_answer_is_no_question() -> None:
    page = read("**What is rye?**\n\n**TODO**\n\n**What is oat?**\n\nA grass.\n")
    assert (page.form, questions(page)) == ("bold lines", ["What is rye?", "What is oat?"])
    assert [card.answered for card in page.cards] == [False, True]


@pytest.mark.parametrize("text", ["rye :: A grass.\noat :: A grass.\n", "rye\n?\nA grass.\n\noat\n?\nA grass.\n"])
def test_pairs_need_not_ask(text: str) -> None:
    page = read(text)
    assert (page.form, questions(page)) == ("pairs", ["rye", "oat"])


CONTENTS = {
    "links": "- [What is rye?](#rye)\n- [What is oat?](#oat)\n- [What is wheat?](#wheat)",
    "numbered links": "1. [What is rye?](#rye)\n2. [What is oat?](#oat)\n3. [What is wheat?](#wheat)",
    "links to files": "1. [What is rye?](rye.md)\n2. [What is oat?](grain/oat.md#oat)",
    "links in a list": "- [Grain](#grain)\n  - [What is rye?](#rye)\n  - [What is oat?](#oat)",
    "words below a heading": "## Table of contents\n\n1. What is rye?\n2. What is oat?\n3. What is wheat?",
    "words in another language": "## Inhalt\n\n1. What is rye?\n2. What is oat?\n3. What is wheat?",
    "a table below a heading": "## Index\n\n| No. | Question |\n|---|---|\n| 1 | What is rye? |",
    "bullets below a heading": "## Contents\n\n- What is rye?\n- What is oat?",
}


@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS.keys())
@pytest.mark.parametrize("form", [form for form in FORMS if form != "pairs"])
def test_a_table_of_contents_asks_nothing(form: str, contents: str) -> None:
    head = f"# Grain\n\n{contents}\n\n## All of it\n\n"
    page = read(head + written(form))
    assert questions(page) == list(TITLES)
    assert all(card.location.line > head.count("\n") for card in page.cards)


PARTS = {
    "a part of its own": "## Contents\n\n### Grain\n\n- rye\n- oat\n\n",
    "a rule below it": "## Contents\n\n- rye\n- oat\n\n---\n\n",
    "its line and a rule below it": "Contents\n--------\n\n- rye\n- oat\n\n---\n\n",
    "bold words in it": "## Contents\n\n- **Grain**\n- **What else?**\n\n",
}


@pytest.mark.parametrize("head", PARTS.values(), ids=PARTS.keys())
@pytest.mark.parametrize("level", ["##", "###"])
def test_a_table_of_contents_ends_above_the_first_question_and_is_no_section(head: str, level: str) -> None:
    text = (
        f"# Plants\n\n{head}" + written("headings").replace("###", level) + "## Trees\n\n### What is elm?\n\nA tree.\n"
    )
    page = read(text.replace("### What is elm", f"{level} What is elm"))
    assert questions(page) == [*TITLES, "What is elm?"]
    assert {card.section for card in page.cards} <= {(), ("Trees",)}


# Below two questions of a form, what else is one, and what is none.
BELOW = {
    "a thank you in a chat": ("**You:**\nno thanks, that helped a lot\n", 0),
    "another": ("**You:**\nnothing, thanks\n", 0),
    "a task in a chat": ("**You:**\nmore about rye\n\n**ChatGPT:**\nA grass.\n", 1),
}


@pytest.mark.parametrize(("below", "more"), BELOW.values(), ids=BELOW.keys())
def test_thanks_are_no_question(below: str, more: int) -> None:
    asked = "".join(f"**You:**\n{title}\n\n**ChatGPT:**\nA grass.\n\n---\n\n" for title in TITLES[:2])
    assert len(read(asked + below).cards) == 2 + more


def test_a_heading_among_questions_of_its_level_is_one_in_a_section_too() -> None:
    trees = "### The oldest tree\n\nAn oak.\n\n" + written("headings", ("What is ash?", "What is elm?", "What is fir?"))
    found = questions(read(f"## Grain\n\n{written('numbers')}## Trees\n\n{trees}"))
    assert found == [*TITLES, "The oldest tree", "What is ash?", "What is elm?", "What is fir?"]


def test_long_bold_lines_among_questions_are_tasks_and_short_ones_are_parts_of_answers() -> None:
    text = (
        written("bold lines")
        + "**Sow: a field of one acre**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n**In short**\n\nSown.\n"
    )
    assert questions(read(text)) == [*TITLES, "Sow: a field of one acre"]


def test_an_answer_may_end_with_a_question() -> None:
    answer = "It shows that grain was grown early. And is bread not always part of history?"
    assert questions(read(written("paragraphs", TITLES, answer))) == list(TITLES)


AROUND = {
    "front matter of no one": ("Tags: grain\nDate: 2024-01-01\n\n", ""),
    "what a chat begins with": ("Sure! Here are the questions:\n\n", ""),
    "what a chat ends with": ("", "Would you like me to go on?\n"),
    "what it ends with below a rule": ("", "---\n\nLet me know if you have any questions?\n"),
    "an author": ("By somebody.\n\n", "Thanks for reading!\n"),
    "a badge": ("[![Stars](https://example.org/a.svg)](https://example.org)\n\n", ""),
}


@pytest.mark.parametrize(("above", "below"), AROUND.values(), ids=AROUND.keys())
@pytest.mark.parametrize("form", FORMS)
def test_what_stands_around_the_questions_is_none(form: str, above: str, below: str) -> None:
    assert questions(read(above + written(form) + below)) == list(TITLES)


# ---------------------------------------------------------------- sections

RESTARTING = ["labels", "numbered headings", "bold numbers", "numbers"]


@pytest.mark.parametrize("form", RESTARTING)
def test_numbers_may_begin_anew_in_each_section(form: str) -> None:
    page = read(f"# Plants\n\n## Grain\n\n{written(form)}## Trees\n\n{written(form, ('What is elm?', 'What is ash?'))}")
    numbers = [card.label.removeprefix("Q") for card in page.cards]
    assert (numbers, questions(page)) == (["1", "2", "3", "1", "2"], [*TITLES, "What is elm?", "What is ash?"])
    assert [card.section for card in page.cards] == [("Grain",)] * 3 + [("Trees",)] * 2


def test_a_section_in_another_form_is_read_too() -> None:
    page = read(
        f"## Grain\n\n{written('headings')}## Trees\n\n{written('bold lines', ('What is elm?', 'What is ash?'))}"
    )
    assert questions(page) == [*TITLES, "What is elm?", "What is ash?"]
    assert page.form == "headings and bold lines"


# ---------------------------------------------------------------- broken documents


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fence", ["```python", "~~~python", "`````"])
def test_a_fence_that_is_never_closed_hides_no_question_in_any_form(form: str, fence: str) -> None:
    below = written(form, TITLES[1:])
    text = (
        written(form, TITLES[:1]) + (f"  {fence}\n  x = 1\n\n" if form == "bullets" else f"{fence}\nx = 1\n\n") + below
    )
    page = read(text)
    assert questions(page) == list(TITLES)
    line = text.split("\n").index(f"  {fence}" if form == "bullets" else fence) + 1
    assert codes(page) == [("D021", line)]


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("bullets", "pairs")])
def test_a_fence_that_is_closed_by_the_end_of_another_hides_no_question(form: str) -> None:
    text = written(form, TITLES[:1]) + "```python\nx = 1\n\n" + written(form, TITLES[1:]) + "```python\ny = 2\n```\n"
    page = read(text)
    assert questions(page) == list(TITLES)
    assert codes(page) == [("D021", text.split("\n").index("```python") + 1)]


SOUP = {
    "open tags": "<div>\n<table><tr><td>A grass.",
    "closing tags": "</div></td>\nA grass.",
    "tags across": "<b><i>A grass.</b></i>",
    "a tag that never ends": "A <font color='red",
    "a comment that never ends": "A grass.\n\n<!-- and",
    "a declaration": "<!DOCTYPE html>\nA grass.",
    "a script": "<script>\nlet a\n\nA grass.",
}


@pytest.mark.parametrize("answer", SOUP.values(), ids=SOUP.keys())
@pytest.mark.parametrize("form", ["labels", "headings", "numbers", "bold lines", "paragraphs", "quotes"])
def test_a_soup_of_html_hides_no_question(form: str, answer: str) -> None:
    assert questions(read(written(form, TITLES, answer))) == list(TITLES)


@pytest.mark.parametrize("form", ["labels", "headings", "numbers"])
def test_a_huge_table_hides_no_question(form: str) -> None:
    table = "| a | b |\n|---|---|\n" + "| What is it? | 1. x |\n" * 500
    text = f"{written(form, TITLES[:2])}{table}\n{written(form, TITLES[2:])}".replace(
        "1. What is wheat", "3. What is wheat"
    )
    assert questions(read(text)) == list(TITLES)


def test_the_column_of_a_heading_in_html_is_where_it_stands() -> None:
    page = read("  <h3>What is rye?</h3>\n\nA grass.\n")
    assert [str(card.location) for card in page.cards] == ["notes.md:1:3"]


TABS = {
    "labels": "Q1.\tWhat is rye?\nA grass.\nQ2.\tWhat is oat?\n\tA grass.\n",
    "headings": "##\tWhat is rye?\n\nA grass.\n\n##\tWhat is oat?\n\nA grass.\n",
    "numbers": "1.\tWhat is rye?\n\tA grass.\n2.\tWhat is oat?\n\tA grass.\n",
    "bullets": "-\tWhat is rye?\n\tA grass.\n-\tWhat is oat?\n\tA grass.\n",
    "quotes": ">\tWhat is rye?\n\nA grass.\n\n>\tWhat is oat?\n\nA grass.\n",
    "pairs": "What is rye?\t::\tA grass.\nWhat is oat?\t::\tA grass.\n",
}


@pytest.mark.parametrize(("form", "text"), TABS.items(), ids=TABS.keys())
def test_tabs_are_spaces(form: str, text: str) -> None:
    page = read(text)
    assert (page.form, questions(page)) == (form, ["What is rye?", "What is oat?"])
    assert all("A grass." in str(card.answer) for card in page.cards)
