"""Numbers and addresses that say who is meant are found by rules; where they have check digits, these decide."""

from __future__ import annotations

import pytest

from app.features.pseudonyms.data import NamedKind
from app.features.pseudonyms.identifiers import identifiers

_THERE = [
    (NamedKind.EMAIL, "write to j.smith+lease@example.co.uk.", "j.smith+lease@example.co.uk"),
    (NamedKind.PHONE, "call +44 20 7946 0958 now", "+44 20 7946 0958"),
    (NamedKind.PHONE, "Tel.: 040 1234567", "040 1234567"),
    (NamedKind.PHONE, "(212) 736-5000, ask for him", "(212) 736-5000"),
    (NamedKind.PHONE, "電話 03-3212-1234", "03-3212-1234"),
    (NamedKind.PHONE, "電話 ０３－３２１２－１２３４", "０３－３２１２－１２３４"),
    (NamedKind.ACCOUNT, "IBAN DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"),
    (NamedKind.ACCOUNT, "to GB82WEST12345698765432", "GB82WEST12345698765432"),
    (NamedKind.ACCOUNT, "account number 12345678", "12345678"),
    (NamedKind.ACCOUNT, "sort code 12-34-56", "12-34-56"),
    (NamedKind.CARD, "card 4111 1111 1111 1111", "4111 1111 1111 1111"),
    (NamedKind.ID_NUMBER, "SSN 123-45-6789", "123-45-6789"),
    (NamedKind.ID_NUMBER, "NI number AB 12 34 56 C", "AB 12 34 56 C"),
    (NamedKind.ID_NUMBER, "個人番号は1234 5678 9018です", "1234 5678 9018"),
    (NamedKind.ID_NUMBER, "DNI 12345678Z", "12345678Z"),
    (NamedKind.ID_NUMBER, "1 84 12 76 451 089 46", "1 84 12 76 451 089 46"),
    (NamedKind.ID_NUMBER, "passport no. 533380006", "533380006"),
    (NamedKind.BIRTH_DATE, "born on 4 March 1970 in Hull", "4 March 1970"),
    (NamedKind.BIRTH_DATE, "geboren am 3. Mai 1982", "3. Mai 1982"),
    (NamedKind.BIRTH_DATE, "生年月日：昭和55年4月2日", "昭和55年4月2日"),
    (NamedKind.BIRTH_DATE, "1980年4月2日生まれ", "1980年4月2日"),
    (NamedKind.CASE_NUMBER, "Case No. 2:19-cv-01234-ABC", "2:19-cv-01234-ABC"),
    (NamedKind.CASE_NUMBER, "Az.: 12 O 345/19", "12 O 345/19"),
    (NamedKind.CASE_NUMBER, "令和5年(ワ)第1234号", "令和5年(ワ)第1234号"),
    (NamedKind.CASE_NUMBER, "Policy number PL-2231-77", "PL-2231-77"),
    (NamedKind.IP_ADDRESS, "from 192.168.1.20 and", "192.168.1.20"),
    (NamedKind.IP_ADDRESS, "at 2001:db8::1 and", "2001:db8::1"),
    (NamedKind.WEB_ADDRESS, "see https://example.org/x?y=1.", "https://example.org/x?y=1"),
    (NamedKind.ADDRESS, "at 12 Harbour Road, Hull, HU1 2AB.", "12 Harbour Road, Hull, HU1 2AB"),
    (NamedKind.ADDRESS, "Lindenstraße 5a, 20095 Hamburg", "Lindenstraße 5a, 20095 Hamburg"),
    (NamedKind.ADDRESS, "12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris"),
    (NamedKind.ADDRESS, "Calle Mayor 5, 28013 Madrid", "Calle Mayor 5, 28013 Madrid"),
    (NamedKind.ADDRESS, "東京都千代田区丸の内1丁目9番2号に", "東京都千代田区丸の内1丁目9番2号"),
]


@pytest.mark.parametrize(("kind", "text", "found"), _THERE)
def test_what_is_found(kind: NamedKind, text: str, found: str) -> None:
    assert [(each.kind, text[each.start : each.end]) for each in identifiers(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "DE89 3704 0044 0532 0130 01",
        "4111 1111 1111 1112",
        "1234-5678-9012",
        "pages 10-12, 2024-03-05, EUR 1,200,000.00, 12 May 2024, clause 12.3.4, 10:30",
        "ISBN 978-3-16-148410-0 and 1998/1999, 2003-2010",
        "version 1.2.3.4",
        "Account for 2023, file 12, case 5",
        "In 1801 the keeper wrote on 4 March 1970.",
        "MA 02110-1301",
    ],
)
def test_what_is_none(text: str) -> None:
    assert [text[each.start : each.end] for each in identifiers(text)] == []
