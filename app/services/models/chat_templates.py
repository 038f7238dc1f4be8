"""Finds which chat format a model has: one that is known, or what its own template writes, worked out once and kept."""

from __future__ import annotations

import hashlib
import re

import msgspec

from app.core.chat_template import END_TOKEN, FIRST_TOKEN, ChatTemplate, WorkedOut
from app.core.errors import AppError, Code, Problem
from app.core.model import ModelHeader
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.formats.thought_marks import family_of
from app.engine.protocol import FindFormat
from app.models.templates.protocol import TemplateFlaw
from app.models.templates.reader import TemplateReader
from app.store.settings import SettingsStore

_KEPT = "chat_templates"  # a blob: what templates turned out to write, by their digests
_RULES = 1
"""Raised with every change to how a format is worked out."""

_MOST_KEPT = 64
_PASSING = frozenset({TemplateFlaw.CRASH.value, TemplateFlaw.TIME.value})
"""The flaws of a template that may not show the next time."""

_PLACEHOLDERS = {FIRST_TOKEN: "(?:<[^<>]+>)?", END_TOKEN: "<[^<>]+>"}


class _Outcome(msgspec.Struct, frozen=True):
    """One of the two."""

    found: WorkedOut | None = None
    problem: Problem | None = None

    def result(self, path: str) -> WorkedOut:
        """Return what was found. Raises AppError MODEL_TEMPLATE_REFUSED, or what the problem was."""
        if self.found is None:
            problem = self.problem or Problem(Code.MODEL_TEMPLATE_REFUSED, {"flaw": TemplateFlaw.CRASH.value})
            raise AppError(problem.code, **{**problem.params, "path": path})
        return self.found


class FormatReport(msgspec.Struct, frozen=True):
    """The format of a model's conversations. `known` is the one that Octavo or llama.cpp has for the model's template,
    and is used; if it is None, what the template writes is used. `own` is that; None if it cannot be found out, by
    reason of `problem`. `thinks_as` is the family whose marks its thoughts have, empty if it writes none. If it
    `always_thinks`, nobody knows how it is had to answer at once."""

    known: ChatTemplate | None
    own: WorkedOut | None
    problem: Problem | None = None
    thinks_as: str = ""
    always_thinks: bool = False

    @property
    def differs(self) -> bool:
        """True if the model's makers write a conversation otherwise than it is written here."""
        if self.known is None or self.own is None:
            return False
        pieces = zip(self.own.template.pieces, self.known.pieces, strict=True)
        return not all(re.fullmatch(_pattern(own), known) for own, known in pieces)


def _pattern(piece: str) -> str:
    """Return a pattern of the texts that a piece may be once its placeholders are filled."""
    parts = re.split(f"({FIRST_TOKEN}|{END_TOKEN})", piece)
    return "".join(_PLACEHOLDERS.get(part, re.escape(part)) for part in parts)


class ChatTemplates:
    def __init__(self, reader: TemplateReader, engine: EngineClient, settings: SettingsStore) -> None:
        self._reader = reader
        self._engine = engine
        self._settings = settings

    def needed(self, header: ModelHeader, path: str, cancel: Cancel) -> ChatTemplate | None:
        """Return the format to load a model with, if the engine does not know it by itself.

        Raises AppError MODEL_TEMPLATE_REFUSED where nobody knows it; as the engine does; Stopped.
        """
        if not header.has_template or self._known(header) is not None:
            return None
        return self._worked_out(header, path, cancel).template

    def report(self, header: ModelHeader, path: str, cancel: Cancel) -> FormatReport | None:
        """Report how much is known of a model's format; None where the file names none. Raises AppError as the engine
        does; Stopped."""
        if not header.has_template:
            return None
        known, family = self._known(header), family_of(header.untrusted_template)
        thinks_as, always = (family.name, not family.off) if family is not None else ("", False)
        try:
            return FormatReport(known, self._worked_out(header, path, cancel), None, thinks_as, always)
        except AppError as error:
            return FormatReport(known, None, error.problem, thinks_as, always)

    def _known(self, header: ModelHeader) -> ChatTemplate | None:
        return finish(self._engine.run(FindFormat(header.untrusted_template)))

    def _worked_out(self, header: ModelHeader, path: str, cancel: Cancel) -> WorkedOut:
        """Work out what a header's template writes, or return what was kept of that. Raises AppError
        MODEL_TEMPLATE_REFUSED, MODEL_UNREADABLE; Stopped."""
        if not header.untrusted_template:
            raise AppError(Code.MODEL_TEMPLATE_REFUSED, path=path, flaw=TemplateFlaw.SIZE.value)
        key = hashlib.blake2b(f"{_RULES} {header.untrusted_template}".encode(), digest_size=16).hexdigest()
        kept = self._kept()
        outcome = kept.get(key)
        if outcome is None:
            try:
                outcome = _Outcome(self._reader.work_out(header.untrusted_template, path, cancel))
            except AppError as error:
                if error.code is not Code.MODEL_TEMPLATE_REFUSED or error.params.get("flaw") in _PASSING:
                    raise
                outcome = _Outcome(problem=Problem(error.code, error.params | {"path": ""}))
            latest = list((kept | {key: outcome}).items())[-_MOST_KEPT:]
            self._settings.set_blob(_KEPT, msgspec.json.encode(dict(latest)))
        return outcome.result(path)

    def _kept(self) -> dict[str, _Outcome]:
        kept = self._settings.get_blob(_KEPT)
        try:
            return msgspec.json.decode(kept, type=dict[str, _Outcome]) if kept else {}
        except msgspec.MsgspecError:
            return {}
