"""Finds persons and organisations in a text by rules: titles, given names, legal forms, headers of mails, 氏, 株式会社.

Rules miss names, and take some words for a name. So whoever shows what they find says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.core.names import EntityKind

_TITLES = (
    "Mr Mrs Ms Miss Mx Dr Prof Professor Sir Dame Lady Lord Judge Justice Captain Inspector Herr Herrn Frau Monsieur"
    " Madame Mademoiselle Mme Mlle Maître Señor Señora Sra Don Doña Signor Signora Dott Dottoressa Avv Dr.med"
)
_GIVEN = """
Aaron Abigail Adam Adrian Agnes Ahmed Aisha Alan Albert Alberto Alejandro Alessandro Alex Alexander Alexandra Alfred Ali
Alice Alison Amanda Amelia Amy Ana Anders Andrea Andreas Andrew Angela Ann Anna Anne Annette Anthony Antoine Antonio
Anton Arthur Astrid Audrey Barbara Beatrice Ben Benjamin Bernard Bernd Bernhard Bettina Bill Birgit Björn Bob Brian
Brigitte Bruno Camille Carla Carlo Carlos Carmen Carol Caroline Catherine Cecilia Charles Charlotte Chiara Chloe Chris
Christian Christina Christine Christoph Christopher Claire Clara Claude Claudia Colin Cristina Daniel Daniela Daniele
David Deborah Denis Dennis Diana Diego Dieter Dietrich Dirk Dominic Dominique Donald Dorothy Douglas Edith Edward Elena
Eleanor Elias Elisabeth Elizabeth Ella Ellen Emil Emily Emma Eric Erik Ernst Esther Eugene Eva Evelyn Fabian Fabio
Fatima Felix Fernando Fiona Florian Frances Francesca Francesco Francis Francisco Franz Fred Frederick Friedrich
Gabriel Gabriele Gareth Gary Geoffrey Georg George Gerald Gerhard Giorgio Giovanni Giulia Giuseppe Gordon Graham
Gregory Guido Guillaume Günter Günther Hannah Hans Harald Harold Harry Heather Heike Heinrich Heinz Helen Helena Helga
Helmut Henri Henrik Henry Herbert Hermann Holger Horst Howard Hugh Hugo Ian Ines Ingrid Irene Isaac Isabel Isabella
Isabelle Ismail Ivan Jack Jacob Jacqueline Jacques Jake James Jan Jane Janet Jason Javier Jean Jeffrey Jennifer Jens
Jeremy Jessica Joachim Joan Joanna Johann Johannes John Jonas Jonathan Jordi Jorge Jörg José Josef Joseph Joshua Juan
Judith Julia Julian Julie Julien Jürgen Karen Karin Karl Katharina Katherine Kathrin Katrin Kate Keith Kenneth Kevin
Kim Klaus Kurt Lars Laura Laurent Lauren Lawrence Lea Leo Leon Leonard Leonardo Lewis Liam Linda Lisa Lorenzo Louis
Louise Luca Lucas Lucia Lucy Luis Luisa Lukas Lydia Magdalena Manfred Manuel Marc Marcel Marco Marcus Margaret Maria
María Marie Mario Marion Mark Markus Marta Martha Martin Martina Mary Mathieu Matteo Matthew Matthias Maurice Max
Maximilian Megan Melanie Mia Michael Michel Michele Michelle Miguel Mohamed Mohammed Monica Monika Muhammad Nadia Nancy
Natalie Nathan Neil Nicholas Nicola Nicolas Nicole Nigel Nils Nina Noah Nora Norbert Norman Olga Oliver Olivia Olivier
Omar Oscar Oskar Otto Owen Pablo Paola Paolo Pascal Patricia Patrick Paul Paula Pauline Pedro Peter Petra Philip
Philipp Philippe Phillip Pierre Pietro Rachel Rafael Rainer Ralf Ralph Raymond Rebecca Reinhard Renate Richard Rita
Robert Roberto Roger Roland Rolf Ronald Rosa Roy Rudolf Russell Ruth Ryan Sabine Sally Samantha Samuel Sandra Sara
Sarah Scott Sean Sebastian Sergio Sharon Silvia Simon Simone Sofia Sonia Sonja Sophia Sophie Stefan Stefano Stella
Stephan Stephanie Stephen Steve Steven Stuart Susan Susanne Sven Sylvia Tania Tanja Teresa Theodor Theresa Thomas Tim
Timothy Tobias Tom Tony Torsten Ulrich Ulrike Ursula Ute Uwe Valentina Valerie Vanessa Vera Veronica Victor Victoria
Vincent Virginia Vivian Walter Werner Wilhelm William Wolfgang Xavier Yves Yvonne Zoe
Akira Daisuke Haruki Hiroshi Kazuo Kenji Makoto Naoki Takashi Takeshi Yoko Yuki Yuko Keiko Mariko Sachiko
"""
_NO_LAST_NAMES = """
Street Road Avenue Lane Square House Hall Park Station Bridge Hospital School Church Court Day Act Rules Island River
Lake Hill Harbour Harbor Port Airport Hotel January February March April May June July August September October November
License Licence Copyright December Monday Tuesday Wednesday Thursday Friday Saturday Sunday
"""
_FORMS = (
    r"Ltd\.?|Limited|L\.?L\.?C\.?|L\.?L\.?P\.?|Inc\.?|Incorporated|Corp\.?|Corporation|plc|PLC|Co\.?|Company"
    r"|GmbH(?:\s?&\s?Co\.?\s?KG)?|gGmbH|AG|KG|OHG|SE|e\.\s?V\.|S\.\s?A\.(?:\s?S\.)?|SAS|SARL|S\.p\.A\.|SpA|S\.r\.l\.|Srl"
    r"|S\.\s?L\.|B\.\s?V\.|BV|N\.\s?V\.|NV|A/S|AB|Oy|Pty\.?\sLtd\.?"
)
_INSTITUTIONS = (
    "Bank|University|College|Institute|Council|Ministry|Office|Authority|Association|Foundation|Trust|Court|Agency"
    "|Commission|Committee|Department|Hospital|Clinic|Society|Union|Federation|Group|Partners|Sons|Brothers|Fisheries"
)
_TEAMS = (
    "Team|Teams|Maintainers|Developers|Project|Support|Service|Services|Helpdesk|Desk|Secretariat|Newsletter"
    "|Notifications|Sekretariat|Kundenservice|Buchhaltung|Redaktion"
)
"""Last words of who signs or sends without being a person."""
_OF = "University|Bank|Ministry|Department|Court|Council|Commission|Institute|Office|Port|Chamber|Registry"
_NO_NAMES = """
The This That These Those A An Each Any Every Such Said No Our Your Their His Her Its Registered Head Main Branch
Local Relevant Competent And Or In On At By For From To Of With Under Between Dear Section Clause Article Part
Schedule Annex Appendix Chapter Director Manager Secretary President Chairman Chair Treasurer Counsel
Der Die Das Ein Eine Le La Les Un Une El Los Il Lo Gli
"""
_GAP = r"(?:[ \t\u00a0]{1,4})"
_WORD = r"(?:(?:Mc|Mac|[OD]['’])?[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+(?:-[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿ]+){0,3})"
_ANY_WORD = rf"(?:{_WORD}|[A-ZÀ-ÖØ-Þ]{{2,20}}(?:-[A-Z]{{1,20}}){{0,3}})"
_INITIAL = r"(?:[A-Z]\.(?:-?[A-Z]\.){0,3})"
_PARTICLE = r"(?:von|van|der|den|de|del|della|di|da|dos|du|la|le|zu|zur|ter|ten|y|bin|al)"
_FULL = rf"(?:(?:{_WORD}|{_INITIAL}){_GAP}(?:{_PARTICLE}{_GAP}){{0,3}}){{0,4}}{_WORD}"

_TITLED = re.compile(
    rf"\b(?P<title>{'|'.join(_TITLES.split())})\.?{_GAP}(?:(?:Dr|Prof|med)\.?{_GAP}){{0,3}}"
    rf"(?P<name>(?:{_PARTICLE}{_GAP}){{0,3}}{_FULL})"
)
_NAMED = re.compile(
    rf"\b(?P<name>(?:{'|'.join(_GIVEN.split())})(?:-{_WORD})?{_GAP}(?:{_PARTICLE}{_GAP}){{0,3}}{_FULL})"
)
_FORMED = re.compile(
    rf"\b(?P<name>(?:{_ANY_WORD}(?:,?{_GAP}(?:(?:&|and|und|et|y|of|the|de|del|du|des|di|für){_GAP})?)){{1,6}}(?:{_FORMS}))(?![\w])"
)
_INSTITUTION = re.compile(
    rf"\b(?:{_WORD}{_GAP})?(?:{_OF}){_GAP}(?:of|for){_GAP}(?:the{_GAP})?{_ANY_WORD}"
    rf"(?:{_GAP}(?:(?:and|of){_GAP})?{_ANY_WORD}){{0,3}}"
    rf"|\b(?:{_ANY_WORD}{_GAP}(?:&{_GAP})?){{1,4}}(?:{_INSTITUTIONS})\b"
    rf"|\b(?:Amtsgericht|Landgericht|Oberlandesgericht|Universität|Finanzamt|Sparkasse|Volksbank|Stadtwerke){_GAP}{_WORD}"
)
_LABELLED = re.compile(
    rf"^(?:Name|Attn|Attention|Signed(?:{_GAP}by)?|Witness|Author|Patient|Tenant|Landlord|Lessee|Lessor|Buyer|Seller"
    rf"|Director|Unterschrift|Verfasser|Zeuge)\.?\s?:{_GAP}(?P<name>{_FULL})[ \t]*$",
    re.MULTILINE,
)
_HEADER = re.compile(r"^(?:From|To|Cc):[ \t]*(?P<people>.+(?:\n(?!\w+:).+)*)", re.MULTILINE)
_ADDRESS = re.compile(r"[\"']?(?P<name>[^\"'<>,;@]{2,80}?)[\"']?\s*<[^<>\s]+@[^<>\s]+>")
_MAILED = re.compile(
    r"(?<![\w<.@-])(?P<name>(?:[^\W\d_a-zß-öø-ÿ][\w.'’-]{0,30}[ \t]{1,4}"
    r"(?:(?:von|van|der|den|de|del|la|da|di)[ \t]{1,4}){0,3})"
    r"{1,4}[^\W\d_a-zß-öø-ÿ][\w.'’-]{1,30})[ \t]{0,4}<[^<>\s]+@[^<>\s]+>"
)
"""A name with its address behind it, anywhere."""
_JAPANESE = re.compile(
    r"(?P<person>[一-龥々ヶ]{2,4}(?:[ 　][一-龥々ヶぁ-ん]{1,4})?|[ァ-ヴー]{2,20}(?:・[ァ-ヴー]{1,20}){0,3})"
    r"(?:氏(?!名)|様|殿|さん)"
    r"|(?P<form>(?:株式会社|有限会社|合同会社|一般社団法人|財団法人)[一-龥々ヶァ-ヴーA-Za-z・&]{1,15}"
    r"|[一-龥々ヶァ-ヴーA-Za-z・&]{1,15}(?:株式会社|有限会社|合同会社))"
    r"|(?P<institution>[一-龥々ヶァ-ヴー]{1,8}(?:銀行|大学|裁判所|市役所|法律事務所|病院|税務署))"
    r"|^(?:氏名|担当者?|署名|作成者|宛先)[:：][ 　]?(?P<labelled>[一-龥々ヶ]{1,4}[ 　]?[一-龥々ヶぁ-んァ-ヴー]{1,5})"
    r"[ 　]*$",
    re.MULTILINE,
)
_NO_JAPANESE = ("皆", "各位", "貴", "同", "両", "彼", "神", "王", "仏", "何", "客", "奥", "御", "大学", "銀行")
_ADDRESSES = re.compile(r"\S{1,80}@\S+|\bhttps?://\S+")
"""Addresses, which write names in small letters, and so say nothing of them."""
_SMALL = re.compile(r"\b[a-zß-öø-ÿ][\wß-öø-ÿ-]*")
_WRAPPED = re.compile(r"(?<=.{45})(?<!\.)\n(?=\S)")
_SPACES = re.compile(r"\s+")
_IS_INITIAL = re.compile(_INITIAL)
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True)
class WrittenName:
    """A name as it is written in a text, on one line, and whether it is a person's or an organisation's."""

    name: str
    kind: EntityKind


class NameReader:
    """Reads the pages of one document. A word that it also writes small is no name by its capital letter alone."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._small = frozenset(word for text in texts for word in _SMALL.findall(_ADDRESSES.sub(" ", text)))

    def read(self, text: str) -> Iterator[WrittenName]:
        """Yield the names of a page, in no order, each as often as it is there."""
        if _HEADER.search(text):
            yield from _of_headers(text)
            text = _HEADER.sub(lambda match: "\n" * match.group().count("\n"), text)
        yield from _of_japanese(text)
        for match in _MAILED.finditer(text):
            yield _of_sender(match["name"])
        text = _MAILED.sub("\n", text)
        text = _WRAPPED.sub(" ", text)  # a name that goes on in the next line of a paragraph
        for pattern in (_FORMED, _INSTITUTION):
            found, text = self._organisations(text, pattern)
            yield from found
        for pattern in (_TITLED, _LABELLED, _NAMED):
            found, text = self._persons(text, pattern)
            yield from found

    def _organisations(self, text: str, pattern: re.Pattern[str]) -> tuple[list[WrittenName], str]:
        """Return the organisations whose names in a text match a pattern, and the text without them."""
        names, found = [], list[tuple[int, int]]()
        for match in pattern.finditer(text):
            start = match.start() + _beginning(match.group(), formed=pattern is _FORMED)
            words = _clean(text[start : match.end()]).split()
            is_common = pattern is _INSTITUTION and all(map(self.is_common, words))
            if len(words) > 1 and not is_common:
                found.append((start, match.end()))
                names.append(WrittenName(" ".join(words).rstrip(","), EntityKind.ORGANISATION))
        return names, _without(text, found)

    def _persons(self, text: str, pattern: re.Pattern[str]) -> tuple[list[WrittenName], str]:
        names, found = [], list[tuple[int, int]]()
        titled = pattern is _TITLED
        for match in pattern.finditer(text):
            for words in _side_by_side(_clean(match["name"]).split()):
                while len(words) > 1 and self.is_common(words[-1]):
                    del words[-1]
                is_name = words[-1] not in _NO_LAST and not self.is_common(words[-1]) and words[0] not in _NO_FIRST
                if is_name and len(words) >= 2 - titled:
                    found.append(match.span())
                    if titled and sum(word[0].isupper() for word in words) < 2:
                        words.insert(0, match["title"])  # a surname alone may be that of several
                    is_team = not titled and words[-1] in _TEAM_WORDS
                    kind = EntityKind.ORGANISATION if is_team else EntityKind.PERSON
                    names.append(WrittenName(" ".join(words), kind))
        return names, _without(text, list(dict.fromkeys(found)))

    def is_common(self, word: str) -> bool:
        """Return whether the document also writes a word in small letters."""
        return word.lower().rstrip(",.") in self._small


_GIVEN_WORDS = frozenset(_GIVEN.split())
_TITLE_WORDS = frozenset(_TITLES.split())
_TEAM_WORDS = frozenset(_TEAMS.split("|"))
_BARE = re.compile(rf",?\s+(?:{_FORMS})$|^(?:株式会社|有限会社|合同会社)|(?:株式会社|有限会社|合同会社)$")
_NO_LAST, _NO_FIRST = frozenset(_NO_LAST_NAMES.split()), frozenset(_NO_NAMES.split())


def is_first_name(word: str) -> bool:
    """Return whether a word with a capital letter may be a first name: no title, and nothing that begins a sentence or
    a heading."""
    return word.rstrip(".") not in _TITLE_WORDS and word not in _NO_FIRST and word not in _NO_LAST


def shorter_forms(name: WrittenName) -> tuple[str, ...]:
    """Return the other forms that a name may have in the text: without titles, its last and its first word, or an
    organisation without its legal form. A month, for one, never is such a form by itself; the caller leaves out a form
    that the text uses for something else."""
    words = name.name.split()
    while len(words) > 1 and words[0].rstrip(".") in _TITLE_WORDS:
        del words[0]
    if name.kind is EntityKind.ORGANISATION:
        bare = _BARE.sub("", name.name)
        return (name.name, bare) if bare and bare != name.name else (name.name,)
    ends = (words[-1], words[0]) if len(words) > 1 else ()
    return (" ".join(words), *(word for word in ends if len(word) > 2 and word not in _NO_LAST and "." not in word))


def _of_headers(text: str) -> Iterator[WrittenName]:
    for header in _HEADER.finditer(text):
        for match in _ADDRESS.finditer(header["people"]):
            if any(map(str.isalpha, match["name"])):
                yield _of_sender(match["name"])


def _of_sender(written: str) -> WrittenName:
    name = _clean(written)
    formed = re.search(rf"\b(?:{_FORMS}|{_INSTITUTIONS}|{_TEAMS})$", name) is not None
    return WrittenName(name, EntityKind.ORGANISATION if formed else EntityKind.PERSON)


def _of_japanese(text: str) -> Iterator[WrittenName]:
    for match in _JAPANESE.finditer(text):
        group = match.lastgroup or ""
        name = _clean(match[group])
        if group in ("person", "labelled"):
            if not name.endswith(_NO_JAPANESE):
                yield WrittenName(name, EntityKind.PERSON)
        else:
            yield WrittenName(name, EntityKind.ORGANISATION)


def _clean(name: str) -> str:
    return _POSSESSIVE.sub("", _SPACES.sub(" ", name).strip(" ,;:"))


def _side_by_side(words: list[str]) -> Iterator[list[str]]:
    """Yield the names of several people that stand on one line, as below a contract: A. Pryce J. Marlow. Each begins
    with an initial that follows a surname."""
    start = 0
    if _IS_INITIAL.fullmatch(words[0]):
        for number in range(2, len(words)):
            if _IS_INITIAL.fullmatch(words[number]) and not _IS_INITIAL.fullmatch(words[number - 1]):
                yield words[start:number]
                start = number
    yield words[start:]


def _beginning(written: str, *, formed: bool) -> int:
    """Return where the name of an organisation begins: behind articles, and behind another name and an "and", or a
    person's and an "of". If it is `formed`, the name ends with its legal form."""
    words = [(match.start(), match.group().rstrip(",")) for match in re.finditer(r"\S+", written)]
    joint = max((number for number, (_at, word) in enumerate(words) if word in ("and", "und", "et")), default=0)
    is_one = (joint, len(words) - joint) == (1, 3) if formed else {"of", "for"} & {word for _at, word in words[:joint]}
    if joint and not is_one:  # neither Alders and Sons Ltd nor Ministry of Trade and Industry
        del words[: joint + 1]
    behind_of = next((number for number, (_at, word) in enumerate(words) if word == "of"), 0)
    if formed and behind_of > 1 and words[0][1] in _GIVEN_WORDS:  # Anna Berg of Marlow Rigging Ltd
        del words[: behind_of + 1]
    while len(words) > 1 and (words[0][1] in _NO_FIRST or words[0][1] in ("&", "of", "the", "and")):
        del words[0]
    return words[0][0] if words else 0


def _without(text: str, found: list[tuple[int, int]]) -> str:
    """Return the text that is left for other rules: it has a line end where something was found."""
    starts, ends = [start for start, _end in found], [end for _start, end in found]
    return "\n".join(text[begin:end] for begin, end in zip([0, *ends], [*starts, len(text)], strict=True))
