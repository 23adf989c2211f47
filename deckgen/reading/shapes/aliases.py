"""`P: ..` above `R: ..`, `Problem 3.`, `B2.`, `a)`: what stands for `Q` or a number, read as if it were that."""

from __future__ import annotations

import re
from collections.abc import Sequence

# The initials of a question, and those of its answer, in one language or another.
_PAIRS = {
    "Q": "AR",  # English; French
    "P": "RO",  # Spanish, Portuguese: pregunta, respuesta; Polish: pytanie, odpowiedź
    "D": "RA",  # Italian: domanda, risposta
    "F": "AS",  # German: Frage, Antwort; Swedish: fråga, svar
    "V": "A",  # Dutch: vraag, antwoord
    "S": "CS",  # Turkish: soru, cevap; Danish, Norwegian
    "K": "V",  # Finnish, Hungarian
    "Î": "R",  # Romanian
    "T": "J",  # Indonesian
    "O": "O",  # Czech
    "H": "Đ",  # Vietnamese
    "\u0412": "\u041e",  # Russian: вопрос, ответ
    "П": "\u0412",  # Ukrainian
    "\u0395": "\u0391",  # Greek
    "س": "ج",  # Arabic
    "ש": "ת",  # Hebrew
}
_ASKING, _ANSWERING = "".join(_PAIRS), "".join(sorted(set("".join(_PAIRS.values()))))
_TASK = (
    "problem|exercise|task|challenge|puzzle|flashcard|card|aufgabe|übung|karte|problema|ejercicio|exercice|esercizio"
    r"|exercício|opgave|oefening|zadanie|задача|задание|упражнение|билет|练习|例题|practice\ question|case\ study"
)
_COLON = r"(?:\*\*|__)?\s?(?:[:\uff1a]|\.(?=\s|\*|_|$))(?:\*\*|__)?"
_LEAD = r"[ \t]*(?:[-*+>][ \t]+)?(?P<hashes>\#{1,6}[ \t]+)?(?:\*\*|__)?"
_INITIAL = re.compile(rf"{_LEAD}(?P<initial>[{_ASKING}])(?=\s?\d{{0,4}}{_COLON})")
_ODD = re.compile(
    rf"""{_LEAD}(?:
        (?P<task>{_TASK})(?=\s?[.\#]?\s?\d)
      | (?P<code>(?-i:[A-PR-Z]))(?=[-.]?\d{{1,3}}[.)](?:\*\*|__)?\s)
      | (?P<letter>(?:\d{{1,2}}(?:[.)]\s+)?)?\(?(?:[a-z]|[ivx]{{2,5}})[.)]+)(?=(?:\*\*|__)?\s) )""",
    re.IGNORECASE | re.VERBOSE,
)
_ANSWER = re.compile(
    rf"(?:[-*+>][ \t]+)?(?:\#{{1,6}}[ \t]+)?(?:\*\*|__)?(?P<initial>[{_ANSWERING}])\s?\d{{0,4}}{_COLON}\s*"
)
_BESIDE = re.compile(rf"[?.!]\s+(?:\*\*|__)?(?=(?P<initial>[{_ANSWERING}])(?:\*\*|__)?\s?[:\uff1a])")
_NEAR = 6  # lines below a question in which its answer begins, where the question is spread over some


def read_as(lines: Sequence[str], at: int) -> tuple[str, str]:
    """A line with `Q` or a number for what stands for it, as long as it was, and what that was; or as it is."""
    line = lines[at]
    initial = _INITIAL.match(line)
    if initial and initial["initial"] == "Q":
        return line, ""
    if initial and _answered(initial["initial"], lines, at):
        return f"{line[: initial.start('initial')]}Q{line[initial.end() :]}", initial["initial"]
    found = _ODD.match(line)
    kind = found.lastgroup if found else None
    if found is None or kind is None or (found["hashes"] and kind != "task"):
        return line, ""
    start, end = found.span(kind)
    return f"{line[:start]}{('1)' if kind == 'letter' else 'Q').ljust(end - start)}{line[end:]}", kind


def _answered(letter: str, lines: Sequence[str], at: int) -> bool:
    """Whether the initial of an answer stands behind that of a question, before the next such initial."""
    if any(found["initial"] in _PAIRS[letter] for found in _BESIDE.finditer(lines[at])):
        return True
    for below in range(at + 1, min(at + _NEAR, len(lines))):
        answer = _ANSWER.match(lines[below].lstrip())
        if answer:
            return answer["initial"] in _PAIRS[letter]
    return False


def answer_initial(line: str) -> int | None:
    """Where the words behind the initial of an answer begin, None where a line begins with none."""
    found = _ANSWER.match(line)
    return found.end() if found else None


def paired(question: str, answer: str) -> bool:
    """Whether a line that begins with the initial of a question is answered by one with that of its answer."""
    asked, said = _INITIAL.match(question), _ANSWER.match(answer)
    letter = asked["initial"] if asked else None
    return bool(letter and said and said["initial"] in _PAIRS[letter])


def beside(line: str) -> int | None:
    """Where in the line of a question the initial of its answer stands, None where none does."""
    asked = _INITIAL.match(line)
    letter = asked["initial"] if asked else None
    places = (each for each in _BESIDE.finditer(line) if letter and each["initial"] in _PAIRS[letter])
    return next((each.end() for each in places), None)
