"""The signs of Markdown are told from characters that only look like them."""

from __future__ import annotations

from app.language.markdown import MarkupStyle, Span, spans_of


def test_signs_step_back_and_words_take_their_look() -> None:
    line = "Press **Ctrl+O**, *now*, or type `run **this**`; 2 * 3 * 4 stays"
    spans = [(line[span.start : span.end], span.look) for span in spans_of(line) if span.look is not MarkupStyle.SIGN]
    assert sorted(spans) == [
        ("Ctrl+O", MarkupStyle.STRONG),
        ("now", MarkupStyle.SLANTED),
        ("run **this**", MarkupStyle.CODE),
    ]
    assert list(spans_of("## How")) == [Span(0, 3, MarkupStyle.SIGN)]
