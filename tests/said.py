"""Looks for the sentence of an error by its code, and for that of a remark on a plan by its reason, so that only tests
of the wording spell sentences out."""

from __future__ import annotations

import re

from app.core.errors import Code, Parameter, Problem
from app.engine.planner.placement import Reason, Remark
from app.wording.errors import sentence
from app.wording.placement import sentence as remark_sentence


def says(words: str, code: Code, **params: Parameter) -> bool:
    """Return whether the sentence of this error stands in `words`, with these parameters; one that is not named may be
    anything."""
    return _stands_in(words, sentence(Problem(code, params)))


def explains(words: str, reason: Reason, **params: Parameter) -> bool:
    """Return whether the sentence of this remark on a plan stands in `words`, with these parameters; one that is not
    named may be anything."""
    known: dict[str, Parameter] = dict(params)
    while True:
        try:
            return _stands_in(words, remark_sentence(Remark(reason, known)))
        except KeyError as missing:
            known[missing.args[0]] = "?"


def _stands_in(words: str, wanted: str) -> bool:
    return re.search(".+?".join(map(re.escape, wanted.split("?"))), words, re.DOTALL) is not None
