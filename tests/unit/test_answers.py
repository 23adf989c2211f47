"""What marks an answer or hides it, and what says that there is none yet; beside each, answers that look like it."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Source
from deckgen.reading import grammar
from deckgen.reading.shapes.answers import answer_mark, first_choice, fold_mark, stub

# A line, and what is left of it behind the mark.
MARKED = {
    "A:": ("A: Rye", "Rye"),
    "A.": ("A. Rye", "Rye"),
    "A)": ("A) Rye", "Rye"),
    "a:": ("a: Rye", "Rye"),
    "a wide colon": ("A\uff1aRye", "Rye"),
    "a hyphen": ("Ans - Rye", "Rye"),
    "an en dash": ("Ans \u2013 Rye", "Rye"),
    "an em dash": ("Ans \u2014 Rye", "Rye"),
    "an arrow": ("Ans -> Rye", "Rye"),
    "two marks": ("Ans.: Rye", "Rye"),
    "a full stop at the end": ("Ans.", ""),
    "a full stop before bold": ("Ans.**Rye**", "**Rye**"),
    "a number": ("A1: Rye", "Rye"),
    "a number behind a space": ("Answer 12: Rye", "Rye"),
    "a number behind a hash": ("Answer #1: Rye", "Rye"),
    "a remark": ("Answer (short): Rye", "Rye"),
    "bold": ("**Answer:** Rye", "Rye"),
    "bold before the colon": ("**Answer**: Rye", "Rye"),
    "bold without a colon": ("**Answer** Rye", "Rye"),
    "bold before a dash": ("**Answer** \u2014 Rye", "Rye"),
    "italic": ("*Answer:* Rye", "Rye"),
    "underscores": ("__Answer__: Rye", "Rye"),
    "bold with a face": ("**💡 Answer:** Rye", "Rye"),
    "bold with a quality": ("**Short answer:** Rye", "Rye"),
    "bold with an article": ("**The answer:** Rye", "Rye"),
    "bold with a sample": ("**Sample answer:** Rye", "Rye"),
    "bold with a model": ("**Model answer:** Rye", "Rye"),
    "bold and correct": ("**Correct answer:** Rye", "Rye"),
    "bold and suggested": ("**Suggested answer:** Rye", "Rye"),
    "bold and mine": ("**My answer:** Rye", "Rye"),
    "bold and the only one": ("**A:** Rye", "Rye"),
    "a bullet": ("- Answer: Rye", "Rye"),
    "a heading with words": ("### Answer: Rye", "Rye"),
    "a face": ("💡 Answer: Rye", "Rye"),
    "a heading": ("### Answer", ""),
    "a heading with a face": ("### 💡 Answer", ""),
    "a heading that is closed": ("### Answer ###", ""),
    "a bold heading": ("## **Answer:**", ""),
    "a heading with a number": ("### Answer 3", ""),
    "a heading with a quality": ("### Sample answer", ""),
}
UNMARKED = {
    "a word": "Answers are short",
    "an article": "A grass",
    "an article in lower case": "a. Rye",
    "a letter without a space": "A.b",
    "another letter": "B: Rye",
    "a word with a": "Ask: Rye",
    "a bold word": "**Also:** Rye",
    "bold that goes on": "**Answers differ** much",
    "a heading that goes on": "### Answers to rye",
    "a question": "What is the answer: rye?",
    "a hyphen without a space": "A-ha",
    "nothing": "",
}
ANSWER_WORDS = (
    *("Answer", "Answers", "Ans", "Solution", "Sol", "Antwort", "Ответ", "Respuesta", "Réponse", "Reponse", "Risposta"),
    *("Resposta", "Antwoord", "Odpowiedź", "Cevap", "答案", "答え", "答", "解答", "A"),
)
SPEAKERS = (
    *("Assistant", "ChatGPT", "GPT", "AI", "Bot", "ChatGPT said", "Assistant said", "Claude", "Copilot", "Gemini"),
    "Assistant",
)


@pytest.mark.parametrize(("line", "behind"), MARKED.values(), ids=MARKED.keys())
def test_a_line_begins_with_the_mark_of_an_answer(line: str, behind: str) -> None:
    at = answer_mark(line)
    assert at is not None
    assert line[at:] == behind


@pytest.mark.parametrize("line", UNMARKED.values(), ids=UNMARKED.keys())
def test_a_line_begins_with_no_mark(line: str) -> None:
    assert answer_mark(line) is None


@pytest.mark.parametrize("word", ANSWER_WORDS)
def test_a_word_marks_an_answer(word: str) -> None:
    lines = (f"{word}: rye", f"{word}. rye", f"**{word}:** rye", f"## {word}")
    assert [line[answer_mark(line) :] for line in lines] == ["rye", "rye", "rye", ""]


@pytest.mark.parametrize("word", SPEAKERS)
def test_who_answers_marks_an_answer(word: str) -> None:
    lines = (f"{word}: rye", f"**{word}** rye", f"## {word}")
    assert [line[answer_mark(line) :] for line in lines] == ["rye", "rye", ""]
    assert answer_mark(f"{word} rye") is None


def test_the_first_of_several_choices_is_no_answer() -> None:
    assert first_choice("A. Rye", ["B. Oat"])
    assert first_choice("- A) Rye", ["", "- B) Oat"])
    assert not first_choice("A. Rye", ["C. Oat"])
    assert not first_choice("Ans. Rye", ["B. Oat"])
    assert not first_choice("A: Rye", ["B: Oat"])
    assert first_choice("- A: Rye", ["- B: Oat"])


FOLDS = (
    *(
        "Answer",
        "Show answer",
        "Expand the answer",
        "Spoiler answer",
        "View the answer",
        "See solution",
        "Reveal",
        "Toggle",
        "Open",
        "Expand",
        "Read more",
    ),
    *(
        "Full answer",
        "Spoiler",
        "Hide",
        "Display answer",
        "Details",
        "More",
        "Hint",
        "Solution",
        "Solutions",
        "Example",
    ),
    *("Code", "Explanation", "Here", "Show me", "Ans", "💡 Answer", "<b>Answer</b>", "**Answer**", "Click to see it"),
    *("Click here", "Tap to reveal", "Press for more", "▶ Show", "Antwort", ""),
)
NO_FOLDS = ("What is rye?", "Answer to what?", "More rye", "Rye", "Clicking", "Show rye", "Example of rye")


@pytest.mark.parametrize("words", FOLDS)
def test_what_is_written_on_a_fold_is_no_question(words: str) -> None:
    assert fold_mark(words)


@pytest.mark.parametrize("words", NO_FOLDS)
def test_a_question_is_written_on_a_fold(words: str) -> None:
    assert not fold_mark(words)


STUBS = (
    *(
        "todo",
        "to do",
        "TODO",
        "TODO: sow",
        "TODO write this up",
        "to-do: sow",
        "tba: sow",
        "wip: sow",
        "fixme: sow",
        "xxx: sow",
        "tbd",
        "TBD: sow",
        "tba",
        "wip",
        "fixme",
    ),
    *(
        "xxx",
        "n/a",
        "na",
        "none yet",
        "pending",
        "coming",
        "coming soon",
        "Coming soon...",
        "is coming",
        "answer coming soon",
    ),
    *(
        "an answer is coming",
        "..",
        "...",
        "\u2026",
        "-",
        "\u2013",
        "\u2014",
        "___",
        "?",
        "???",
        "fill in",
        "fill this in",
    ),
    *("fill in later", "to be done", "to be answered", "to be written", "to be added", "to be filled in"),
    *(
        "to be continued",
        "add answer",
        "add an answer",
        "add an answer later",
        "write the answer",
        "write my answer here",
        "need answer",
    ),
    *(
        "needs an answer",
        "no answer",
        "no answer yet",
        "answer pending",
        "answer missing",
        "answer later",
        "answer here",
    ),
    *("not answered", "not yet answered", "not answered yet", "look up", "look this up", "look up later", "later"),
    *("work in progress", "unanswered", "missing", "empty", "offen", "folgt", "folgt noch", "noch offen", "дописать"),
    *(
        "дописать позже",
        "позже",
        "нет ответа",
        "pendiente",
        "por hacer",
        "à faire",
        "à compléter",
        "da fare",
        "a fazer",
    ),
    *("Em breve", "Bientôt", "demnächst", "Скоро", "即将推出", "[Jonas, please fill in]", "#todo finish the last two"),
    *("I'll write this up in a second post.", "I will explain it another time", "TODO ", "tbd (ask)", "WIP - sow"),
    *("(still to be sown)", "[ask about the rye, later]", "(look it up)", "_TODO_", "[TBD]"),
)
TRUE = (
    *("Later versions of rye are taller", "Later, in spring", "Missing rows are NULL", "Empty lists are false", "No"),
    *(
        "None of them",
        "Pending objects wait",
        "Coming soon after rain, it grows",
        "No answer is right",
        "To be honest, no",
    ),
    *("Work in progress is limited", "An answer is a text", "Add an answer to a card", "-1", "\u20145", "?:", "0", "!"),
    *("...and so on", "(rye)", "(a grass)", "[1, 2, 3]", "(see the field) and sow", "Todoist", "Offen gesagt: ja"),
    *("None.", "None", "Todo lists are lists of tasks.", "XXX is a rating", "WIP means work in progress", "todo.txt"),
    *("TODO comments mark what is left", "I will write a test first", "Bientôt means soon"),
    "TBD " + "rye " * 20,
)


@pytest.mark.parametrize("text", STUBS)
def test_an_answer_is_still_to_be_written(text: str) -> None:
    assert stub(text)


@pytest.mark.parametrize("text", TRUE)
def test_a_short_answer_is_an_answer(text: str) -> None:
    assert not stub(text)


# What stands below a question, and whether it answers it.
BELOW = {
    "a face": ("🚧", False),
    "a stub among faces": ("🚧 coming soon 🚧", False),
    "a stub in bold": ("**TODO**", False),
    "a stub in a list": ("- TODO", False),
    "a stub in a quote": ("> TODO", False),
    "a stub over lines": ("To be\nwritten", False),
    "a mark alone": ("**Answer:**", False),
    "a heading that is a mark": ("### Answer", False),
    "a mark above a stub": ("**Answer:** TODO", False),
    "a remark above a mark alone": ("Often asked.\n\n**Answer:**", False),
    "a link to the top": ("[⬆ Back to top](#top)", False),
    "a stub above a link to the top": ("TODO\n\n[Back to top](#top)", False),
    "a chat": ("Let me know if you want more!", False),
    "a face with a word": ("🌾 Rye", True),
    "a mark with an answer": ("**Answer:** Rye", True),
    "a short word": ("No.", True),
    "a stub and more": (
        "TODO\n\nIt is a grass that is sown in autumn and is cut in summer, before all other grain.",
        True,
    ),
    "code of words": ("`None`", True),
    "code of signs": ("`...`", True),
    "code that is to be done": ("`TODO`", False),
    "a long line that begins as a chat does": ("Sure! Rye is a grass" + " that is sown in autumn" * 7, True),
    "a stub above a rule and other words": ("TODO\n\n---\n\nNext course: 4 May", False),
    "nothing but choices": ("- A: a grass\n- B: a tree", False),
    "choices and code": ("```python\nrye()\n```\n\n- A: a grass\n- B: a tree", False),
    "choices above a stub": (
        "- A: a grass\n- B: a tree\n\n<details><summary>Answer</summary>\n\nTODO\n\n</details>",
        False,
    ),
    "choices above an answer": ("- A: a grass\n- B: a tree\n\nAnswer: A", True),
    "choices of which one is marked": ("- A: a grass\n- **B: a tree**", True),
    "letters that are no choices": ("- B: a grass\n- C: a tree", True),
    "one letter": ("- A: a grass", True),
    "code that says nothing": ("```python\n...\n```", True),
}


@pytest.mark.parametrize(("answer", "answered"), BELOW.values(), ids=BELOW.keys())
@pytest.mark.parametrize(
    "question", ["Q{}. What is {}?", "## What is {1}?", "{}. What is {}?"], ids=["label", "heading", "number"]
)
def test_a_question_is_answered_by_what_says_something(question: str, answer: str, answered: bool) -> None:  # noqa: FBT001
    text = f"{question.format(1, 'rye')}\n\n{answer}\n\n{question.format(2, 'oat')}\n\nA grass.\n"
    page = grammar.read(Source.of("notes.md", text), "notes.md")
    assert [card.answered for card in page.cards] == [answered, True]
    assert [each.location.line for each in page.diagnostics if each.code == "D012"] == ([] if answered else [1])


CLOSING = "\n---\n\nNext course: 4 May (bring boots)\n"


@pytest.mark.parametrize(("answer", "answered"), [("A:", False), ("A: A grass.", True), ("", True)])
def test_a_closing_line_below_a_rule_is_no_answer_where_it_was_left_empty(answer: str, answered: bool) -> None:  # noqa: FBT001
    text = f"Q: What is rye?\nA: A grass.\n\nQ: What is oat?\n{answer}\n{CLOSING}"
    page = grammar.read(Source.of("notes.md", text), "notes.md")
    assert [card.answered for card in page.cards] == [True, answered]


def test_a_heading_that_is_a_mark_begins_an_answer_however_deep_the_question_is() -> None:
    text = (
        "###### 1. What is rye?\n\n#### Answer: B\n\nA grass.\n\n###### 2. What is oat?\n\n#### Answer: A\n\nA grass.\n"
    )
    page = grammar.read(Source.of("notes.md", text), "notes.md")
    assert [str(card.answer).count("A grass.") for card in page.cards] == [1, 1]
    assert [card.section for card in page.cards] == [(), ()]
