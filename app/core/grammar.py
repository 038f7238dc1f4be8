"""Words that hold sentences together, and the few that turn what a sentence says: negations, duties, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """Words of one language, case-folded. `common` say nothing of what a text is about: grammar in one language may be
    the matter in another ("war", "die"), so each is by itself.

    `duties`, `permissions` and `advice` say how much something binds; `numbers` are in the order of what they count,
    from 2 on, `ordinals` from 1 on; `tens` from 20 on. `nouns_are_capitalised`: a capital letter tells no name.
    """

    common: frozenset[str]
    negations: frozenset[str]
    duties: frozenset[str]
    permissions: frozenset[str]
    advice: frozenset[str]
    numbers: tuple[str, ...]
    ordinals: tuple[str, ...]
    tens: tuple[str, ...]
    nouns_are_capitalised: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Language(
    common=_words(
        "a about all also an and any are as at be been but by can could d did do does for from had has have he her him"
        " his how i if in into is it its ll m may me might must my no not of on or our re s shall she should so some"
        " such t than that the their them then there these they this those to us ve was we were what when where which"
        " while who whom whose why will with would you your"
    ),
    negations=_words("not no never none nobody nothing nowhere neither cannot without unless except hardly scarcely"),
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
    common=_words(
        "aber als am an auch auf aus bei bin bis da das dass dem den der des die doch du durch ein eine einem einen"
        " einer eines er es für hat haben ich ihr im in ist kann können man mein mich mir mit nach nicht oder sein sich"
        " sie sind so über um und uns vom von vor wann war waren warum was welche welchem welchen welcher welches wem"
        " wen wenn wer werden wie wieso wir wird wo woher wohin zu zum zur"
    ),
    negations=_words(
        "nicht kein keine keinem keinen keiner keines nie niemals niemand niemandem niemanden nichts nirgends weder"
        " ohne außer"
    ),
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
    common=_words(
        "à au aux avec c ce ces cette combien comment d dans de des dois du elle elles en est et été être eux il ils j"
        " je l la le les leur leurs lui m ma mais mes moi mon n ne nos notre nous on ont ou où par pas peut pour"
        " pourquoi qu quand que quel quelle quelles quels qui quoi s sa se sera ses si son sont sur t te tu un une vos"
        " votre vous y"
    ),
    negations=_words("pas jamais aucun aucune rien sans ni nul nulle sauf"),
    duties=_words("doit doivent devra devront faut"),
    permissions=_words("peut peuvent pourra pourront"),
    advice=_words("devrait devraient"),
    numbers=_listed("deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"),
    ordinals=_listed("premier deuxième troisième quatrième cinquième"),
    tens=_listed("vingt trente quarante cinquante soixante"),
)
SPANISH = Language(
    common=_words(
        "a al como cómo con cuál cuáles cuándo cuánto de del dónde el ella ellas ellos en entre era eran es esa ese eso"
        " esta está este esto fue ha han hay la las le les lo los mi mis muy no nos o para pero por porque puede puedo"
        " que qué quién quiénes se ser si sin sobre son su sus tu un una unas unos y yo"
    ),
    negations=_words("no nunca jamás nadie ningún ninguno ninguna nada sin tampoco ni salvo"),
    duties=_words("debe deben deberá deberán"),
    permissions=_words("puede pueden podrá podrán"),
    advice=_words("debería deberían"),
    numbers=_listed("dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"),
    ordinals=_listed("primer segundo tercer cuarto quinto"),
    tens=_listed("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
)
ITALIAN = Language(
    common=_words(
        "a ai al alla alle anche che chi ci come con cosa cui da dal dalla dei del della delle di dove e ed è era erano"
        " gli ha hanno i il in io la le lei lo loro lui ma mi nei nel nella non o per perché più può quale quali quando"
        " quanto quello questa questo se si sono su sua sui sul sulla suo tra un una uno"
    ),
    negations=_words("non mai nessun nessuno nessuna niente nulla senza né salvo"),
    duties=_words("deve devono dovrà dovranno"),
    permissions=_words("può possono potrà potranno"),
    advice=_words("dovrebbe dovrebbero"),
    numbers=_listed("due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici"),
    ordinals=_listed("primo secondo terzo quarto quinto"),
    tens=_listed("venti trenta quaranta cinquanta sessanta settanta ottanta novanta"),
)
LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN)


def language_of(words: Sequence[str]) -> Language:
    """The language that these case-folded words seem to be in."""
    return max(LANGUAGES, key=lambda language: sum(word in language.common for word in words))


def grammar_of(words: Sequence[str]) -> frozenset[str]:
    """The words of grammar of the language that these case-folded words seem to be in."""
    return language_of(words).common
