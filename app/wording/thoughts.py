"""Words on a model's thoughts, in one line."""

from __future__ import annotations

from app.core.conversations.conversation import Answer, Thought
from app.wording.i18n import _
from app.wording.units import count, duration


def thinking_words(tokens: int, seconds: float) -> str:
    """Say how long a thought that is still coming has taken, and how many tokens it has."""
    return _("Thinking · {time} · {n} tokens").format(time=duration(seconds), n=count(tokens))


def thought_words(thought: Thought, *, is_whole: bool = True) -> str:
    """Say how long a thought that is kept took, and how many tokens it has; it is not whole where its answer ended in
    it."""
    words = _("Thought for {time} · {n} tokens") if is_whole else _("Stopped while thinking · {time} · {n} tokens")
    said = words.format(time=duration(thought.seconds), n=count(thought.tokens))
    return _("{thought} · ended at its limit").format(thought=said) if thought.limited else said


def thought_of(answer: Answer) -> str:
    """Return the line over an answer; empty if nothing was thought."""
    if answer.thought is None:
        return ""
    return thought_words(answer.thought, is_whole=bool(answer.text) or not answer.was_stopped)
