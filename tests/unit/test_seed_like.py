"""A rough document, as people's notes are, is read as all of its questions, and nothing in it is swallowed."""

from __future__ import annotations

import re

import pytest

from deckgen.diagnostics import Source
from deckgen.model import Html
from deckgen.reading import grammar

ROUGH = (
    "Q1. What is a honey bee. ?   \n"
    "A honey bee is an insect that keeps a store of honey and lives in a colony.   \n"
    "\n"
    "Q2. What is the full form of AFB ?  \n"
    "AFB is stands for american foulbrood.   \n"
    "Q3. What is a hive. ?      \n"
    "A hive is a box in which beekeepers keep a colony, with frames that can be taken out          \n"
    "and put back.      \n"
    "![](https://example.org/max/700/1*hive.png)    \n"
    "Q4. Use of a smoker. ?   \n"
    "a. It calms the bees down before the hive is open.     \n"
    "b. It makes inspection much easier (from spring to autumn or longer)  \n"
    "c.It covers the alarm scent(less scent means less stings, and less stings means less stress)   \n"
    "\n"
    "Q5. Parts of a hive   \n"
    "a. a hive has floor, boxes and roof.   \n"
    "\n"
    "Q6 .What is a queen.? \n"
    "* A queen is nothing but the mother of the colony.  \n"
    "* According to beekeepers you can get two kinds. \n"
    "a.  Mated queen    \n"
    "b. Virgin queen    \n"
    "\n"
    "Q7. What is a mated queen   \n"
    "This is the classical way of making a colony, and is still the base of the whole craft.     \n"
    "In \u201cnatural\u201d form, the queen flies out with drones separately,      \n"
    "then comes home to the box via the entrance() at its front:          \n"
    "[example](https://docs.example.org/en/13/queens/mating_styles.html)      \n"
    "\n"
    "Q8. What is a Virgin queen.?     \n"
    "A queen that has not flown yet, as well as one that never will    \n"
    "are called so at once.    \n"
    "\n"
    "Q9. swarm\n"
    "All the bees which leave together with their old queen, called a swarm.   \n"
    "    \n"
    "\n"
    "Q10 . what is Propolis. ?       \n"
    "Propolis is a resin used to close gaps in the hive, as    \n"
    "well as to keep it clean for all the bees that live there.   \n"
    "\n"
    "Particularly for tree hives, propolis is the standard way to make a \u201cdoor\u201d narrow    \n"
    "which is opened again in spring.   \n"
    "\n"
    "In other word propolis is glue of the bees.         \n"
    "![](https://docs.example.org/en/13/_images/gap_arch.png)     \n"
    "\n"
    "Q.11 what is royal_jelly.?      \n"
    "\n"
    "Q.12 what is drone base.?   \n"
    "The drone is the male bee.    \n"
    "\n"
    "Q.13  what is a super.?   \n"
    "The super holds the honey above the brood.   \n"
    " \n"
    "Q.14 what is QueenExcluder.?   \n"
    "QueenExcluder keeps the queen below the supers and lets the workers pass.   \n"
    "\n"
    "Q.15 what is an Inspection.?     \n"
    "The inspection also looks at brood and food.    \n"
    "TO find the queen is not needed.   \n"
    "\n"
    "Q.16 why use a nucleus.?   \n"
    "if use `nucleus = Box(frames=5)` The beekeeper gets a number of small colonies to customize.   \n"
    "If we choose to split by this method, we would have to feed the same set of    \n"
    "colonies over and over again throughout the season.     \n"
    "\n"
    "* To make things easier, beekeepers sell nuclei.   \n"
    "Q17. what is a nucleus.?  \n"
    "nucleus is a small colony with a young queen set for it.   \n"
    "You should call call the seller once in your season.       \n"
)

QUESTIONS = [
    ("Q1", "What is a honey bee. ?", 1),
    ("Q2", "What is the full form of AFB ?", 4),
    ("Q3", "What is a hive. ?", 6),
    ("Q4", "Use of a smoker. ?", 10),
    ("Q5", "Parts of a hive", 15),
    ("Q6", "What is a queen.?", 18),
    ("Q7", "What is a mated queen", 24),
    ("Q8", "What is a Virgin queen.?", 30),
    ("Q9", "swarm", 34),
    ("Q10", "what is Propolis. ?", 38),
    ("Q11", "what is royal_jelly.?", 48),
    ("Q12", "what is drone base.?", 50),
    ("Q13", "what is a super.?", 53),
    ("Q14", "what is QueenExcluder.?", 56),
    ("Q15", "what is an Inspection.?", 59),
    ("Q16", "why use a nucleus.?", 63),
    ("Q17", "what is a nucleus.?", 69),
]
PAGE = grammar.read(Source.of("bees.md", ROUGH), "bees.md")
CARDS = {card.label: card for card in PAGE.cards}


def shown(label: str) -> str:
    return "".join(part.text for part in CARDS[label].answer if isinstance(part, Html))


def words(text: str) -> list[str]:
    return re.findall(r"[\w()=]+", re.sub(r"<[^>]*>", " ", text))


def test_all_questions_are_found_with_their_text_and_line() -> None:
    assert [(card.label, card.question, card.location.line) for card in PAGE.cards] == QUESTIONS
    assert {card.location.column for card in PAGE.cards} == {1}


def test_only_the_question_without_an_answer_is_unanswered() -> None:
    assert [card.label for card in PAGE.cards if not card.answered] == ["Q11"]


def test_what_is_said_of_it_is_what_is_wrong_with_it() -> None:
    found = [(report.code, report.location.line, report.location.column) for report in PAGE.diagnostics]
    assert [each for each in found if each[0] != "D013"] == [("D026", 9, 5), ("D026", 46, 5), ("D012", 48, 1)]
    assert [line for code, line, _ in found if code == "D013"] == [line for _, _, line in QUESTIONS]
    assert [card.label for card in PAGE.cards if card.defects] == []


def test_every_card_has_an_id_of_its_own() -> None:
    assert len({card.id for card in PAGE.cards}) == len(QUESTIONS)


@pytest.mark.parametrize(("label", "line"), [(label, line) for label, _, line in QUESTIONS])
def test_no_word_of_an_answer_is_swallowed(label: str, line: int) -> None:
    lines = ROUGH.split("\n")
    following = [start for _, _, start in QUESTIONS if start > line]
    below = lines[line : following[0] - 1 if following else None]
    text = re.sub(r"!?\[(.*?)\]\(\S*\)", r"\1", "\n".join(below).replace("`", ""))
    text = re.sub(r"^[abc]\.", "", text, flags=re.MULTILINE)
    assert words(shown(label)) == words(text)


def test_marks_of_the_document_survive() -> None:
    assert '<a href="https://docs.example.org/en/13/queens/mating_styles.html">example</a>' in shown("Q7")
    assert "\u201cnatural\u201d" in shown("Q7")
    assert "<code>nucleus = Box(frames=5)</code>" in shown("Q16")
    assert [shown(label).count("<li>") for label in ("Q4", "Q5", "Q6")] == [3, 1, 4]
    assert "<li>To make things easier, beekeepers sell nuclei.</li>" in shown("Q16")
    assert "<h" not in "".join(shown(label) for label in CARDS)
