"""The words that a person reads of a model's chat format: whose it is, and what it says to the model besides."""

from __future__ import annotations

from collections.abc import Iterator

from app.services.models.chat_templates import FormatReport
from app.wording.errors import flaw_words, sentence
from app.wording.i18n import _


def format_sentences(report: FormatReport | None) -> Iterator[str]:
    """Yield whether a format is known, and whether the makers' template agrees; then what is worth knowing of it."""
    if report is None:
        yield _("This model has no chat template, so it cannot answer.")
        return
    own, known = report.own, report.known
    if own is None:
        if known is None:
            yield sentence(report.problem) if report.problem is not None else ""
        else:
            fault = flaw_words(report.problem) if report.problem is not None else ""
            yield _("Octavo knows the conversation format of this model.")
            yield _("The template that came with the model cannot be compared with it: {fault}.").format(fault=fault)
        return
    if known is None:
        yield _("Octavo found the conversation format in the template that came with the model.")
        if not own.keeps_rules_apart:
            yield _("The format has no place for instructions; they stand before the first question.")
    elif report.differs:
        yield _("Octavo knows the conversation format of this model and uses it.")
        yield _("The template that came with the model writes conversations in another way.")
    else:
        yield _("Octavo knows the conversation format of this model, and the model's own template agrees.")
    if own.added:
        words = " · ".join(own.added)
        unused = _("Words that only the template would add: {words}")
        yield (unused if report.differs else _("The model also reads these words: {words}")).format(words=words)
    if own.dated and known is None:
        yield _("The format contains the date. Octavo always writes the same one, so that documents stay read.")


def thinking_sentence(report: FormatReport | None) -> str:
    """Say whether the model thinks before it answers, and whether that can be switched off; empty for no."""
    if report is None or not report.thinks_as:
        return ""
    if report.always_thinks:
        return _("The model always thinks before it answers.")
    return _("The model thinks before it answers, unless you switch thinking off.")
