"""Every diagnostic there is: its code, its weight, what it says and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from deckgen.diagnostics import Rule as Rule
from deckgen.diagnostics import Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

# Files and configuration
UNREADABLE = Rule("D001", _E, "cannot be read: {reason}", "make the file readable; it is left out")
TOO_LARGE = Rule("D002", _E, "is {size} bytes long; the limit is {limit}", "split the file; it is left out")
NOT_UTF8 = Rule("D003", _E, "is not UTF-8 text: {reason}", "save the file as UTF-8; it is left out")
FORBIDDEN_CHARACTER = Rule(
    "D004", _E, "holds the character {character}, which is not text", "remove the character; the file is left out"
)
BAD_TOML = Rule("D005", _E, "is not valid TOML: {reason}", "correct the line; the deck is left out")
BAD_CONFIG = Rule("D006", _E, "{key}: {reason}", "{advice}; the deck is left out")
NO_DECK_TOML = Rule(
    "D007", _E, "the folder has no deck.toml", "write one with [deck], id and name, or name a Markdown file"
)
NO_DECKS = Rule("D008", _E, "no deck here", "name a folder with a deck.toml, a folder of such folders, or a .md file")
DECK_ID_TWICE = Rule(
    "D009", _E, "deck id `{id}` is also that of {other}", "give each deck an id of its own; this one is left out"
)

# Documents
EMPTY_FILE = Rule("D010", _E, "the file is empty", "write a question such as `Q1. What is ..?` and its answer below")
NO_QUESTIONS = Rule(
    "D011", _E, "no question found", "begin each question with a label at the margin, such as `Q1. What is ..?`"
)
UNANSWERED = Rule("D012", _E, "question has no answer", "write the answer below the question; the card is not packed")
NO_ID = Rule(
    "D013",
    _N,
    "question has no id; `{id}` is made from its words",
    "append {{#{id}}}, as `deckgen id --write` does, or rewording the question will make a new card",
)
DUPLICATE_ID = Rule(
    "D014", _E, "id `{id}` is already used at {other}", "give this question an id of its own, such as {{#{id}-2}}"
)
BAD_ATTRIBUTES = Rule(
    "D015", _E, "attributes cannot be read: {reason}", 'write {{#id .tag key="value"}} with values in double quotes'
)
UNKNOWN_ATTRIBUTE = Rule("D016", _E, "unknown key `{key}`", "{advice}")
BAD_ATTRIBUTE_VALUE = Rule("D017", _E, "{key}: {reason}", "{advice}")
OUTSIDE_QUESTIONS = Rule(
    "D018", _N, "text outside any question", "it is on no card; move it below a question if needed"
)
FENCE_OUTSIDE_QUESTIONS = Rule(
    "D019", _E, "`{role}` block outside any question", "move it below the question it belongs to"
)
UNKNOWN_ROLE = Rule("D020", _E, "unknown fence role `{role}`", "{advice}")
UNCLOSED_FENCE = Rule("D021", _E, "code fence is never closed", "close it with {marker}")
NOTHING_BEFORE = Rule("D022", _E, "no code runs before this `{role}` block", "put it below the block that it is about")
UNKNOWN_FENCE_KEY = Rule("D023", _E, "unknown key `{key}` on a `{role}` block", "{advice}")
TOO_DEEP = Rule("D024", _E, "text is nested more than {limit} levels deep", "flatten it; what is deeper is plain text")
HTML_NOT_KEPT = Rule("D025", _W, "HTML <{tag}> is not kept", "write it as Markdown")
REMOTE_IMAGE = Rule(
    "D026",
    _W,
    "`{target}` is not packed, since it lies on another machine; its description, if any, stands for it",
    "save it in the deck's folder and name it as it stands there",
)
SEVERAL_QUESTIONS = Rule("D027", _E, "`{function}` names {count} questions", "{advice}")
NO_SUCH_QUESTION = Rule("D028", _E, "`{function}` belongs to no question of {document}", "{advice}")
BAD_SIDECAR = Rule("D029", _E, "cannot be read as Python: {reason}", "correct the line; its checks are left out")
FUNCTION_TWICE = Rule("D030", _E, "`{function}` is defined twice", "rename or remove one of them")
UNUSED_FRONT_MATTER = Rule("D031", _W, "front matter key `{key}` is not used", "{advice}")
BAD_FRONT_MATTER = Rule("D032", _E, "front matter cannot be read: {reason}", "correct it, or remove it")
IDENTITY_BY_DEFAULT = Rule(
    "D033",
    _N,
    "the deck's {what} is `{value}`, taken from the {source}",
    "write it in front matter to make it permanent",
)
EMPTY_QUESTION = Rule("D034", _E, "the question shows nothing", "write it in words behind the label")
ORPHAN_SIDECAR = Rule("D035", _E, "no document of this name is beside these checks", "rename it after its document")
DISGUISED_CODE = Rule("D036", _E, "code holds {character}, which shows it in another order", "remove the character")
BAD_TRANSCRIPT = Rule(
    "D037", _E, "transcript cannot be read: {reason}", "write it as Python shows it, or mark it `pycon fragment`"
)
ASKED_BEFORE = Rule("D038", _W, "asks the same as the question at {other}", "remove one of them, or say what differs")
UNKNOWN_FORM = Rule("D039", _E, "questions are not written as `{form}`", "{advice}; the key is left out")

# Editing
ID_TAKEN = Rule(
    "D040",
    _N,
    "`{made}` is the id of {other}, so that this question's is `{id}`",
    "if a function beside the document checks it, name that after the new id",
)
NO_PLACE_FOR_ID = Rule(
    "D041", _E, "no id can be inserted into this line, which would then be read differently", "write {{#{id}}} into it"
)
WOULD_READ_DIFFERENTLY = Rule(
    "D042", _E, "is left as it is: edited, it would not be read as the same cards", "edit it by hand"
)
CHANGED_MEANWHILE = Rule("D043", _E, "has changed since it was read", "say the same command again")
NO_WAY_BACK = Rule(
    "D044", _E, "{reason}; nothing is written", "commit the file, or say --allow-dirty if you need no way back"
)
ONE_FILE_TWICE = Rule("D045", _E, "is the same file as {other}; nothing is written", "name it once")

# Choosing cards
NO_SUCH_CARD = Rule("D046", _E, "there is no card `{id}` here", "{advice}")
NO_SUCH_TAG = Rule("D047", _E, "no card here has the tag {tags}", "{advice}")
PART_OF_A_DECK = Rule(
    "D048",
    _E,
    "lies in the folder of the deck {home}: its cards would be other cards in a deck of their own",
    "name {home}",
)

# Note types
NOT_A_CLOZE = Rule(
    "D070",
    _W,
    "`{opening}` is no deletion on a card of type `{type}`",
    'write type="cloze" into the braces of the question, or it is shown as it stands',
)
NO_DELETION = Rule(
    "D071",
    _E,
    "nothing is deleted from the answer of this cloze",
    "write {{{{c1::...}}}} around what is to be recalled",
)
BAD_DELETION = Rule("D072", _E, "the deletion `{opening}` {problem}", "{advice}")
TOO_MANY_CARDS = Rule(
    "D073", _E, "the deletions have {count} numbers, and a note no more than {limit} cards", "write several questions"
)
NOTHING_TO_TYPE = Rule(
    "D074",
    _E,
    "what is to be typed {problem}",
    "begin the answer with a paragraph of its own: some plain words, or one piece of code",
)

# Media
OUTSIDE_DECK = Rule("D075", _E, "`{target}` {reason}", "save it in the deck's folder and name it as it stands there")
NO_SUCH_FILE = Rule("D076", _E, "there is no file `{target}` in the deck's folder", "{advice}")
NOT_A_MEDIUM = Rule(
    "D077",
    _E,
    "`{target}` is nothing that Anki can show or play",
    "save it as PNG, JPEG, GIF, WebP or SVG, or as MP3, Ogg, WAV, FLAC or M4A",
)
MEDIUM_TOO_LARGE = Rule(
    "D078", _E, "`{target}` has {size} {unit}; the limit is {limit}", "make it smaller: it goes to a phone"
)
UNSAFE_SVG = Rule(
    "D079", _E, "`{target}` {reason}", "save it as plain SVG, in which nothing runs and nothing is loaded"
)
NOT_DRAWN = Rule(
    "D080", _W, "the diagram is not drawn; its text stands for it", "install Graphviz, whose command is `dot`"
)
BAD_DIAGRAM = Rule("D081", _E, "the diagram cannot be drawn: {reason}", "correct it; Graphviz has the last word")

PROPERTIES_LEFT_OUT = Rule(
    "D082",
    _N,
    "properties of an outline are on no card: {count} in all",
    "they may stay for the program that keeps them",
)

# Formulas
UNSAFE_FORMULA = Rule(
    "D085",
    _E,
    "the formula uses `{command}`",
    "write it without: on a card a formula runs nothing, loads nothing, and changes no other",
)

# Checking
PRELUDE_FAILED = Rule("D050", _E, "the prelude {reason}", "correct it; no card of the deck can be proved until then")
PRELUDE_ON_STANDIN = Rule(
    "D051",
    _E,
    "the prelude fails on the stand-in for SQLAlchemy: it {reason}",
    "import and define in it, and run nothing; no card of the deck can be proved until then",
)
SURVIVING_MUTANT = Rule(
    "D052", _W, "the check would also pass with {what}", "assert what would then be different, or leave it out"
)
UNRELATED_CHECK = Rule(
    "D053", _W, "the check names nothing of what the card talks about, such as {names}", "assert what the answer states"
)
VALUE_NOT_EXPECTED = Rule(
    "D054", _W, "the answer names `{value}`, and no check mentions it", "assert each value that the answer names"
)
WIDER_THAN_CLAIMED = Rule(
    "D055",
    _W,
    "the card also holds on {places}, which it does not claim",
    "widen the claim, or assert what differs there",
)

# The craft of cards
ASKS_NOTHING = Rule(
    "D095", _W, "`{title}` asks nothing", "write a question that one answer fits, or choose another type"
)
LONG_ANSWER = Rule(
    "D096", _W, "the answer has {words} words, more than a phone shows at once", "say it in about 40, or in two cards"
)
RESTATED_QUESTION = Rule("D097", _W, "the answer begins by saying the question again", "begin with what is new")
LONG_CODE = Rule(
    "D098", _W, "the answer shows {lines} lines of code, more than a phone does at once", "show at most 10"
)
WIDE_CODE = Rule("D099", _W, "the code is {columns} columns wide, and a phone shows 44", "break the line")

# Packing and publishing
NOT_AUDITED = Rule(
    "D060", _W, "the package was not audited", "install deckgen-verified[{extra}] for the official engine"
)
AUDIT = Rule("D061", _E, "{code}: {message}", "the package is not written; it would not work in Anki")
WITHDRAWN = Rule(
    "D062",
    _W,
    "released card `{id}` is refuted: the package withdraws it",
    "correct the answer; who has the card learns what was found once you release",
)
RETIRED = Rule(
    "D063",
    _W,
    "released card `{id}` is not in the source any more: the package retires it",
    "if it was only renamed, give it back its id with {{#{id}}}; who has the card learns that it is gone",
)
LEFT_OUT = Rule(
    "D064",
    _W,
    "released card `{id}` is {verdict}: it is left out, and who has it keeps it as it was",
    "mend the card or its surroundings, or remove it from the source to retire it",
)
NOT_RETIRED = Rule(
    "D065",
    _W,
    "released card `{id}` is not found, but something in this deck was misread: it is left out",
    "correct the errors; if it is gone then, the package retires it",
)
LEDGER_WOULD_CHANGE = Rule(
    "D066",
    _E,
    "a release would change the ledger, at {cards}",
    "say `deckgen build --release` and commit the ledger; the package is not written",
)
NOTE_TYPE_CHANGED = Rule(
    "D067",
    _E,
    "`{id}` was released with the note type `{released}` and now has `{found}`: it is left out",
    "give it its note type back, or another id; Anki would not take the change",
)
AUDIT_WARNING = Rule("D068", _W, "{code}: {message}", "correct what the message names; the package is written")
DELETION_GONE = Rule(
    "D069",
    _W,
    "`{id}` was released with the deletion {numbers}, which is gone: its card stays empty with who has it",
    "number another deletion so; Anki offers to delete an empty card, with all its reviews",
)

RULES: Mapping[str, Rule] = {each.code: each for each in list(globals().values()) if isinstance(each, Rule)}
