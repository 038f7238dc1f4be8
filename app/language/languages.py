"""Words of each language that turn what a sentence says: negations, duties, numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.language.grammar import grammar_in, place_of_language


@dataclass(frozen=True)
class Language:
    """Words of one language, case-folded. Languages are not mixed: what negates in one may be another word in the next.

    `exceptions` take something out, `conditions` make it depend on something. `duties`, `permissions` and `advice` say
    how much something binds; `numbers` are in the order of what they count, from 2 on, `ordinals` from 1 on; `tens`
    from 20 on. If `nouns_are_capitalised`, a capital letter does not show a name.
    """

    negations: frozenset[str]
    exceptions: frozenset[str]
    conditions: frozenset[str]
    duties: frozenset[str]
    permissions: frozenset[str]
    advice: frozenset[str]
    numbers: tuple[str, ...]
    ordinals: tuple[str, ...]
    tens: tuple[str, ...]
    nouns_are_capitalised: bool = False

    @property
    def turning(self) -> frozenset[str]:
        """The words that turn what a sentence says into its opposite, for all cases or for some."""
        return self.negations | self.exceptions

    @property
    def common(self) -> frozenset[str]:
        """The words of grammar of this language, which say nothing of what a text is about."""
        return grammar_in(LANGUAGES.index(self))


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text that lists them, separated by spaces."""
    return frozenset(text.split())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Language(
    negations=word_set("not no never none nobody nothing nowhere neither nor cannot without hardly scarcely barely"),
    exceptions=word_set("unless except"),
    conditions=word_set("if whether lest"),
    duties=word_set("must shall required obliged mandatory"),
    permissions=word_set("may can might could allowed permitted optional"),
    advice=word_set("should ought recommended advised"),
    numbers=_listed(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen"
    ),
    ordinals=_listed("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"),
    tens=_listed("twenty thirty forty fifty sixty seventy eighty ninety"),
)
GERMAN = Language(
    negations=word_set(
        "nicht kein keine keinem keinen keiner keines nie niemals niemand niemandem niemanden nichts nirgends weder"
        " ohne kaum keinesfalls keineswegs"
    ),
    exceptions=word_set("außer"),
    conditions=word_set("wenn falls ob sofern soweit"),
    duties=word_set("muss muß müssen musste mussten verpflichtet"),
    permissions=word_set("darf dürfen kann können durfte durften konnte konnten"),
    advice=word_set("soll sollen sollte sollten empfohlen"),
    numbers=_listed(
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn"
        " achtzehn neunzehn"
    ),
    ordinals=_listed("ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten"),
    tens=_listed("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
    nouns_are_capitalised=True,
)
FRENCH = Language(
    negations=word_set("ne pas jamais aucun aucune rien sans ni nul nulle guère"),
    exceptions=word_set("sauf excepté"),
    conditions=word_set("si"),
    duties=word_set("doit doivent devra devront faut"),
    permissions=word_set("peut peuvent pourra pourront"),
    advice=word_set("devrait devraient"),
    numbers=_listed("deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"),
    ordinals=_listed("premier deuxième troisième quatrième cinquième"),
    tens=_listed("vingt trente quarante cinquante soixante"),
)
SPANISH = Language(
    negations=word_set("no nunca jamás nadie ningún ninguno ninguna nada sin tampoco ni"),
    exceptions=word_set("salvo excepto"),
    conditions=word_set("si"),
    duties=word_set("debe deben deberá deberán"),
    permissions=word_set("puede pueden podrá podrán"),
    advice=word_set("debería deberían"),
    numbers=_listed("dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"),
    ordinals=_listed("primer segundo tercer cuarto quinto"),
    tens=_listed("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
)
ITALIAN = Language(
    negations=word_set("non mai nessun nessuno nessuna niente nulla senza né"),
    exceptions=word_set("salvo tranne eccetto"),
    conditions=word_set("se"),
    duties=word_set("deve devono dovrà dovranno"),
    permissions=word_set("può possono potrà potranno"),
    advice=word_set("dovrebbe dovrebbero"),
    numbers=_listed("due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici"),
    ordinals=_listed("primo secondo terzo quarto quinto"),
    tens=_listed("venti trenta quaranta cinquanta sessanta settanta ottanta novanta"),
)
LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN)
"""The languages, in the order of `app.language.grammar`."""

NEGATIONS = frozenset[str]().union(*(language.negations for language in LANGUAGES))
CONDITIONS = frozenset[str]().union(*(language.exceptions | language.conditions for language in LANGUAGES)) - {"se"}
"""The words of all languages at once that name an exception or a condition, without Italian `se`, which is French and
Spanish grammar."""
_LIMITS = word_set(
    "only until till once provided before after during within while otherwise however but although though instead save"
    " excluding excluded exclude excludes exception exceptions exclusion exclusions subject case unlike rather"
    " nur lediglich bis erst solange bevor nachdem während innerhalb sonst jedoch allerdings aber sondern vorbehaltlich"
    " ausgenommen ausgeschlossen ausnahme ausnahmen ausschluss ausschlüsse abweichend sei"
    " seulement uniquement jusque jusqu avant après pendant sinon mais toutefois hormis sous"
    " sólo solo solamente hasta antes después durante pero siempre excluido"
    " soltanto fino prima dopo ma purché escluso"
)
TURNING = NEGATIONS | CONDITIONS | _LIMITS
"""Words of all languages at once that negate, limit, except or make depend. Where one of them is left out of a
sentence, the rest may say something else; that some are grammar in another language makes the program more careful."""
BINDING = frozenset[str]().union(*(each.duties | each.permissions | each.advice for each in LANGUAGES))
NUMBERS = frozenset(("hundred", "thousand", "hundert", "tausend")).union(
    *(frozenset(language.numbers + language.tens) for language in LANGUAGES)
)


def language_of(words: Sequence[str]) -> Language:
    """Return the language that these case-folded words seem to be in."""
    return LANGUAGES[place_of_language(words)]


_CODES = ("en", "de", "fr", "es", "it")
_KANA = re.compile("[\u3041-\u30ff]")


def language_code(text: str) -> str:
    """Return the ISO 639-1 code of the language that a text seems to be in: Japanese if it has kana, else one of
    `LANGUAGES`."""
    if _KANA.search(text):
        return "ja"
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return _CODES[place_of_language(words)]
