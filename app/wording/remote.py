"""Where texts go while a remote engine is in use, in sentences; for both faces."""

from __future__ import annotations

from app.engine.remote.address import is_shown_here
from app.wording.i18n import _


def short_words(host: str) -> str:
    """The mark, on one line."""
    words = _("Text leaves Octavo: {host}") if is_shown_here(host) else _("Text leaves this computer: {host}")
    return words.format(host=host)


def whole_words(host: str) -> str:
    """What leaves, and to whom."""
    words = _(
        "{host} answers. It receives the full text of the books on the desk, the conversation and every question."
    )
    if is_shown_here(host):
        words = _(
            "{host}, another program on this computer, answers. It receives the full text of the books on the desk,"
            " the conversation and every question, and may pass them on."
        )
    return words.format(host=host)
