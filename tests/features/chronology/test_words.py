"""Days in words, as far as they are known."""

from __future__ import annotations

import pytest

from app.core.dates import DateSpan, PartialDate
from app.features.chronology.words import span_words
from app.wording.i18n import use_language


@pytest.mark.parametrize(
    ("first", "last", "english", "japanese"),
    [
        ("2019-06-03", "", "3 June 2019", "2019年6月3日"),
        ("2019-06", "", "June 2019", "2019年6月"),
        ("2019", "", "2019", "2019年"),
        ("2019-06-03", "2019-06-05", "3–5 June 2019", "2019年6月3日～5日"),
        ("2019-05-30", "2019-06-02", "30 May – 2 June 2019", "2019年5月30日～6月2日"),
        ("2019", "2021-03", "2019 – March 2021", "2019年～2021年3月"),
    ],
)
def test_spans(first: str, last: str, english: str, japanese: str) -> None:
    begin = PartialDate.parse(first)
    assert begin is not None
    span = DateSpan(begin, PartialDate.parse(last))
    assert span_words(span) == english
    use_language("ja")
    try:
        assert span_words(span) == japanese
    finally:
        use_language("en")
