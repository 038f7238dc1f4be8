"""A selected stretch of a message as HTML: words with their emphasis, page marks in words."""

from __future__ import annotations

import html
from collections.abc import Iterator

from PySide6.QtGui import QFont, QTextBlock, QTextCharFormat

from app.ui.chat.text.render import RenderedText

_SKIPPED = str.maketrans({"\u2060": "", "\ufdd0": "", "\ufdd1": ""})


def to_html(written: RenderedText, start: int, end: int, *, code: bool) -> str:
    """Return characters `start` to `end` of a document as HTML; `code` is preformatted as a whole."""
    said = {placed.position: f"({place})" if (place := placed.mark.place) else "" for placed in written.marks}
    said |= {placed.position: placed.text.source for placed in written.formulas}
    markers = {drawn.position: drawn.marker for drawn in written.drawn if drawn.marker}
    lines = []
    block = written.document.findBlock(start)
    while block.isValid() and block.position() < end:
        marker = markers.get(block.position(), "") if block.position() >= start else ""
        words = "".join(_runs(block, start, end, said))
        lines.append(f"{html.escape(marker)} {words}" if marker else words)
        block = block.next()
    if code:
        return "<pre>" + "\n".join(lines) + "</pre>"
    return "".join(f"<p>{line}</p>" for line in lines if line)


def _runs(block: QTextBlock, start: int, end: int, said: dict[int, str]) -> Iterator[str]:
    for each in block:  # type: ignore[attr-defined]  # an iterator of fragments
        fragment = each.fragment()
        first, last = max(start, fragment.position()), min(end, fragment.position() + fragment.length())
        if first >= last:
            continue
        text = fragment.text()[first - fragment.position() : last - fragment.position()]
        if first in said:
            yield html.escape(said[first])
        else:
            shown = html.escape(text.translate(_SKIPPED)).replace("\u2028", "<br>")
            yield _emphasise(shown, fragment.charFormat())


def _emphasise(shown: str, form: QTextCharFormat) -> str:
    font = form.font()
    raised = form.verticalAlignment() == QTextCharFormat.VerticalAlignment.AlignSuperScript
    for tag, wanted in (
        ("sup", raised),
        ("code", font.fixedPitch()),
        ("s", font.strikeOut()),
        ("i", font.italic()),
        ("b", font.weight() >= QFont.Weight.DemiBold),
    ):
        if wanted:
            shown = f"<{tag}>{shown}</{tag}>"
    return shown
