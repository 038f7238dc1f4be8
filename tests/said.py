"""Looks for the sentence of an error by its code, so that only tests of the wording spell sentences out."""

from __future__ import annotations

import re

from app.core.errors import Code, Parameter, Problem
from app.wording.errors import sentence


def says(words: str, code: Code, **params: Parameter) -> bool:
    """Return whether the sentence of this error stands in `words`, with these parameters; one that is not named may be
    anything."""
    pieces = sentence(Problem(code, params)).split("?")
    return re.search(".+?".join(map(re.escape, pieces)), words, re.DOTALL) is not None
