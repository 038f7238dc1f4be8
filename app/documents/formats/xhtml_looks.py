"""What of an element's look belongs to what its text says: raised, lowered, struck out, inserted. Source: CSS 2.1."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from lxml import etree

from app.documents.formats.notes import is_mark_of_note, says_to_refer
from app.documents.formats.xhtml_line import Mark

Rules: TypeAlias = Mapping[str, frozenset[Mark]]
"""By selector, of the kinds `name`, `.class` and `name.class`."""

MAX_RULES = 10_000

MARKS_BY_NAME = {
    "sup": Mark.RAISED,
    "sub": Mark.LOWERED,
    **dict.fromkeys(("del", "s", "strike"), Mark.STRUCK),
    "ins": Mark.INSERTED,
}
_LOOK = re.compile(
    r"(?<![\w-])(?:vertical-align\s*:\s*(?P<shift>super|sub)\b"
    r"|text-decoration(?:-line)?\s*:[^;]{0,100}?(?P<struck>\bline-through\b))",
    re.IGNORECASE,
)
_SHIFTS = {"super": Mark.RAISED, "sub": Mark.LOWERED}
_OUTERMOST_FIRST = (Mark.STRUCK, Mark.INSERTED, Mark.LOWERED, Mark.RAISED, Mark.NOTE)
_SELECTOR = re.compile(r"[a-zA-Z][a-zA-Z0-9]*|[a-zA-Z0-9]*\.[\w-]+")


def read_rules(untrusted_css: str) -> dict[str, frozenset[Mark]]:
    """The rules that mark what they apply to; those that ask for more than one element are left out."""
    rules: dict[str, frozenset[Mark]] = {}
    begin, *others = untrusted_css.split("/*")
    without_comments = begin + " ".join(each.partition("*/")[2] for each in others)
    for untrusted_rule in without_comments.split("}"):
        selectors, _, declarations = untrusted_rule.rpartition("{")
        marks = frozenset(_marks_in(declarations))
        for selector in selectors.rpartition("{")[2].split(",") if marks else ():
            if _SELECTOR.fullmatch(selector.strip()) and len(rules) < MAX_RULES:
                rules[selector.strip()] = rules.get(selector.strip(), frozenset()) | marks
    return rules


def marks_of(
    element: etree._Element, name: str, attributes: Collection[object], is_block: bool, rules: Rules
) -> tuple[Mark, ...]:
    """Those to be opened for an element that has these attributes, the outermost first; a block is never raised."""
    style = element.get("style") if "style" in attributes else None
    if not style and not rules and name not in MARKS_BY_NAME:
        return (Mark.NOTE,) if name == "a" and says_to_refer(element) else ()
    marks = {MARKS_BY_NAME[name]} if name in MARKS_BY_NAME else set()
    marks.update(_marks_in(style or ""))
    if rules:
        classes = (element.get("class") or "").split()
        for selector in (name, *(f".{each}" for each in classes), *(f"{name}.{each}" for each in classes)):
            marks.update(rules.get(selector, ()))
    if is_block:
        marks -= {Mark.RAISED, Mark.LOWERED}
    elif (name == "a" and says_to_refer(element)) or (Mark.RAISED in marks and is_mark_of_note(element)):
        marks = marks - {Mark.RAISED, Mark.LOWERED} | {Mark.NOTE}
    return tuple(mark for mark in _OUTERMOST_FIRST if mark in marks) if marks else ()


def _marks_in(untrusted_declarations: str) -> Iterator[Mark]:
    for found in _LOOK.finditer(untrusted_declarations):
        yield _SHIFTS[found["shift"].lower()] if found["shift"] else Mark.STRUCK
