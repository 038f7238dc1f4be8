"""Words of each language that turn what a sentence says: negations, duties, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.grammar import grammar_in, place_of_language


@dataclass(frozen=True)
class Language:
    """Words of one language, case-folded. Languages are not mixed: what negates in one may be another word in the next.

    `exceptions` take something out, `conditions` make it depend on something. `duties`, `permissions` and `advice` say
    how much something binds; `numbers` are in the order of what they count,
    from 2 on, `ordinals` from 1 on; `tens` from 20 on. `nouns_are_capitalised`: a capital letter does not show a name.
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
        """Those that turn what a sentence says into its opposite, for all or for some."""
        return self.negations | self.exceptions

    @property
    def common(self) -> frozenset[str]:
        """Its words of grammar, which say nothing of what a text is about."""
        return grammar_in(LANGUAGES.index(self))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Language(
    negations=_words("not no never none nobody nothing nowhere neither nor cannot without hardly scarcely barely"),
    exceptions=_words("unless except"),
    conditions=_words("if whether lest"),
    duties=_words("must shall required obliged mandatory"),
    permissions=_words("may can might could allowed permitted optional"),
    advice=_words("should ought recommended advised"),
    numbers=_listed(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen"
    ),
    ordinals=_listed("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"),
    tens=_listed("twenty thirty forty fifty sixty seventy eighty ninety"),
)
GERMAN = Language(
    negations=_words(
        "nicht kein keine keinem keinen keiner keines nie niemals niemand niemandem niemanden nichts nirgends weder"
        " ohne kaum keinesfalls keineswegs"
    ),
    exceptions=_words("außer"),
    conditions=_words("wenn falls ob sofern soweit"),
    duties=_words("muss muß müssen musste mussten verpflichtet"),
    permissions=_words("darf dürfen kann können durfte durften konnte konnten"),
    advice=_words("soll sollen sollte sollten empfohlen"),
    numbers=_listed(
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn"
        " achtzehn neunzehn"
    ),
    ordinals=_listed("ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten"),
    tens=_listed("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
    nouns_are_capitalised=True,
)
FRENCH = Language(
    negations=_words("ne pas jamais aucun aucune rien sans ni nul nulle guère"),
    exceptions=_words("sauf excepté"),
    conditions=_words("si"),
    duties=_words("doit doivent devra devront faut"),
    permissions=_words("peut peuvent pourra pourront"),
    advice=_words("devrait devraient"),
    numbers=_listed("deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"),
    ordinals=_listed("premier deuxième troisième quatrième cinquième"),
    tens=_listed("vingt trente quarante cinquante soixante"),
)
SPANISH = Language(
    negations=_words("no nunca jamás nadie ningún ninguno ninguna nada sin tampoco ni"),
    exceptions=_words("salvo excepto"),
    conditions=_words("si"),
    duties=_words("debe deben deberá deberán"),
    permissions=_words("puede pueden podrá podrán"),
    advice=_words("debería deberían"),
    numbers=_listed("dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"),
    ordinals=_listed("primer segundo tercer cuarto quinto"),
    tens=_listed("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
)
ITALIAN = Language(
    negations=_words("non mai nessun nessuno nessuna niente nulla senza né"),
    exceptions=_words("salvo tranne eccetto"),
    conditions=_words("se"),
    duties=_words("deve devono dovrà dovranno"),
    permissions=_words("può possono potrà potranno"),
    advice=_words("dovrebbe dovrebbero"),
    numbers=_listed("due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici"),
    ordinals=_listed("primo secondo terzo quarto quinto"),
    tens=_listed("venti trenta quaranta cinquanta sessanta settanta ottanta novanta"),
)
LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN)
"""In the order of `app.core.grammar`."""

NEGATIONS = frozenset[str]().union(*(language.negations for language in LANGUAGES))
CONDITIONS = frozenset[str]().union(*(language.exceptions | language.conditions for language in LANGUAGES)) - {"se"}
"""Of all languages at once; Italian `se` is French and Spanish grammar."""
BINDING = frozenset[str]().union(*(each.duties | each.permissions | each.advice for each in LANGUAGES))
NUMBERS = frozenset(("hundred", "thousand", "hundert", "tausend")).union(
    *(frozenset(language.numbers + language.tens) for language in LANGUAGES)
)


def language_of(words: Sequence[str]) -> Language:
    """The language that these case-folded words seem to be in."""
    return LANGUAGES[place_of_language(words)]
