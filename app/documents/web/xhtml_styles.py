"""Finds the formats of elements that change the meaning of their text, and what attributes hide. Source: CSS 2.1."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from lxml import etree

from app.documents.formats.xml import find_all, local_name
from app.documents.text.open_paragraph import InlineMark
from app.documents.web.footnotes import is_mark_of_note, says_to_refer
from app.documents.web.visibility import is_off

Rules: TypeAlias = Mapping[str, frozenset[InlineMark]]
"""The marks by selector: `name`, `.class` or `name.class`."""

MAX_RULES = 10_000

MARKS_BY_NAME = {
    "sup": InlineMark.RAISED,
    "sub": InlineMark.LOWERED,
    **dict.fromkeys(("del", "s", "strike"), InlineMark.STRUCK),
    "ins": InlineMark.INSERTED,
}
_LOOK = re.compile(
    r"(?<![\w-])(?:vertical-align\s*:\s*(?P<shift>super|sub)\b"
    r"|text-decoration(?:-line)?\s*:[^;]{0,100}?(?P<struck>\bline-through\b))",
    re.IGNORECASE,
)
_SHIFTS = {"super": InlineMark.RAISED, "sub": InlineMark.LOWERED}
_OUTERMOST_FIRST = (InlineMark.STRUCK, InlineMark.INSERTED, InlineMark.LOWERED, InlineMark.RAISED, InlineMark.NOTE)
_SELECTOR = re.compile(r"[a-zA-Z][a-zA-Z0-9]*|[a-zA-Z0-9]*\.[\w-]+")
SEEN_BY = frozenset({"hidden", "aria-hidden"})
"""The attributes without which an element is visible, unless its style says otherwise."""


def read_rules(untrusted_css: str) -> dict[str, frozenset[InlineMark]]:
    """Return the rules that set marks, without those whose selectors need more than one element."""
    rules: dict[str, frozenset[InlineMark]] = {}
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
) -> tuple[InlineMark, ...]:
    """Return the marks to open for an element with these attributes, the outermost first; a block is never raised."""
    style = element.get("style") if "style" in attributes else None
    if not style and not rules and name not in MARKS_BY_NAME:
        return (InlineMark.NOTE,) if name == "a" and says_to_refer(element) else ()
    marks = {MARKS_BY_NAME[name]} if name in MARKS_BY_NAME else set()
    marks.update(_marks_in(style or ""))
    if rules:
        classes = (element.get("class") or "").split()
        for selector in (name, *(f".{each}" for each in classes), *(f"{name}.{each}" for each in classes)):
            marks.update(rules.get(selector, ()))
    if is_block:
        marks -= {InlineMark.RAISED, InlineMark.LOWERED}
    elif (name == "a" and says_to_refer(element)) or (InlineMark.RAISED in marks and is_mark_of_note(element)):
        marks = marks - {InlineMark.RAISED, InlineMark.LOWERED} | {InlineMark.NOTE}
    return tuple(mark for mark in _OUTERMOST_FIRST if mark in marks) if marks else ()


def _marks_in(untrusted_declarations: str) -> Iterator[InlineMark]:
    for found in _LOOK.finditer(untrusted_declarations):
        yield _SHIFTS[found["shift"].lower()] if found["shift"] else InlineMark.STRUCK


def is_unseen(element: etree._Element, aria: bool) -> bool:
    """Return whether an element is hidden by its attribute or, if `aria`, hidden from screen readers."""
    if element.get("hidden") is not None:
        return True
    if (element.get("aria-hidden") or "").strip().lower() != "true":
        return False
    return _is_drawn_by_katex(element) or (aria and not _is_picture_of_formula(element))


def is_spare_formula(unseen: etree._Element) -> bool:
    """Return whether a hidden element is a second form of a formula that is read anyway, which nobody would miss.

    KaTeX draws what it also keeps as MathML; Wikipedia keeps MathML hidden beside its picture.
    """
    following = unseen.getnext()
    return _is_drawn_by_katex(unseen) or (following is not None and _is_picture_of_formula(following))


def _is_drawn_by_katex(element: etree._Element) -> bool:
    if element.get("class") != "katex-html":
        return False
    before = element.getprevious()
    return before is not None and next(find_all(before, "math"), None) is not None


def _is_picture_of_formula(element: etree._Element) -> bool:
    before = element.getprevious() if local_name(element) == "img" else None
    if before is None or not is_off(before):
        return False
    return len(before) == 1 and local_name(before[0]) == "math" and not (before.text or before[0].tail or "").strip()
