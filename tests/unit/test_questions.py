"""Every way to label a question is found wherever it stands, and nothing else is taken for one."""

from __future__ import annotations

import re

import pytest

from deckgen.diagnostics import Source
from deckgen.reading import grammar
from deckgen.reading.grammar import Page
from deckgen.reading.shapes.labelled import label_and_title


def read(text: str) -> Page:
    return grammar.read(Source.of("notes.md", text), "notes.md")


def found(page: Page) -> list[tuple[str, str, int]]:
    return [(card.label, card.question, card.location.line) for card in page.cards]


LABELLED = {
    "full stop": ("Q1. What is rye?", "Q1", "What is rye?"),
    "full stop, no space": ("Q1.What is rye?", "Q1", "What is rye?"),
    "full stop and a tab": ("Q1.\tWhat is rye?", "Q1", "What is rye?"),
    "space before the full stop": ("Q6 .What is rye.?", "Q6", "What is rye.?"),
    "spaces around the full stop": ("Q10 . what is rye. ?", "Q10", "what is rye. ?"),
    "full stop before the number": ("Q.11 what is rye.?", "Q11", "what is rye.?"),
    "two spaces after the number": ("Q.13  what is rye.?", "Q13", "what is rye.?"),
    "full stops on both sides": ("Q.14. what is rye", "Q14", "what is rye"),
    "space before the number": ("Q 3) What is rye", "Q3", "What is rye"),
    "parenthesis": ("Q3)What is rye", "Q3", "What is rye"),
    "full stop and parenthesis": ("Q3.) What is rye", "Q3", "What is rye"),
    "colon": ("Q4: what is rye", "Q4", "what is rye"),
    "colon before the number": ("Q:4 what is rye", "Q4", "what is rye"),
    "hash": ("Q#4 what is rye", "Q4", "what is rye"),
    "hyphen": ("Q4 - what is rye", "Q4", "what is rye"),
    "en dash": ("Q4 \u2013 what is rye", "Q4", "what is rye"),
    "em dash": ("Q4 \u2014 what is rye", "Q4", "what is rye"),
    "bold label": ("**Q5.** What is rye", "Q5", "What is rye"),
    "bold label without punctuation": ("**Q5** What is rye", "Q5", "What is rye"),
    "bold label before its full stop": ("**Q5**. What is rye", "Q5", "What is rye"),
    "bold label before its colon": ("**Q5**: What is rye?", "Q5", "What is rye?"),
    "bold with underscores": ("__Q5.__ What is rye", "Q5", "What is rye"),
    "bold question": ("**Q5. What is rye?**", "Q5", "What is rye?"),
    "bold label and words": ("**Q5. What** is rye?", "Q5", "**What** is rye?"),
    "bold label, bold words": ("**Q5.** What is **rye**", "Q5", "What is **rye**"),
    "the word": ("Question 6: what is rye", "Q6", "what is rye"),
    "the word in capitals": ("QUESTION 6. what is rye", "Q6", "what is rye"),
    "the word shortened": ("Ques. 6 what is rye", "Q6", "what is rye"),
    "lower case": ("q7. what is rye", "Q7", "what is rye"),
    "zeros": ("Q007. what is rye", "Q007", "what is rye"),
    "five digits": ("Q12345. what is rye", "Q12345", "what is rye"),
    "question mark alone": ("Q8 What is rye?", "Q8", "What is rye?"),
    "question mark before attributes": ("Q8 What is rye? {#rye}", "Q8", "What is rye? {#rye}"),
    "a number as the title": ("Q9: 30 grams of rye", "Q9", "30 grams of rye"),
    "no letter in the title": ("Q9. 2 + 2", "Q9", "2 + 2"),
}


@pytest.mark.parametrize(("line", "label", "title"), LABELLED.values(), ids=LABELLED.keys())
def test_a_label_is_found(line: str, label: str, title: str) -> None:
    assert label_and_title(line) == (label, title)


UNLABELLED = {
    "empty": "",
    "a letter": "Q",
    "no title": "Q1.",
    "no title, bold": "**Q1.**",
    "no number": "Q. What is rye?",
    "a word with q": "Quiz 1. What is rye?",
    "two letters": "QQ1. What is rye?",
    "six digits": "Q123456. What is rye?",
    "a letter behind the number": "Q1a. What is rye?",
    "neither punctuation nor question mark": "Q1 is about rye",
    "an assignment": "q1 = session.query(Rye)",
    "a possessive": "Q3's answer holds for rye too, does it not?",
    "in parentheses": "(Q1) What is rye?",
    "a link": "[Q1. What is rye?](#rye)",
    "a heading": "# Q1. What is rye?",
    "a bullet": "- Q1. What is rye?",
    "several questions": "Questions 1-3: what is rye?",
}


@pytest.mark.parametrize("line", UNLABELLED.values(), ids=UNLABELLED.keys())
def test_nothing_else_is_a_label(line: str) -> None:
    assert label_and_title(line) is None


@pytest.mark.parametrize(
    "line",
    ["Q1.5 What is rye?", "Q1:30 is when?", "Q3-5 are about what?", "Q1/Q2 are about what?", "Q1, what is rye?"],
)
def test_a_number_is_never_cut_in_two(line: str) -> None:
    result = label_and_title(line)
    assert result is None or re.match(r"\w", result[1])


ABOVE = {
    "paragraph": "Rye is a grass.",
    "paragraph with trailing spaces": "Rye is a grass.   ",
    "bullet list": "* winter rye\n* summer rye",
    "bullet list, loose": "- winter rye\n\n- summer rye",
    "numbered list": "1. winter rye\n2. summer rye",
    "nested list": "- rye\n  - winter\n    - early",
    "lettered lines": "a. winter rye\nb. summer rye",
    "quote": "> Rye is a grass.",
    "quote with a lazy line": "> Rye is\na grass.",
    "list in a quote": "> - winter rye\n> - summer rye",
    "quote in a list": "- > Rye is a grass.",
    "table": "| grain | grass |\n|---|---|\n| rye | yes |",
    "fence": "```python\nrye = 1\n```",
    "fence in a list": "- rye:\n  ```python\n  rye = 1\n  ```",
    "indented code": "Rye:\n\n    rye = 1",
    "indented code in a list": "- rye:\n\n      rye = 1",
    "thematic break": "Rye is a grass.\n\n---",
    "heading": "Rye is a grass.\n\n### Sowing",
    "link definition": "Rye is a [grass][1].\n\n[1]: https://example.org/grass",
    "picture": "![an ear of rye](https://example.org/rye.png)",
    "line of HTML": "Rye is a grass.\n\n<br>",
    "paragraph of HTML": "<p>Rye is a grass.</p>",
    "folded text": "Rye is a grass.\n\n<details>\n<summary>More</summary>\nIt is hardy.\n</details>",
    "comment": "Rye is a grass.\n\n<!-- and hardy -->",
}


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE.keys())
@pytest.mark.parametrize("blank", ["", "\n"], ids=["right below", "after a blank line"])
def test_a_question_interrupts(above: str, blank: str) -> None:
    text = f"Q1. What is rye ?\n{above}\n{blank}Q2. What is oat ?\nAlso a grass.\n"
    line = text.split("\n").index("Q2. What is oat ?") + 1
    page = read(text)
    assert found(page) == [("Q1", "What is rye ?", 1), ("Q2", "What is oat ?", line)]
    assert all(card.answered for card in page.cards)


SWALLOWING = {
    "comment": "<!-- hardy\n",
    "preformatted HTML": "<pre>\nhardy\n",
    "style": "<style>\np { color: red }\n",
    "processing instruction": "<?php echo 1;\n",
}


@pytest.mark.parametrize("opened", SWALLOWING.values(), ids=SWALLOWING.keys())
def test_html_that_is_never_closed_swallows_no_question(opened: str) -> None:
    page = read(f"Q1. What is rye?\n\nA grass.\n\n{opened}\nQ2. What is oat?\n\nAlso a grass.\n")
    assert [card.label for card in page.cards] == ["Q1", "Q2"]


INSIDE = {
    "list item": "- Q2. What is oat?",
    "second line of a list item": "- first\n  Q2. What is oat?",
    "second paragraph of a list item": "- first\n\n  Q2. What is oat?",
    "quote": "> Q2. What is oat?",
    "second line of a quote": "> first\n> Q2. What is oat?",
    "fence": "```text\nQ2. What is oat?\n```",
    "fence of tildes": "~~~\nQ2. What is oat?\n~~~",
    "longer fence around a shorter one": "````markdown\n```\nQ2. What is oat?\n```\nQ3. What is wheat?\n````",
    "tildes around backticks": "~~~\n```python\nQ2. What is oat?\n~~~",
    "fence in a list": "- first\n  ```text\n  Q2. What is oat?\n  ```",
    "indented code": "See:\n\n    Q2. What is oat?",
    "comment": "Yes.\n\n<!--\nQ2. What is oat?\n-->",
    "table": "| question |\n|---|\n| Q2. What is oat? |",
    "middle of a line": "As asked in Q2. What is oat?",
}


@pytest.mark.parametrize("answer", INSIDE.values(), ids=INSIDE.keys())
def test_what_stands_inside_something_else_is_no_question(answer: str) -> None:
    page = read(f"Q1. What is rye?\n\nA grass.\n\n{answer}\n\nAnd so on.\n\nQ9. What is last?\n\nThis.\n")
    assert [card.label for card in page.cards] == ["Q1", "Q9"]
    assert "D021" not in [diagnostic.code for diagnostic in page.diagnostics]


INDENTED = {"none": ("", 1), "one": (" ", 2), "three": ("   ", 4)}


@pytest.mark.parametrize(("indent", "column"), INDENTED.values(), ids=INDENTED.keys())
def test_up_to_three_spaces_may_precede_a_label(indent: str, column: int) -> None:
    [card] = read(f"{indent}Q1. What is rye?\nA grass.\n").cards
    assert (card.question, card.location.column) == ("What is rye?", column)


CLOSED = {
    "same length": "```python\nrye = 1\n```",
    "longer end": "```python\nrye = 1\n`````",
    "end with trailing spaces": "```python\nrye = 1\n```   ",
    "indented end": "```python\nrye = 1\n   ```",
    "empty": "```python\n```",
    "tildes": "~~~python\nrye = 1\n~~~",
    "in a list": "- rye\n\n  ```python\n  rye = 1\n  ```",
    "in a quote": "> ```python\n> rye = 1\n> ```",
    "in a quote in a list": "- > ```python\n  > rye = 1\n  > ```",
    "shorter fence inside": "````markdown\n```python\nrye = 1\n````",
}


@pytest.mark.parametrize("fence", CLOSED.values(), ids=CLOSED.keys())
@pytest.mark.parametrize("end", ["", "\n", "\n\nQ2. What is oat?\n"], ids=["at the end", "at a last line", "inside"])
def test_a_closed_fence_is_not_reported(fence: str, end: str) -> None:
    assert "D021" not in [diagnostic.code for diagnostic in read(f"Q1. What is rye?\n\n{fence}{end}").diagnostics]


UNCLOSED = {
    "backticks": ("```python check\nassert True\n\n", "```"),
    "more backticks": ("`````python check\nassert True\n```\n\n", "`````"),
    "tildes": ("~~~python check\nassert True\n```\n\n", "~~~"),
    "in a list": ("- ```python check\n  assert True\n", "```"),
    "in a quote": ("> ```python check\n> assert True\n", "```"),
    "with an end of the other kind": ("```python check\nassert True\n~~~\n\n", "```"),
    "with an end indented like code": ("```python check\nassert True\n    ```\n", "```"),
    "with an end that has a word": ("```python check\nassert True\n``` end\n", "```"),
}


@pytest.mark.parametrize(("fence", "marker"), UNCLOSED.values(), ids=UNCLOSED.keys())
@pytest.mark.parametrize(
    "following",
    ["An answer.\n", "```python check\nassert 2\n```\n", "~~~python check\nassert 2\n~~~\n"],
    ids=["text", "a fence", "a fence of tildes"],
)
def test_a_fence_that_is_never_closed_ends_before_the_next_question(fence: str, marker: str, following: str) -> None:
    page = read(f"Q1. What is rye? {{#rye}}\n\nA grass.\n\n{fence}Q2. What is oat? {{#oat}}\n\nA grass.\n\n{following}")
    rye, oat = page.cards
    assert (rye.question, oat.question, oat.answered) == ("What is rye?", "What is oat?", True)
    assert [defect.code for defect in rye.defects] == ["D021"]
    assert oat.defects == ()
    assert "oat" not in rye.fences[0].code
    [report] = page.diagnostics
    assert (report.code, report.location.line, report.hint) == ("D021", 5, f"close it with {marker}")


@pytest.mark.parametrize("end", ["", "\n", "\n    ```", "\n> ```"], ids=["none", "newline", "indented", "quoted"])
def test_a_fence_that_is_never_closed_is_reported_at_the_end_of_the_document(end: str) -> None:
    page = read(f"Q1. What is rye? {{#rye}}\n\nA grass.\n\n```python\nrye = 1{end}")
    assert [(diagnostic.code, diagnostic.location.line) for diagnostic in page.diagnostics] == [("D021", 5)]


def test_lettered_lines_are_a_list() -> None:
    page = read("Q1. Name two kinds {#kinds}\na. winter rye\nb. summer rye\nc.Perennial rye\n")
    shown = "".join(getattr(part, "text", "") for part in page.cards[0].answer)
    assert re.findall(r"<li>(.*?)</li>", shown, re.DOTALL) == ["winter rye", "summer rye", "Perennial rye"]
