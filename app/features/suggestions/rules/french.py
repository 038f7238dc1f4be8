"""The ways in which French asks."""

from __future__ import annotations

import re

from app.features.suggestions.rules.forms import First, Fits, Grammar, Groups, Kind, QuestionForm, listed

_W = r"[\w'’./+-]+"
_SUBJECT = rf"(?P<np>(?:(?:Le|La|Les|Un|Une|Chaque|Tout|Toute) |L['’]){_W}(?: {_W}){{0,5}}?)"
_ONE = rf"(?P<np>(?:(?:Le|La|Un|Une) |L['’]){_W}(?: {_W}){{0,5}}?)"
_REST = rf"(?P<vp>{_W}(?: {_W}){{1,11}}?)"
_NUMBER = r"(?:\d[\d., ]*|un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente)"
_TIME = r"(?:secondes?|minutes?|heures?|jours?|semaines?|mois|ans?|années?)"
_CAN = r"(?P<can>peut|peuvent|doit|doivent|devrait|devraient)"

_DANGLING = listed(
    "ce cet cette ces cela ça celui celle ceux celles il elle ils elles lui leur leurs son sa ses notre nos nous on"
    " je mon ma mes y en ici là alors ainsi tel telle tels telles autre autres même mêmes suivant suivante suivants"
    " suivantes précédent précédente premier première second seconde deuxième dernier dernière section chapitre figure"
    " tableau page exemple paragraphe ci dessus dessous vôtre vôtres mentionné mentionnée mentionnés mentionnées"
    " correspondant correspondante aussi donc cependant pas ne plus que qui quoi dont où quand comment pourquoi si"
    " lorsque parce plusieurs certains certaines quelques cas chose"
)
_GENERIC = listed("but objectif problème résultat reste idée question réponse différence raison fait")


def _subject(groups: Groups) -> bool:
    words = re.split(r"[ '’]", groups["np"])
    return (
        len(words) > 1
        and words[1].casefold() not in _GENERIC
        and words[-1].casefold() not in ("de", "du", "des", "à", "et", "le", "la")
    )


def _known(groups: Groups) -> bool:
    words = re.split(r"[ '’]", groups["np"])
    return _subject(groups) and (words[0] in ("Un", "Une") or len(words) > 2)


def _form(kind: Kind, pattern: str, template: str, fits: Fits = _subject) -> QuestionForm:
    return QuestionForm(kind, re.compile(pattern), template, fits, first=First.SMALL)


_SENTENCES = (
    _form(
        Kind.AMOUNT,
        rf"{_ONE} (?:est de|est fixée? à|s['’]élève à|est limitée? à) {_NUMBER} ?(?:euros?|€|%|francs?)(?: .*|\.)",
        "À combien s’élève {np} ?",
    ),
    _form(
        Kind.AMOUNT,
        rf"{_ONE} (?:est de|est fixée? à|dure) {_NUMBER} ?{_TIME}\b.*",
        "Quelle est {np} ?",
        lambda g: _subject(g) and re.match(r"La (?:durée|période)\b", g["np"]) is not None,
    ),
    _form(
        Kind.AMOUNT,
        rf"{_ONE} (?:est de|est fixé à|dure) {_NUMBER} ?{_TIME}\b.*",
        "Quel est {np} ?",
        lambda g: _subject(g) and re.match(r"Le (?:délai|préavis)\b", g["np"]) is not None,
    ),
    _form(
        Kind.CONDITION,
        rf"{_SUBJECT} {_CAN} {_REST},? (?:si|lorsque|quand|dès que|sauf si|à condition que|à moins que) .+",
        "Quand est-ce que {np} {can} {vp} ?",
    ),
    _form(
        Kind.DEADLINE,
        rf"{_SUBJECT} {_CAN} {_REST},? (?:dans un délai de|dans les|au plus tard|sous) {_NUMBER} ?{_TIME}\b.*",
        "Quand est-ce que {np} {can} {vp} ?",
    ),
    _form(
        Kind.CONSEQUENCE,
        r"Si (?P<np>(?:(?:le|la|les|un|une|aucun|aucune|vous) |l['’])[^,;:]{8,80}), .+",
        "Que se passe-t-il si {np} ?",
        lambda g: (
            re.search(
                r"\bvous (?:voulez|souhaitez|désirez|avez|êtes|pouvez|devez|préférez|le|la|les|l|en|y|lui|leur)\b",
                g["np"],
            )
            is None
        ),
    ),
    _form(Kind.USE, rf"{_ONE} (?:sert à|est utilisée? pour) .+", "À quoi sert {np} ?", _known),
    _form(
        Kind.DEFINITION,
        rf"{_SUBJECT} sont (?:des|les) .{{12,}}",
        "Que sont {np} ?",
        lambda g: _known(g) and g["np"].startswith("Les"),
    ),
    _form(
        Kind.DEFINITION,
        rf"(?P<np>Une? {_W}(?: {_W}){{0,4}}?) est (?:une? |l['’]|le |la ).{{12,}}",
        "Qu’est-ce qu’{np} ?",
        _known,
    ),
    _form(Kind.DEFINITION, rf"{_ONE} est (?:une? |l['’]|le |la ).{{12,}}", "Qu’est-ce que {np} ?", _known),
    _form(Kind.CONTENT, rf"{_ONE} contient .+", "Que contient {np} ?", _known),
)
_HEADINGS = (
    QuestionForm(
        Kind.ASKED,
        re.compile(
            r"(?P<asked>(?:Qu['’]|Que|Quel(?:le)?s?|Qui|Comment|Pourquoi|Quand|Où|Est-ce|Puis-je|Combien)\b.{8,}?) ?\?"
        ),
        "{asked} ?",
    ),
    QuestionForm(Kind.WAY, re.compile(r"(?P<asked>Comment \w+(?:er|ir|re) .+)"), "{asked} ?"),
    QuestionForm(
        Kind.WAY,
        re.compile(r"(?P<np>[A-ZÉ]\w+(?:er|ir|[dt]re) (?:une? |le |la |les |l['’]|des |du |votre |vos )\w.+)"),
        "Comment {np} ?",
        lambda g: g["np"].split()[0] not in ("Premier", "Dernier", "Papier", "Membre", "Autre"),
        first=First.SMALL,
    ),
)

FRENCH = Grammar(
    _SENTENCES,
    _HEADINGS,
    "Que dit la section « {np} » ?",
    "D’après « {title} », {question}",
    "En quoi « {first} » et « {second} » diffèrent-ils ?",
    _DANGLING,
    listed("le la les un une chaque tout toute"),
    frozenset(("le", "la", "les")),
)
