"""Where texts go while a remote engine is in use, in sentences; for both faces."""

from __future__ import annotations

from app.core.conversations.conversation import Answer
from app.engine.remote.address import is_shown_here
from app.wording.i18n import _
from app.wording.units import count


def short_words(host: str) -> str:
    """Return the mark for where texts go, on one line."""
    words = _("Text leaves Octavo: {host}") if is_shown_here(host) else _("Text leaves this computer: {host}")
    return words.format(host=host)


def whole_words(host: str) -> str:
    """Say which texts leave Octavo when a server answers, and which host receives them."""
    words = _(
        "{host} answers. It receives the full text of the documents on the desk, the conversation and every question."
    )
    if is_shown_here(host):
        words = _(
            "{host}, another program on this computer, answers. It receives the full text of the documents on the desk,"
            " the conversation and every question, and may pass them on."
        )
    return words.format(host=host)


def sent_words(answer: Answer) -> str:
    """Say how many names and numbers were replaced on the way to the server that answered; empty where no server did,
    or nothing was replaced."""
    if answer.sent is None or not answer.sent.replaced:
        return ""
    words = _("{n} names and numbers were replaced on the way to {host}.")
    if answer.sent.replaced == 1:
        words = _("One name or number was replaced on the way to {host}.")
    return words.format(n=count(answer.sent.replaced), host=answer.sent.host)
