"""A card that is hard to learn is told from its form, and one that is not is left in peace."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Diagnostic, Source
from deckgen.reading.brevity import weigh
from deckgen.reading.grammar import read

GOOD = "A factory."


def weighed(question: str, answer: str) -> list[Diagnostic]:
    (card,) = read(Source.of("cards.md", f"Q1. {question}\n\n{answer}\n"), "cards.md").cards
    return list(weigh(card))


def code(*lines: str, info: str = "python fragment") -> str:
    return "\n".join([f"```{info}", *lines, "```"])


CARDS = {
    "a question": ("What is it?", GOOD, []),
    "a title": ("Sessions", GOOD, ["D095"]),
    "a title of two words": ("The pool", GOOD, ["D095"]),
    "a demand": ("Explain joins", GOOD, []),
    "a long title": ("What a pool is for", GOOD, []),
    "a question in another script": ("何ですか\uff1f", GOOD, []),
    "a title that is turned round": ('DBAPI {type="reversed"}', GOOD, []),
    "no answer": ("Sessions", "", []),
    "as many words as fit": ("What?", "word " * 60, []),
    "more": ("What?", "word " * 61, ["D096"]),
    "words that are tags": ("What?", "**word** " * 60, []),
    "the question again": ("What is the use of a pool?", "The use of a pool is reuse.", ["D097"]),
    "the question behind an opening": ("What is the use of a pool?", "Well, the use of a pool is reuse.", ["D097"]),
    "few words of the question": ("What is the use of a pool?", "The use of it is reuse.", []),
    "the question later on": ("What is the use of a pool?", "Reuse, of course, is the use of a pool.", []),
    "as many lines as fit": ("What?", code(*["x"] * 12), []),
    "more in two blocks": ("What?", code(*["x"] * 6) + "\n\n" + code(*["x"] * 7), ["D098"]),
    "as wide as fits": ("What?", code("x" * 44), []),
    "wider": ("What?", code("y", "x" * 45), ["D099"]),
    "marks of a deletion": ('What? {type="cloze"}', code("x" * 40 + "{{c1::y}}"), []),
    "a check, which nobody has to read": ("What?", GOOD + "\n\n" + code(*["x" * 99] * 40, info="python check"), []),
    "a diagram": ("What?", code("digraph named {" + " " * 99 + "}", info="dot"), []),
}


@pytest.mark.parametrize(("question", "answer", "codes"), CARDS.values(), ids=CARDS)
def test_a_card_is_told_what_makes_it_hard_to_learn(question: str, answer: str, codes: list[str]) -> None:
    assert [each.code for each in weighed(question, answer)] == codes


def test_the_widest_line_is_shown() -> None:
    (found,) = weighed("What?", code("y", "z" * 50, "x" * 45))
    assert (str(found.location), found.excerpt) == ("cards.md:5:1", "z" * 50)
    assert "50 columns" in found.message
