"""Finds a chat format in what a template writes of a few made-up conversations: it is cut where their texts are."""

from __future__ import annotations

import re

from app.core.chat_template import END_TOKEN, FIRST_TOKEN, ChatTemplate, WorkedOut
from app.core.errors import AppError
from app.models.templates.protocol import MAX_PIECES, TemplateFlaw
from app.models.templates.rendering import FIRST_DAY, OTHER_DAY, CellScheduler, ModelTemplate, refused

_RULES, _ONE, _ONE_SAID, _TWO, _TWO_SAID, _THREE = (
    f"octavo{name}text" for name in ("rules", "one", "saidone", "two", "saidtwo", "three")
)
_SYSTEM = (("system", _RULES),)
_TALK = (("user", _ONE), ("assistant", _ONE_SAID), ("user", _TWO), ("assistant", _TWO_SAID), ("user", _THREE))
_LENGTHS = (1, 3)
"""The numbers of turns of shorter conversations, which must be written in the same way as the beginning of the long
one."""

_AWKWARD = " \"a\"  'b' <c> & {{ d }} {% e %} \\n\n\n[INST] # é 文 %s {0} "
"""Follows a text, and must come out as it went in."""

_BLANKS = "\n\n\n\n"
"""Longer than what any format has between two texts."""

_BEFORE_RULES = "\n\n"
"""The text between the rules and the first question if a template has no place for rules."""

_MARK = re.compile(rf"<[^<>\s]{{1,64}}>|\[/?[A-Z_]{{2,32}}\]|{FIRST_TOKEN}|{END_TOKEN}")
_SPOKEN = 2
"""Words between marks: a single one names a role, so many are said to the model."""


def work_out(untrusted_template: str) -> WorkedOut:
    """Work out how a template writes a conversation. Raises AppError MODEL_TEMPLATE_REFUSED; MemoryError."""
    model = ModelTemplate(untrusted_template)
    try:
        cut = _cut(model, _SYSTEM)
        rules_apart = True
    except AppError as error:
        if error.params.get("flaw") not in (TemplateFlaw.DECLINED, TemplateFlaw.CONTENTS, TemplateFlaw.TURNS):
            raise
        try:
            cut = _cut(model, ())
        except AppError:
            raise error from None
        rules_apart = False
    if sum(map(len, cut.pieces)) > MAX_PIECES:
        raise refused(TemplateFlaw.OUTPUT)
    system = _SYSTEM if rules_apart else ()
    return WorkedOut(
        cut,
        added=_added(cut),
        dated=model.render((*system, *_TALK[:1]), OTHER_DAY) != model.render((*system, *_TALK[:1]), FIRST_DAY),
        trims=_trims(model, system),
        keeps_rules_apart=rules_apart,
    )


def _cut(model: ModelTemplate, system: CellScheduler) -> ChatTemplate:
    """Cut what a template writes of a conversation into its pieces. Raises AppError MODEL_TEMPLATE_REFUSED if texts or
    turns are not written as they are."""
    turns = (*system, *_TALK)
    found = _pieces(model, turns)
    awkward = tuple((role, text + _AWKWARD.rstrip() + "x") for role, text in turns)
    if _pieces(model, awkward) != found:
        raise refused(TemplateFlaw.CONTENTS)
    before = found if system else [found[0], _BEFORE_RULES, *found[1:]]
    begin, to_question, to_answer, to_next, to_answer_again, to_next_again, to_new = before
    if (to_answer, to_next) != (to_answer_again, to_next_again):
        raise refused(TemplateFlaw.TURNS)
    for length in _LENGTHS:
        number = len(system) + length
        if _pieces(model, turns[:number]) != [*found[:number], to_new]:
            raise refused(TemplateFlaw.TURNS)
    return ChatTemplate(begin, to_question, to_answer, to_next, to_new)


def _pieces(model: ModelTemplate, turns: CellScheduler) -> list[str]:
    """Return the pieces that stand before each text, and behind the last one. Raises AppError
    MODEL_TEMPLATE_REFUSED."""
    rest, pieces = model.render(turns), []
    for _role, text in turns:
        piece, found, rest = rest.partition(text)
        if not found:
            raise refused(TemplateFlaw.CONTENTS)
        pieces.append(piece)
    pieces.append(rest)
    if any(text in piece for _role, text in turns for piece in pieces):
        raise refused(TemplateFlaw.CONTENTS)
    return pieces


def _trims(model: ModelTemplate, system: CellScheduler) -> bool:
    blank = tuple((role, f"{_BLANKS}{text}{_BLANKS}") for role, text in (*system, *_TALK))
    try:
        written = model.render(blank)
    except AppError:
        return True
    return any(text not in written for _role, text in blank)


def _added(cut: ChatTemplate) -> tuple[str, ...]:
    """Return the lines that a format says to the model in words."""
    lines = (line.split() for piece in cut.pieces for line in _MARK.sub("\n", piece).splitlines())
    return tuple(dict.fromkeys(" ".join(words) for words in lines if len(words) >= _SPOKEN))
