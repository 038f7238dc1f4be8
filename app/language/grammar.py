"""Words that hold sentences together, and those that turn their sense, in the languages that Octavo knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LANGUAGES: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "a about all also an and any are as at be been but by can could d did do does for from had has have he her him"
        " his how i if in into is it its ll m may me might must my no not of on or our re s shall she should so some"
        " such t than that the their them then there these they this those to us ve was we were what when where which"
        " while who whom whose why will with would you your",
        "aber als am an auch auf aus bei bin bis da das dass dem den der des die doch du durch ein eine einem einen"
        " einer eines er es für hat haben ich ihr im in ist kann können man mein mich mir mit nach nicht oder sein sich"
        " sie sind so über um und uns vom von vor wann war waren warum was welche welchem welchen welcher welches wem"
        " wen wenn wer werden wie wieso wir wird wo woher wohin zu zum zur",
        "à au aux avec c ce ces cette combien comment d dans de des dois du elle elles en est et été être eux il ils j"
        " je l la le les leur leurs lui m ma mais mes moi mon n ne nos notre nous on ont ou où par pas peut pour"
        " pourquoi qu quand que quel quelle quelles quels qui quoi s sa se sera ses si son sont sur t te tu un une vos"
        " votre vous y",
        "a al como cómo con cuál cuáles cuándo cuánto de del dónde el ella ellas ellos en entre era eran es esa ese eso"
        " esta está este esto fue ha han hay la las le les lo los mi mis muy no nos o para pero por porque puede puedo"
        " que qué quién quiénes se ser si sin sobre son su sus tu un una unas unos y yo",
        "a ai al alla alle anche che chi ci come con cosa cui da dal dalla dei del della delle di dove e ed è era erano"
        " gli ha hanno i il in io la le lei lo loro lui ma mi nei nel nella non o per perché più può quale quali quando"
        " quanto quello questa questo se si sono su sua sui sul sulla suo tra un una uno",
    )
)
"""English, German, French, Spanish, Italian, each alone: grammar in one may be matter in another ("war", "die")."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ALL = frozenset[str]().union(*_LANGUAGES)

LIMITS = _set("only nur lediglich seulement sólo solamente soltanto")
ONLY_MORE = _set("only nur seulement sólo solo")
"""Words that take a negation before them back: not only this."""
COMPARISONS = _set("than als")
"""Two words after a negation they make a measure of it, which adds to what is before: not less than a year."""
CONJUNCTIONS = _set("and or but while whereas yet und oder aber sondern während et ou mais y o e pero sino ma")
BEGINNINGS = _set("i you he she it we they there which who whose where when because since although er wir ich")
"""Words with which another clause begins."""
AUXILIARIES = _set(
    "is are was were has have had will do does did would ist sind hat haben wird werden est sont ont es son"
)
"""Verbs that are grammar more than matter, beside those that bind: these are in `languages.py`."""


def grammar_of(words: Sequence[str]) -> frozenset[str]:
    """Return the words of grammar of the language that these case-folded words seem to be in."""
    return _LANGUAGES[place_of_language(words)]


def place_of_language(words: Sequence[str]) -> int:
    """Return the place, among the languages above, of the one that these case-folded words seem to be in."""
    return max(range(len(_LANGUAGES)), key=lambda place: sum(word in _LANGUAGES[place] for word in words))


def grammar_in(place: int) -> frozenset[str]:
    """Return the words of grammar of the language at this place."""
    return _LANGUAGES[place]


_SLIGHT: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "able again allow allowed already always another anybody anyone anything away back became become before after"
        " being best better between both bring brought came cannot come comes did doing done down during each else"
        " enough ever every everything few find first found gave get gets getting give given gives go goes going gone"
        " got happen happened happens having held here hold just keep keeping keeps kept kind know last least less let"
        " like likely lot made make makes making many mean meaning means meant more most much name need needed needs"
        " never new next now number off often once one only onto other others ought out over own people permit"
        " permitted person please possible put puts really right said same say says see second seem seen several since"
        " somebody someone something sometimes sort stand standing stands still stood take taken takes taking tell"
        " thing things think time times today told too took toward towards try under until up use used useful uses"
        " using usual usually very want wants way went whether within without work working works yes yet",
        "allein alle allem allen aller alles also andere anderen bedeutet bekam bekomme bekommen bekommt benutzen"
        " benutzt bin bist bitte bleibe bleiben bleibt brauche brauchen braucht bringe bringen bringt dabei dafür"
        " damit dann darf darfst dazu dein deine deinem deinen deiner denn dies diese diesem diesen dieser dieses dort"
        " dürfen dürft eigentlich einmal erlaubt etwas finde finden findet funktioniert gab gebe geben gegangen"
        " gegeben gehe gehen geht gehört gemacht genommen geschieht gibt gilt ging gleich habe halte halten hast hatte"
        " hatten heißt hier hält hätte ihm ihn ihnen ihre ihrem ihren ihrer immer irgend ja jede jedem jeden jeder"
        " jedes jemand jetzt kam kannst keine keinen komme kommen kommt könnte könnten lasse lassen legen legt liegen"
        " liegt lässt mache machen macht meine meinem meinen meiner meint mehr muss musst möchte möglich müssen müsst"
        " nehme nehmen nimmt noch nummer nun nur nutzen nutzt ob ohne passiert sage sagen sagt schon sehen sehr seine"
        " seinem seinen seiner selbst sieht soll sollen sollte sonst stand stehen steht stelle stellen stellt tue tun"
        " tut unser unsere unserem unseren unter verwenden verwendet viel viele vielleicht wegen weiß wieder will"
        " wissen wolle wollen wurde wurden während würde zwischen überhaupt",
        "aller aussi autre avais avez avoir bien chaque chose comme dire dit doit doivent donc donne donner déjà"
        " encore faire fait faut fois garde garder jamais mettre moins même peuvent peux plus prend prendre prends"
        " puis rester rien sans savoir sert seul sous tenir tient toujours tous tout toute toutes trop trouve trouver"
        " très utilise utiliser va vais veut veux voir vont",
        "algo alguien antes aquí así cada cosa dar debe deben debo decir después dice donde están estar haber hace"
        " hacer hago hasta ir mantener mismo mucha mucho nada necesita necesito nunca otra otro poder poner pone"
        " pueden querer quiero saber solo tener tengo tiene tienen toda todo todos toma tomar usa usar va ver ya",
        "altro ancora anche andare avere bisogno dare deve devo devono dice dire dopo essere fa fare già mai mettere"
        " molto niente nulla ogni poi possono posso potere prende prendere prima qualcosa qualcuno sapere sempre senza"
        " solo sta stare stesso tenere tiene trovare tutta tutti tutto usa usare va vedere viene volta vuole",
    )
)

_MEASURES: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "big deep far fast heavy high large late long loud many much often old small soon tall warm wide",
        "alt breit groß hoch häufig klein lang lange laut oft schnell schwer spät tief viel viele warm weit",
        "grand haut long longtemps loin souvent vieux",
        "alto grande largo lejos mucha muchas mucho muchos",
        "alto grande lontano lungo spesso tanto",
    )
)


def slight_in(place: int) -> frozenset[str]:
    """Return words of the language at this place that many questions have and that say little about them: common verbs,
    and words of time and manner."""
    return _SLIGHT[place]


def measures_in(place: int) -> frozenset[str]:
    """Return words of the language at this place with which "how" asks for a measure: how long, how high."""
    return _MEASURES[place]


ENGLISH = 0
"""The place of English among the languages."""

_MIN_SHARE, _MIN_LEAD = 0.2, 2


def leading_language(words: Sequence[str]) -> int | None:
    """Return the place of the language that these case-folded words are in, or None if it is not plain."""
    counts = [sum(word in language for word in words) for language in _LANGUAGES]
    best = max(range(len(counts)), key=counts.__getitem__)
    others = max(count for index, count in enumerate(counts) if index != best)
    return best if counts[best] >= max(_MIN_SHARE * len(words), _MIN_LEAD + others) else None


QUOTATION_MARKS: dict[str, str] = {
    '"': '"',
    "“": "”",
    "”": "”",  # Swedish, Finnish
    "„": "“”",
    "‘": "’",
    "‚": "‘’",
    "«": "»",
    "»": "«»",  # German »…«, Swedish »…»
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
    "｢": "｣",
    "《": "》",
    "〝": "〟〞",
}
"""Some open in one language and close in another: what is beside them decides. No mark of one character is in it
that is an apostrophe first of all: ' and an opening ’."""


def seems_english(text: str) -> bool:
    """Return whether a text, such as a question, is in English as far as its letters and its grammar tell."""
    letters = [sign for sign in text if sign.isalpha()]
    plain = sum(map(str.isascii, letters))
    return plain > 0.9 * len(letters) and place_of_language(re.findall(r"\w+", text.casefold())) == 0
