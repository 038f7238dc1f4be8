"""Amounts of money are found as they are written; other numbers are none."""

from __future__ import annotations

import pytest

from app.documents.text.amounts import amounts_in


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("The rent is EUR 48,000 a year, and EUR 48,000.50 then.", ("EUR 48,000", "EUR 48,000.50")),
        ("It cost $3 million, £1,250 and 12 euros.", ("$3 million", "£1,250", "12 euros")),
        ("Die Miete beträgt 1.200,00 € im Monat.", ("1.200,00 €",)),
        ("家賃は月額12万円、敷金は1,250,000円、計三百万円。", ("12万円", "1,250,000円", "三百万円")),
        ("Section 12, 3 March 2024, 15 ropes, A$AP", ()),
    ],
)
def test_amounts(text: str, amounts: tuple[str, ...]) -> None:
    assert amounts_in(text) == amounts
