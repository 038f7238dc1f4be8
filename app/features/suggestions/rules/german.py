"""The ways in which German asks."""

from __future__ import annotations

import re

from app.features.suggestions.rules.forms import First, Fits, Grammar, Groups, Kind, QuestionForm, listed

_W = r"[\w'’./+-]+"
_SUBJECT = rf"(?P<np>(?:Der|Die|Das|Ein|Eine|Jeder|Jede|Jedes|Alle) {_W}(?: {_W}){{0,4}}?)"
_REST = rf"(?P<vp>{_W}(?: {_W}){{1,11}}?)"
_NUMBER = (
    r"(?:\d[\d.,]*|ein|eine|einen|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|vierzehn|zwanzig|dreißig)"
)
_TIME = r"(?:Sekunden?|Minuten?|Stunden?|(?:Werk|Arbeits)?[Tt]age?n?|Wochen?|Monate?n?|Jahre?n?)"
_CAN = r"(?P<can>darf|dürfen|kann|können|muss|müssen|soll|sollen|sollte|sollten)"
_BY = r"(?:innerhalb|binnen|spätestens|bis zum|bis spätestens|vor Ablauf)"

_DANGLING = listed(
    "dies diese diesem diesen dieser dieses jene jenem jenen jener jenes er sie es ihm ihn ihnen ihr ihre ihrem ihren"
    " ihrer ihres sein seine seinem seinen seiner seines wir uns unser unsere ich mein dort hier dann da so solche"
    " solchen solcher solches andere anderen anderer anderes oben unten folgende folgenden folgender folgendes erste"
    " ersten erster zweite zweiten dritte letzten letzte nächste nächsten vorherige vorigen obige obigen genannten"
    " abschnitt kapitel abbildung tabelle seite beispiel auch jedoch aber daher deshalb also nicht nie kein keine was"
    " wer wie wo wann warum wenn falls ob weil obwohl dass man einige manche viele mehr meisten derselbe dieselbe"
    " hiervon davon damit dazu daran dabei angegebene angegebenen gleiche gleichen zwar erwähnte erwähnten genannte"
    " betreffende entsprechende entsprechenden besagte welche welcher welches fall fälle fällen"
)
_GENERIC = listed(
    "Ziel Zweck Grund Problem Ergebnis Rest Unterschied Idee Frage Antwort Folge Nachteil Vorteil Ausnahme"
)


def _article(phrase: str) -> str:
    return phrase.partition(" ")[0]


def _named(groups: Groups) -> bool:
    """Return whether a definite thing is named: by more than one word, or by a long one."""
    words = groups["np"].split()
    if words[1] in _GENERIC or not any(word[:1].isupper() for word in words[1:]):
        return False
    return _article(groups["np"]) in ("Ein", "Eine") or len(words) > 2 or len(words[1]) > 8


def _subject(groups: Groups) -> bool:
    words = groups["np"].split()
    return any(word[:1].isupper() for word in words[1:]) and words[-1][:1].isupper()


def _head(*endings: str) -> Fits:
    def fits(groups: Groups) -> bool:
        words = groups["np"].split()
        return len(words) > 1 and words[1].casefold().endswith(endings)

    return fits


def _form(kind: Kind, pattern: str, template: str, fits: Fits = _subject) -> QuestionForm:
    return QuestionForm(kind, re.compile(pattern), template, fits, first=First.SMALL)


_SENTENCES = (
    _form(
        Kind.AMOUNT,
        rf"{_SUBJECT} beträgt (?P<rest>.*?){_NUMBER} {_TIME}\b.*",
        "Wie lang ist {np}?",
        _head("frist", "dauer", "zeit", "laufzeit", "urlaub"),
    ),
    _form(
        Kind.AMOUNT,
        rf"{_SUBJECT} beträgt (?P<rest>.*?)\d[\d.,]* ?(?:m²|Quadratmeter|ha|Hektar)(?: .*|\.)",
        "Wie groß ist {np}?",
    ),
    _form(
        Kind.AMOUNT,
        rf"{_SUBJECT} beträgt (?P<rest>.*?)(?:\d[\d.,]*|{_NUMBER}) ?(?:€|Euro|EUR|Prozent|%|Franken)(?: .*|\.)",
        "Wie hoch ist {np}?",
    ),
    _form(
        Kind.DEADLINE,
        rf"{_SUBJECT} (?P<be>ist|sind) (?:jeweils )?{_BY} .* (?P<vp>zu \w+[en]n|\w+zu\w+en)\.",
        "Wann {be} {np} {vp}?",
    ),
    _form(
        Kind.DEADLINE,
        rf"{_SUBJECT} {_CAN} (?P<vp>(?:{_W} ){{0,6}}?){_BY} .*?(?P<last>(?:\w+ werden|\w+[elr]n))\.",
        "Wann {can} {np} {vp} {last}?",
    ),
    _form(
        Kind.CONDITION,
        rf"{_SUBJECT} {_CAN} {_REST}, (?:wenn|falls|sofern|es sei denn|sobald|soweit) .+",
        "Wann {can} {np} {vp}?",
    ),
    _form(
        Kind.CONSEQUENCE,
        r"(?:Wenn|Falls) (?P<np>(?:der|die|das|ein|eine|kein|keine|Sie) [^,;:]{8,80}), .+",
        "Was geschieht, wenn {np}?",
        lambda g: _can_happen(g["np"]),
    ),
    _form(
        Kind.REASON,
        rf"{_SUBJECT} (?P<be>ist|sind|war|waren|wurde|wurden|muss|müssen) {_REST}, weil .+",
        "Warum {be} {np} {vp}?",
    ),
    _form(Kind.USE, rf"{_SUBJECT} (?P<be>dient|dienen) (?:zu[mr]?|dazu|als|der|dem) .+", "Wozu {be} {np}?", _named),
    QuestionForm(Kind.DEFINITION, re.compile(r"[„“](?P<np>[\w -]+)[“”] bezeichnet .+"), "Was bedeutet „{np}“?"),
    _form(
        Kind.DEFINITION,
        rf"{_SUBJECT} ist (?:ein|eine|der|die|das|jeder|jede|jedes) .{{12,}}",
        "Was ist {np}?",
        lambda g: _subject(g) and _named(g) and _article(g["np"]) in ("Der", "Die", "Das", "Ein", "Eine"),
    ),
    _form(
        Kind.CONTENT,
        rf"{_SUBJECT} (?:enthält|umfasst) .+",
        "Was enthält {np}?",
        lambda g: _subject(g) and _named(g) and _article(g["np"]) not in ("Alle",),
    ),
)


def _can_happen(clause: str) -> bool:
    words = clause.casefold()
    return words[-1] not in ("wollen", "möchten", "wünschen", "müssen") and len(words) > 3


_HEADINGS = (
    QuestionForm(
        Kind.ASKED,
        re.compile(
            r"(?P<asked>(?:Was|Wie|Warum|Wann|Wo|Wer|Welche[rsn]?|Kann|Darf|Muss|Ist|Sind|Woher|Wozu)\b.{8,})\?"
        ),
        "{asked}?",
    ),
    QuestionForm(Kind.WAY, re.compile(r"Wie Sie (?P<np>[^,]+) (?P<can>können|sollten|müssen)"), "Wie {can} Sie {np}?"),
    QuestionForm(Kind.WAY, re.compile(r"Wie man (?P<np>[^,]+) (?P<can>kann|sollte)"), "Wie {can} man {np}?"),
    QuestionForm(Kind.DEFINITION, re.compile(r"Was (?P<np>.+) (?P<be>ist|sind)"), "Was {be} {np}?"),
)

GERMAN = Grammar(
    _SENTENCES,
    _HEADINGS,
    "Was steht im Abschnitt „{np}“?",
    "Laut „{title}“: {question}",
    "Worin unterscheiden sich „{first}“ und „{second}“?",
    _DANGLING,
    listed("der die das ein eine jeder jede jedes alle"),
    frozenset(("der", "die", "das")),
    nouns_have_capitals=True,
)
