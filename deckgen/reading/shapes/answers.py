"""The words and marks by which people tell an answer, a fold, and an answer that is still to be written."""

from __future__ import annotations

import re

from deckgen.reading.shapes.aliases import answer_initial, paired
from deckgen.reading.shapes.words import EMOJI

_ANSWER = (
    r"answers?|ans|solution|sol|antwort|lösung|ответ|решение|відповідь|respuesta|solución|réponse|reponse|corrigé"
    r"|risposta|soluzione|resposta|solução|antwoord|odpowiedź|cevap|svar|odpověď|vastaus|válasz|răspuns|απάντηση"
    r"|trả\ lời|jawaban|答案|答え|解答|回答|答|답변|정답|답|جواب|תשובה|उत्तर"
)
_SPEAKER = r"assistant|chatgpt|gpt|ai|bot|(?:chatgpt|assistant)\s+said|claude|copilot|gemini"
_REPLY = r"candidate|interviewee|back|rückseite"  # of an interview, of a card
_QUALITY = r"(?:(?:the|short|sample|model|correct|suggested|right|expected|my)\s+)?"
_COUNT = r"\s?[\#.]?\d{0,4}(?:\s?\([^()]{1,30}\))?"
_SAID = rf"{_QUALITY}(?:{_ANSWER}|(?-i:A)|{_SPEAKER}){_COUNT}"
_ANSWERED = re.compile(
    rf"""(?:[-*+]\s+)?(?:\#{{1,6}}\s*)?(?:{EMOJI}\s*)*
        (?: (?P<bold>\*{{1,3}}|_{{1,3}})\s?(?:{EMOJI}\s*)*{_SAID}\s?[:.)\-\u2013\u2014\uff1a]?\s?(?P=bold)
            \s?[:.)\uff1a]*(?:\s?[-\u2013\u2014]+(?=\s))?
          | (?:{_ANSWER}|(?-i:A)){_COUNT}\s?(?:[.)](?=\s|$|\*)|[:\uff1a]|[-\u2013\u2014>]+(?=\s))+
          | {_QUALITY}(?:{_ANSWER}){_COUNT}\s?[:\uff1a]+
          | (?:a|{_SPEAKER})\s?\d{{0,4}}\s?[:\uff1a]
          | (?P<strong>\*\*|__)?(?:{_REPLY})\s?(?::(?(strong)(?P=strong))|(?(strong)(?P=strong):|(?!))) )
        \s*""",
    re.IGNORECASE | re.VERBOSE,
)
_SPEAKS = re.compile(rf"\W*(?:{_SPEAKER})\W*", re.IGNORECASE)
_ALONE = re.compile(rf"\#{{1,6}}\s*(?:{EMOJI}\s*)*[*_]{{0,3}}{_SAID}\s?[:.]?\s?[*_]{{0,3}}:?\s*\#*\s*$", re.IGNORECASE)
_FOLD = re.compile(
    rf"""(?:<[^<>]+>|\W)*
        (?: (?:click|tap|press)\b.*
          | (?:(?:show|view|see|reveal|toggle|open|expand|read|the|full|spoiler|hide|display)\s*)*
            (?:{_ANSWER}|details|more|hint|solutions?|spoiler|example|code|explanation|expand|here|me)? )
        (?:<[^<>]+>|\W)*""",
    re.IGNORECASE | re.VERBOSE,
)
_LATER = r"(?:later|soon|shortly|tomorrow|next|after|before|when|once|until|with|by|in)\b[^.]{0,60}"
_STUB = re.compile(
    rf"""[(\[](?:[^\W\d]+[\s,.:;'\u2019-]+){{2}}[^()\[\]]*[)\]] | \.{{2,}} | \u2026 | [-\u2013\u2014_]+ | \?+
      | [(\[](?:ask|check|find|fill|look)\b[^()\[\]]{{0,60}}[)\]] | [\W_]{{0,9}}(?:
        to\s?do|tbd|tba|wip|fixme|xxx|n/?a|none\ (?:yet|so\ far)|pending
      | (?:(?:an?|the|this|more|details)\ )?(?:answer\ )?(?:is\ )?(?:coming|to\ follow)(?:\ (?:soon|later|shortly))?
      | fill\ (?:this\ )?in(?:\ later)?
      | to\ be\ (?:done|answered|written|added|filled\ in|continued|completed|finished|discussed)(?:\ {_LATER})?
      | (?:add|write|needs?|no|answer)(?:\ an?|\ the|\ my)?\ (?:answer|pending|missing|later|here)
        (?:\ (?:here|later|yet))?
      | (?:(?:write|put|insert)\ )?(?:(?:your|my|the)\ )?answer\ (?:(?:goes|comes)\ )?here
      | i(?:['\u2019]ll|\ will)\ (?:write|fill|look|finish|come\ back|add|do|answer|explain)\ [^.]{{0,20}}
        \b(?:this|it|that|more)\b[^.]{{0,40}}
      | i(?:['\u2019]ll|\ will|\ need\ to|\ have\ to|\ must|\ should)\ [^.]{{0,40}}\ (?:later|soon|tomorrow|this\ up)
      | (?:i\ (?:am\ |do\ )?|i['\u2019]m\ )?(?:still\ )?(?:not\ sure|no\ idea|don['\u2019]?t\ know|idk|dunno|forgot)
        (?:\ yet)?(?:,\ (?:look|check|ask)\b[^.]{{0,40}})?
      | (?:need\ to\ )?(?:look|check)(?:\ (?:this|it|that))?(?:\ up)?(?:\ (?:later|again|in\ the\ (?:book|slides)))?
      | not\ (?:yet\ )?(?:answered|written|done)(?:\ yet)?|later|(?:work\ )?in\ progress|unanswered
      | missing|empty|(?:left\ )?blank|left\ open|placeholder|under\ construction
      | (?:em|en)\ breve|próximamente|bientôt|prossimamente|binnenkort|wkrótce|demnächst|in\ kürze|yak\u0131nda|snart
      | (?:ещё\ |пока\ )?не\ (?:готово|написано)|скоро(?:\ будет)?|незабаром|即将推出|待补充|敬请期待|準備中|추후\ 작성
      | offen|folgt(?:\ noch)?|noch\ offen|(?:noch\ )?keine\ antwort|kommt\ (?:noch|später)|fehlt(?:\ noch)?
      | wird\ (?:noch\ )?(?:ergänzt|nachgetragen)|дописать(?:\ позже)?|добавить(?:\ позже)?|позже|(?:пока\ )?нет\ ответа
      | pendiente|por\ (?:hacer|completar)|sin\ respuesta|à\ (?:faire|compléter|venir)|da\ (?:fare|completare)
      | a\ fazer|sem\ resposta|nog\ (?:invullen|doen)|do\ uzupełnienia|brak(?:\ odpowiedzi)?)[\W_]*""",
    re.IGNORECASE | re.VERBOSE,
)
# `TODO: ask`, `TODO ask`, but neither `Todo lists are ..` nor `WIP is ..`.
_STUB_LEAD = re.compile(
    r"""[\W_]{0,9}(?: (?:to\s?-?do|tbd|tba|wip|fixme|xxx)\s?(?:[:(\u2026]|[;,.!](?=\s|$)|[-\u2013\u2014](?=\s)).*
      | (?<=\#)(?:to-?do|tbd|wip)\b.*
      | (?-i:TODO|TBD|FIXME)\s+(?!(?:is|are|was|means|stands|comments?|lists?|items?)\b).* )""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_STUB = 80
_CHOICE_A = re.compile(r"\W*A\W*[.)]|\s*[-*+]\s\W*A\W*:")
_CHOICE_B = re.compile(r"[\s>*+-]*B\W*[.)]|\s*[-*+]\s\W*B\W*:")
_CHOICE = re.compile(r"\(?([A-H])\s?[.):]\s")


def answer_mark(line: str) -> int | None:
    """Where the answer behind a mark such as `A.` or `**Answer:**` begins, None where a line begins with no mark."""
    if _ALONE.match(line):
        return len(line)
    match = _ANSWERED.match(line)
    return match.end() if match else answer_initial(line)


def marks_answer(line: str, question: str) -> bool:
    """Whether a line begins with the mark of an answer; with an initial, if it is that of the question's language."""
    return bool(_ALONE.match(line) or _ANSWERED.match(line)) or paired(question, line)


def speaks(line: str) -> bool:
    """Whether a line is nothing but who speaks next in a chat."""
    return bool(_SPEAKS.fullmatch(line))


def first_choice(line: str, below: list[str]) -> bool:
    """Whether a line is the first of several choices, with another in the lines below."""
    return bool(_CHOICE_A.match(line)) and any(map(_CHOICE_B.match, below))


def without_choices(lines: list[str]) -> list[str]:
    """Lines without those from which an answer is to be chosen, lettered from A on; all where there are none."""
    letters = [found[1] if (found := _CHOICE.match(line)) else "" for line in lines]
    told = "".join(letters)
    if len(told) < 2 or not "ABCDEFGH".startswith(told):
        return lines
    return [line for line, letter in zip(lines, letters, strict=True) if not letter]


def fold_mark(title: str) -> bool:
    """Whether what is written on a fold is `Answer`, `click to expand` or the like, and no question."""
    return bool(_FOLD.fullmatch(title))


def stub(text: str) -> bool:
    """Whether what stands as an answer says that there is none yet, such as `TODO`, or is all in parentheses."""
    return bool(_STUB.fullmatch(text) or (len(text) < _LONGEST_STUB and _STUB_LEAD.fullmatch(text)))
