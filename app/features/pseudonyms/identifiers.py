"""Finds numbers and addresses in a text that say who is meant: mail, telephone, street, account, card, identity, case.

Where a number has check digits they decide. Rules miss some and take others for one, so whoever shows them says so.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

from app.features.pseudonyms.data import NamedKind
from app.language.written_dates import DateReader

_BEFORE_LABEL = 24
"""The number of characters before a number in which a word such as "Tel." says what it is."""

_PLAIN = str.maketrans(
    {**{chr(0xFF10 + n): str(n) for n in range(10)}, "−": "-", "－": "-", "‐": "-", "（": "(", "）": ")"}
)
"""Replaces one character by one, so that places stay."""

_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_URL = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"'“”「」（）]+[^\s<>\"'“”「」（）.,;:!?)\]]|\bwww\.[\w-]+(?:\.[\w-]+)+(?:/[\w./%?=&#~+-]*)?",
    re.ASCII,
)
_IPV4 = re.compile(r"(?<![\w.])(?<![Vv]ersion )\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])", re.ASCII)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", re.ASCII)
_CARD = re.compile(r"(?<![\w.-])(?<!\d )\d(?:[ -]?\d){12,18}(?![\w-])", re.ASCII)
_MY_NUMBER = re.compile(r"(?<![\w-])(?<!\d )\d{4}[ -]?\d{4}[ -]?\d{4}(?![A-Za-z0-9_-]| ?\d)", re.ASCII)
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])", re.ASCII)
_NINO = re.compile(
    r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.ASCII
)
_NIR = re.compile(r"(?<![\w-])[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?![\w-])", re.ASCII)
_DNI = re.compile(r"\b(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]\b", re.ASCII)
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00)?\(?\d[\d ()./\u00a0-]{5,20}\d(?![\w/]|[.,-]\d)", re.ASCII)
_PHONE_LABEL = re.compile(
    r"(?:tel|phone|fon|mobil|cell|fax|call|電話|携帯|teléfono|téléphone)\w*\.?\s*[:：]?\s*(?:no\.?)?[\s:：(]*$", re.I
)
_AMERICAN = re.compile(r"(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}")
_NO_PHONE = re.compile(r"(?:19|20)\d{2} ?[-/ ] ?(?:19|20)?\d{2}(?:[-/]\d{2})?|\d{5}-\d{4}")
"""Matches what is no telephone number: years, days, and postcodes of America."""
_REGIONS = ("GB", "DE", "FR", "ES", "IT", "JP", "US")

_LABELLED = re.compile(
    r"(?<![A-Za-z])(?:(?P<account>(?:bank )?account|a/c|sort code|BIC|SWIFT|Konto(?:nummer)?|Kto|BLZ"
    r"|Bankleitzahl|口座番号|口座)"
    r"|(?P<identity>passport|driv(?:ing|er'?s) licen[cs]e|national insurance|social security|SSN|NHS"
    r"|tax(?:payer)?(?: identification)?|TIN|VAT|USt-?Id|Steuer(?:nummer|-ID|-Nr)?|Sozialversicherungs(?:nummer|-Nr)?"
    r"|Personalausweis(?:nummer)?|Reisepass|マイナンバー|個人番号|旅券番号|免許証番号|基礎年金番号|DNI|NIE|NIF"
    r"|codice fiscale)"
    r"|(?P<case>case|claim|docket|file|matter|policy|customer|client|patient|member|invoice|reference|our ref|your ref"
    r"|ref|Aktenzeichen|Geschäftszeichen|Az|Vertrags(?:nummer|-Nr)|Kunden(?:nummer|-Nr)|Rechnungs(?:nummer|-Nr)"
    r"|事件番号|整理番号|証券番号|顧客番号|会員番号|患者番号|管理番号|dossier|expediente))\.?"
    r"\s?(?:numbers?|nos?|nr|num(?:ber)?|code|id|#|№|n°|番号)?\.?\s?[:：#]?\s?(?:(?:is|was|lautet|est|es)\s)?"
    r"(?P<value>(?=[A-Z0-9][\w./()-]*\d)[A-Z0-9][A-Z0-9./()-]*(?: [A-Z0-9./-]*\d[A-Z0-9./-]*){0,4})",
    re.IGNORECASE,
)
_LABEL_NEEDS = re.compile(r"[:：#№]|no|nr|num|code|°|\bid\b|番号|Az|Aktenzeichen|BIC|口座|passport", re.IGNORECASE)
_CASE = re.compile(
    r"(?:明治|大正|昭和|平成|令和)(?:元|\d{1,2})年?[(（][ぁ-んァ-ヶー一-龥]{1,3}[)）]第?\d{1,6}号"
    r"|\b\d{1,3} (?:O|C|S|F|Ca|Sa|AZR|ZR|StR|BvR|W|U|T|Ls|Ds) \d{1,5}/\d{2}\b"
    r"|\b\d:\d{2}-(?:cv|cr|md|bk|mc|ap)-\d{3,6}(?:-[A-Z]{2,4})*\b|\b[CTF][-‑]\d{1,4}/\d{2}\b"
    r"|\b(?:HC|CL|QB|KB|HQ|CO|BL|HT|IP|CR|FL|PT)-?\d{2,4}-\d{4,6}\b"
)

_STREET_WORD = (
    r"(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Square|Sq\.?|Place|Terrace|Close|Boulevard|Blvd\.?|Crescent"
    r"|Gardens|Quay|Row|Wharf|Hill|Way|Mews|Parade|Highway|Hwy\.?)"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\wß-öø-ÿ'’-]*"
_UK_POSTCODE = (
    r"(?:GIR ?0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPS-UW]|[A-HK-Y][0-9][ABEHMNPRV-Y])"
    r" ?[0-9][ABD-HJLNP-UW-Z]{2})"
)
_CITY = rf"(?:,\s?{_CAPITAL}(?: {_CAPITAL}){{0,2}})"
_LATIN = r"[A-ZÀ-Ý][\wÀ-ÿ'’-]+"
_GERMAN_STREET = (
    r"(?:[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|markt)"
    r"|(?:[A-ZÄÖÜ][\wäöüß-]+ ){0,2}(?:Straße|Str\.|Weg|Platz|Allee)"
    r"|(?:Am|An der|Auf der|Im|Unter den|Zum|Zur) [A-ZÄÖÜ][a-zäöüß]+)"
)
_KANJI_NUMBER = "[0-9一二三四五六七八九十]"
_ADDRESS = re.compile(
    rf"\b(?:(?:Flat|Unit|Suite|Apt\.?|Apartment) \w{{1,5}},? )?\d{{1,5}}[A-Za-z]?(?:[-–]\d{{1,5}})?,?"
    rf" (?:[NSEW]\.? )?(?:{_CAPITAL} ){{1,4}}{_STREET_WORD}(?!\w)(?:,? (?:Suite|Apt\.?|Unit|Floor) \w{{1,5}})?"
    rf"(?:{_CITY}{{0,2}},?\s(?:[A-Z]{{2}} \d{{5}}(?:-\d{{4}})?|{_UK_POSTCODE}))?"
    r"|\bP\.? ?O\.? Box \d{1,6}\b"
    rf"|\b{_GERMAN_STREET} \d{{1,4}} ?[a-z]?(?:[-–]\d{{1,4}})?\b(?:,? ?(?:D-)?\d{{5}} [A-ZÄÖÜ][\wäöüß-]+)?"
    r"|\b\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|bd|place|chemin|quai|impasse|allée) "
    rf"(?:(?:de|du|des|la|le|les|l'|d'|d’|l’) ?){{0,3}}[\wÀ-ÿ'’-]+(?: {_LATIN}){{0,3}}(?:,? \d{{5}} {_LATIN})?"
    r"|\b(?:Calle|C/|Avenida|Avda\.|Plaza|Paseo|Via|Viale|Piazza|Corso) (?:(?:de|del|la|las|los|di|della) ){0,2}"
    rf"{_LATIN}(?: {_LATIN}){{0,3}},? ?\d{{1,4}}(?:,? \d{{5}} {_LATIN})?"
    r"|〒 ?\d{3}-?\d{4}"
    r"|(?:東京都|北海道|(?:京都|大阪)府|[一-龥]{2,3}県)?[一-龥々ヶぁ-んァ-ヴ]{1,6}?[市区町村郡][一-龥々ヶノぁ-んァ-ヴー]{0,12}"
    rf"(?:{_KANJI_NUMBER}{{1,3}}丁目)?{_KANJI_NUMBER}{{1,4}}(?:番地?|-[0-9]{{1,4}})"
    r"(?:[0-9]{1,4}号|の[0-9]{1,3}|-[0-9]{1,4}){0,2}"
)
_POSTCODE = re.compile(rf"\b{_UK_POSTCODE}\b")
_BORN = re.compile(
    r"\bborn\b|\bdate of birth\b|\bbirth ?date\b|\bd\.?o\.?b\.?\b|\bgeb(?:oren|\.)|\bGeburts(?:datum|tag)|\bnée? le\b"
    r"|\bdate de naissance|\bnacid[oa]\b|\bfecha de nacimiento|\bnat[oa] (?:il|a)\b|\bdata di nascita|生年月日|誕生日",
    re.IGNORECASE,
)
_BORN_BEHIND = re.compile(r"\s?(?:生まれ|生\b|に生まれ)")
_BORN_REACH = 48


@dataclass(frozen=True)
class Identifier:
    """An identifier at the characters [start, end) of a text."""

    kind: NamedKind
    start: int
    end: int


def identifiers(text: str) -> list[Identifier]:
    """Return the identifiers of a text in their order, none within another."""
    plain = text.translate(_PLAIN)
    taken: list[Identifier] = []
    for found in _all(plain):
        if all(found.end <= other.start or other.end <= found.start for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def _all(text: str) -> Iterator[Identifier]:
    """Yield all identifiers of a text, the surer kinds first."""
    checked: tuple[tuple[re.Pattern[str], NamedKind, Callable[[str], bool]], ...] = (
        (_URL, NamedKind.WEB_ADDRESS, _anything),
        (_EMAIL, NamedKind.EMAIL, _anything),
        (_CASE, NamedKind.CASE_NUMBER, _anything),
        (_IBAN, NamedKind.ACCOUNT, _is_iban),
        (_CARD, NamedKind.CARD, _is_card),
        (_SSN, NamedKind.ID_NUMBER, _anything),
        (_NINO, NamedKind.ID_NUMBER, _anything),
        (_NIR, NamedKind.ID_NUMBER, _is_nir),
        (_DNI, NamedKind.ID_NUMBER, _is_dni),
        (_MY_NUMBER, NamedKind.ID_NUMBER, _is_my_number),
        (_IPV4, NamedKind.IP_ADDRESS, _is_ip),
        (_IPV6, NamedKind.IP_ADDRESS, _is_ip),
    )
    for pattern, kind, holds in checked:
        for match in pattern.finditer(text):
            if holds(match.group()):
                yield Identifier(kind, *match.span())
    yield from _labelled(text)
    yield from _births(text)
    for pattern in (_ADDRESS, _POSTCODE):
        yield from (Identifier(NamedKind.ADDRESS, *match.span()) for match in pattern.finditer(text))
    yield from _phones(text)


def _labelled(text: str) -> Iterator[Identifier]:
    kinds = {"account": NamedKind.ACCOUNT, "identity": NamedKind.ID_NUMBER, "case": NamedKind.CASE_NUMBER}
    for match in _LABELLED.finditer(text):
        value = match["value"].rstrip(".-/(")
        label = text[match.start() : match.start("value")]
        if _LABEL_NEEDS.search(label) and sum(map(str.isdigit, value)) >= 3:
            kind = next(kind for group, kind in kinds.items() if match[group])
            yield Identifier(kind, match.start("value"), match.start("value") + len(value))


def _births(text: str) -> Iterator[Identifier]:
    """Yield the dates right behind a word such as "born"; in Japanese also those before one."""
    starts = [match.end() for match in _BORN.finditer(text)]
    behind = [match.start() for match in re.finditer("生まれ|生(?![ァ-ヴ一-龥ぁ-ん])", text)]
    for start in (*starts, *(max(0, at - _BORN_REACH) for at in behind)):
        window = text[start : start + _BORN_REACH]
        for date in DateReader(True).read(window):
            is_whole = date.span.first.day > 0
            if is_whole and (start in starts or _BORN_BEHIND.match(text, start + date.end)):
                yield Identifier(NamedKind.BIRTH_DATE, start + date.start, start + date.end)
                break


def _phones(text: str) -> Iterator[Identifier]:
    for match in _PHONE.finditer(text):
        written = match.group()
        label = text[max(0, match.start() - _BEFORE_LABEL) : match.start()]
        if _is_phone(written, labelled=_PHONE_LABEL.search(label) is not None):
            yield Identifier(NamedKind.PHONE, *match.span())


def _is_phone(written: str, *, labelled: bool) -> bool:
    """Return whether a number is a valid telephone number somewhere, if it is international, or written as such numbers
    are, or named as one."""
    digits = re.sub(r"\D", "", written)
    if _NO_PHONE.fullmatch(written):
        return False
    if not 7 <= len(digits) <= 15:
        return False
    if labelled:
        return True
    if written.startswith(("+", "00")):
        return _is_valid("+" + digits.removeprefix("00") if written.startswith("00") else written, None)
    if _AMERICAN.fullmatch(written):
        return _is_valid(written, "US")
    national = written.startswith(("0", "(0")) and re.search(r"\d[ ()./-]+\d", written) is not None
    return national and "." not in written and any(_is_valid(written, region) for region in _REGIONS)


def _is_valid(written: str, region: str | None) -> bool:
    import phonenumbers  # now: few texts have one, and it takes a moment

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, region))
    except phonenumbers.NumberParseException:
        return False


def _anything(_written: str) -> bool:
    return True


def _is_ip(written: str) -> bool:
    try:
        ipaddress.ip_address(written)
    except ValueError:
        return False
    return not written.startswith("0.") and written not in ("::", "1.0.0.0")


def _is_iban(written: str) -> bool:
    """Return whether a text is an IBAN by ISO 13616: moved and with letters as numbers, it leaves 1 when divided by
    97."""
    plain = written.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _is_card(written: str) -> bool:
    """Return whether digits are the number of a card by ISO/IEC 7812, which has the formula of Luhn."""
    digits = [int(c) for c in reversed(written) if c.isdigit()]
    return len(set(digits)) > 1 and digits[-1] in (2, 3, 4, 5, 6) and _luhn(digits) % 10 == 0


def _luhn(reversed_digits: list[int]) -> int:
    return sum(sum(divmod(digit * factor, 10)) for digit, factor in zip(reversed_digits, cycle((1, 2)), strict=False))


def _is_my_number(written: str) -> bool:
    """Return whether digits are a Japanese “My Number”: Ministry of Internal Affairs and Communications, ordinance 85
    of 2014, article 5."""
    *digits, check = (int(c) for c in written if c.isdigit())
    total = sum(digit * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(digits), 1))
    return check == (0 if total % 11 <= 1 else 11 - total % 11)


def _is_nir(written: str) -> bool:
    """Return whether a text is a French NIR (INSEE): its last digits are 97 less what is left of the others divided by
    97, with Corsica's letters as numbers."""
    plain = written.replace(" ", "").replace("2A", "19").replace("2B", "18")
    return int(plain[-2:]) == 97 - int(plain[:-2]) % 97


def _is_dni(written: str) -> bool:
    """Return whether a text is a Spanish DNI or NIE by Real Decreto 1553/2005: the letter stands for what is left of
    the number divided by 23."""
    plain = written.replace("-", "")
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == plain[-1]
