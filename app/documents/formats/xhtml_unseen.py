"""What of a page is marked as not to be seen, by the element itself."""

from __future__ import annotations

import re

from lxml import etree

from app.documents.formats.xml import find_all, local_name

SEEN_BY = frozenset({"hidden", "style", "aria-hidden"})
"""An element without these attributes is seen."""

_UNSEEN = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0+(?:\.0+)?(?:[a-z%]*)\s*(?:;|!|$))",
    re.IGNORECASE,
)


def is_unseen(element: etree._Element, aria: bool) -> bool:
    """`hidden`, `display: none` and their like; if `aria` says so, what is kept from screen readers, too."""
    if element.get("hidden") is not None or _UNSEEN.search(element.get("style") or ""):
        return True
    if (element.get("aria-hidden") or "").strip().lower() != "true":
        return False
    return _is_drawn_by_katex(element) or (aria and not _is_picture_of_formula(element))


def is_spare_formula(unseen: etree._Element) -> bool:
    """A second form of a formula beside the one that is read: nothing that a person would miss, or be misled by.

    KaTeX draws what it also keeps as MathML; Wikipedia keeps MathML unseen beside its picture.
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
    if before is None or not _UNSEEN.search(before.get("style") or ""):
        return False
    return len(before) == 1 and local_name(before[0]) == "math" and not (before.text or before[0].tail or "").strip()
