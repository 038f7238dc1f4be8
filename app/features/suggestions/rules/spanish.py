"""The ways in which Spanish asks."""

from __future__ import annotations

import re

from app.features.suggestions.rules.forms import First, Fits, Grammar, Groups, Kind, QuestionForm, listed

_W = r"[\w'’./+-]+"
_SUBJECT = rf"(?P<np>(?:El|La|Los|Las|Un|Una|Cada|Todo|Toda) {_W}(?: {_W}){{0,5}}?)"
_ONE = rf"(?P<np>(?:El|La|Un|Una) {_W}(?: {_W}){{0,5}}?)"
_REST = rf"(?P<vp>{_W}(?: {_W}){{1,11}}?)"
_NUMBER = r"(?:\d[\d.,]*|un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta)"
_TIME = r"(?:segundos?|minutos?|horas?|días?|semanas?|mes(?:es)?|años?)"
_CAN = r"(?P<can>puede|pueden|podrá|podrán|debe|deben|deberá|deberán|debería|deberían)"

_DANGLING = listed(
    "este esta estos estas esto ese esa esos esas eso aquel aquella aquellos aquello él ella ellos ellas le les lo su"
    " sus nuestro nuestra nos yo mi mis aquí allí ahí entonces así tal tales otro otra otros otras mismo misma mismos"
    " mismas siguiente siguientes anterior anteriores primer primero primera segundo segunda último última sección"
    " capítulo figura tabla página ejemplo párrafo también sin embargo no nunca que quien cual cuyo donde cuando como"
    " si porque aunque varios algunos algunas muchos muchas más mencionado mencionada mencionados mencionadas dicho"
    " dicha dichos dichas correspondiente correspondientes caso casos cosa"
)
_GENERIC = listed("objetivo problema resultado resto idea pregunta respuesta diferencia razón motivo hecho")


def _subject(groups: Groups) -> bool:
    words = groups["np"].split()
    return words[1].casefold() not in _GENERIC and words[-1].casefold() not in ("de", "del", "a", "y", "el", "la")


def _known(groups: Groups) -> bool:
    words = groups["np"].split()
    return _subject(groups) and (words[0] in ("Un", "Una") or len(words) > 2)


def _form(kind: Kind, pattern: str, template: str, fits: Fits = _subject) -> QuestionForm:
    return QuestionForm(kind, re.compile(pattern), template, fits, first=First.SMALL)


_SENTENCES = (
    _form(
        Kind.AMOUNT,
        rf"{_ONE} (?:es de|asciende a|será de|se fija en) {_NUMBER} ?(?:euros?|€|%|pesos?|dólares)(?: .*|\.)",
        "¿A cuánto asciende {np}?",
    ),
    _form(
        Kind.AMOUNT,
        rf"{_ONE} (?:es de|será de|dura) {_NUMBER} ?{_TIME}\b.*",
        "¿Cuál es {np}?",
        lambda g: (
            _subject(g) and re.match(r"(?:El (?:plazo|período|periodo|preaviso)|La duración)\b", g["np"]) is not None
        ),
    ),
    _form(
        Kind.CONDITION,
        rf"{_SUBJECT} {_CAN} {_REST},? (?:si|cuando|siempre que|salvo que|en cuanto) .+",
        "¿Cuándo {can} {np} {vp}?",
    ),
    _form(
        Kind.DEADLINE,
        rf"{_SUBJECT} {_CAN} {_REST},? (?:en un plazo de|en el plazo de|dentro de los|antes de) {_NUMBER} ?{_TIME}\b.*",
        "¿Cuándo {can} {np} {vp}?",
    ),
    _form(
        Kind.CONSEQUENCE, r"Si (?P<np>(?:el|la|los|las|un|una|ningún|ninguna) [^,;:]{8,80}), .+", "¿Qué ocurre si {np}?"
    ),
    _form(Kind.USE, rf"{_ONE} (?:sirve para|se utiliza para|se usa para) .+", "¿Para qué sirve {np}?", _known),
    _form(
        Kind.DEFINITION,
        rf"{_SUBJECT} son (?:unos |unas |los |las ).{{12,}}",
        "¿Qué son {np}?",
        lambda g: _known(g) and g["np"].startswith(("Los", "Las")),
    ),
    _form(Kind.DEFINITION, rf"{_ONE} es (?:un |una |el |la ).{{12,}}", "¿Qué es {np}?", _known),
    _form(Kind.CONTENT, rf"{_ONE} contiene .+", "¿Qué contiene {np}?", _known),
)
_HEADINGS = (
    QuestionForm(
        Kind.ASKED,
        re.compile(r"(?P<asked>¿(?:Qué|Quién|Cuál|Cuáles|Cómo|Por qué|Cuándo|Dónde|Puedo|Debo|Cuánto)\b.{8,}\?)"),
        "{asked}",
    ),
    QuestionForm(Kind.WAY, re.compile(r"Cómo (?P<np>\w+[aei]r .+)"), "¿Cómo {np}?", first=First.SMALL),
    QuestionForm(
        Kind.WAY,
        re.compile(r"(?P<np>[A-ZÁÉÍÓÚ]\w+[aei]r (?:un|una|el|la|los|las|su|sus) \w.+)"),
        "¿Cómo {np}?",
        lambda g: g["np"].split()[0] not in ("Lugar", "Hogar", "Mar", "Par", "Primer", "Tercer", "Auxiliar"),
        first=First.SMALL,
    ),
)

SPANISH = Grammar(
    _SENTENCES,
    _HEADINGS,
    "¿Qué dice la sección «{np}»?",
    "Según «{title}», {question}",
    "¿En qué se diferencian «{first}» y «{second}»?",
    _DANGLING,
    listed("el la los las un una cada todo toda"),
    frozenset(("el", "la", "los", "las")),
)
