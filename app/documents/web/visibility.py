"""Works out which text of a page people see: by its styles, its colour, and what is behind it. Source: CSS 2.1."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec
from lxml import etree

from app.documents.formats.xml import attribute, find, find_all, local_name, text_of
from app.documents.text.colours import BLACK, NO_COLOUR, TINY_POINTS, WHITE, Colour, is_faint, is_lost
from app.documents.web.css import (
    INHERIT,
    Compound,
    Declarations,
    Rule,
    Size,
    StyleSheet,
    Value,
    join,
    read_attribute_colour,
    read_inline,
    read_sheet,
)

_TINY_PIXELS = TINY_POINTS * 96 / 72
_FAR_PIXELS = -900.0
"""The place from which on a text is off the page: who wants it there takes 999 or 9,999; a hanging indent is a few
dozen."""

_NO_SIZE = 1.0  # pixels: of a box that shows nothing of what flows over
_MAX_AWKWARD = 100
"""The number of selectors of several elements that are followed for one element; the rest choose it perhaps."""

_SWITCHES = {"display", "visibility", "content-visibility", "opacity", "overflow", "clip", "clip-path", "position"}
_SWITCHES |= {"text-indent", "size"}
_MAX_CHOSEN = 500
"""The number of rules that count for one element: the strongest."""

_HINTS = {"style", "bgcolor", "background", "color", "text"}
_COLOURED = {"mark", "button"}  # by the browser itself, as links are
_DATA = ("json", "math", "template")  # scripts that do nothing
_Kind = TypeVar("_Kind")


class _Place(NamedTuple):
    """An open element, as selectors see it; `around` are the keys of all elements that it is in."""

    name: str
    id: str
    classes: frozenset[str]
    around: frozenset[str]

    @property
    def inside(self) -> frozenset[str]:
        """The names, identifiers and classes around the elements in this one, its own included."""
        keys = {"", self.name, f"#{self.id}", *(f".{each}" for each in self.classes)}
        return self.around if keys <= self.around else self.around | keys


class Look(msgspec.Struct, frozen=True):
    """The way in which text is drawn, as far as it is known. `ground` is what is behind it; `drawn` tells that it is
    drawn by more than its colour."""

    colour: Colour | None = BLACK
    ground: Colour | None = WHITE
    pixels: float | None = 16.0
    concealed: bool = False
    indented: bool = False
    drawn: bool = False

    @property
    def is_unseen(self) -> bool:
        tiny = self.pixels is not None and self.pixels <= _TINY_PIXELS
        return self.concealed or self.indented or tiny or (not self.drawn and is_lost(self.colour, self.ground))


_PLAIN = Look()


class Visibility:
    """Follows a walk through the elements of a page. `is_unseen` tells that text that is right here is not seen;
    `is_concealed` that nothing else is either."""

    def __init__(self, root: etree._Element, sheet: StyleSheet | None) -> None:
        """`sheet` is all that the page links to, None if that is not known. The page's own rules are added. What is
        around `root` does not count."""
        own = [read_sheet(text_of(each), attribute(each, "media").strip()) for each in find_all(root, "style")]
        linked = sheet is None and any(is_sheet(each) for each in find_all(root, "link"))
        imported = sheet is None and any(each.untrusted_imports for each in own)
        self._rules = _Index(join([*([sheet] if sheet else []), *own]).rules)
        self._is_whole = not linked and not imported and all(each.whole for each in (*own, *([sheet] if sheet else [])))
        self._is_still = not any(map(_is_active, find_all(root, "script")))
        self._is_plain = not self._rules.is_any
        self._start = _PLAIN
        if not self._is_whole or _is_dark(root):
            self._start = msgspec.structs.replace(_PLAIN, colour=None, ground=None)
        self._looks: list[Look] = []
        self._unseen: list[bool] = []
        self._path: list[_Place] = []

    def within(self, root: etree._Element) -> Visibility:
        """Return the visibility for a walk of its own from an element of the same page, with what is around it."""
        other = copy.copy(self)
        other._looks, other._unseen, other._path = [], [], []
        for each in reversed(list(root.iterancestors())):
            other.enter(each, local_name(each), each.keys())
        return other

    @property
    def is_unseen(self) -> bool:
        return bool(self._unseen) and self._unseen[-1]

    @property
    def is_concealed(self) -> bool:
        return bool(self._looks) and self._looks[-1].concealed

    def enter(self, element: etree._Element, name: str, attributes: Collection[object]) -> bool:
        """Enter an element, and return whether it shows; `leave` is due in any case."""
        around = self._looks[-1] if self._looks else self._start
        shows, look = True, around
        if self._is_plain and not attributes and self._looks and name not in _COLOURED:
            self._looks.append(look)
            self._unseen.append(self._unseen[-1])
            return True
        if not self._is_plain:
            classes = (element.get("class") or "") if "class" in attributes else ""
            identifier = (element.get("id") or "") if "id" in attributes else ""
            inside = self._path[-1].inside if self._path else frozenset[str]()
            self._path.append(_Place(name, identifier, frozenset(classes.split()), inside))
        is_coloured = name in _COLOURED or (name == "a" and "href" in attributes)
        if not self._is_plain or is_coloured or not _HINTS.isdisjoint(attributes):
            inline = read_inline(element.get("style") or "") if "style" in attributes else Declarations()
            hints = dict(_hints(element, name, attributes))
            chosen = list(self._rules.chosen(self._path)) if not self._is_plain else []
            said, shows = self._said(element, hints, inline, chosen)
            if said or is_coloured:
                look = _inside(around, said, is_coloured, name in _COLOURED)
        self._looks.append(look)
        self._unseen.append(self._unseen[-1] if look is around and self._unseen else look.is_unseen)
        return shows

    def leave(self) -> None:
        self._looks.pop()
        self._unseen.pop()
        if not self._is_plain:
            self._path.pop()

    def _said(
        self,
        element: etree._Element,
        hints: Mapping[str, Value],
        inline: Declarations,
        chosen: Sequence[tuple[Rule, bool]],
    ) -> tuple[Mapping[str, Value], bool]:
        """Return the properties that are known of an element, and whether it shows."""
        own = {**hints, **inline.normal, **inline.important}
        said = _cascade(hints, inline, chosen) if chosen else own
        if not said:
            return said, True
        unknown = set[str]()
        if not self._is_whole:  # other rules may colour all but what an element itself colours
            pair = {"color", "ground"}
            unknown |= pair & said.keys() - own.keys() if own.keys().isdisjoint(pair) else pair - own.keys()
        if not self._is_still:  # a script may show what rules hide
            unknown |= _SWITCHES & said.keys() - own.keys()
        said = {**said, **dict.fromkeys(unknown)} if unknown else said
        if _is_off(own) or _is_off(said):
            return said, False
        # A formula is kept beside its drawing, for screen readers.
        return said, not _is_out_of_sight(said) or find(element, "math") is not None


def _inside(around: Look, said: Mapping[str, Value], is_coloured: bool, has_ground: bool) -> Look:
    """Return the look inside an element. `is_coloured` tells that the browser colours it, if nothing else is said;
    `has_ground` that it colours what is behind it, too."""
    colour = _get(said, "color", None if is_coloured else around.colour, Colour)
    if said.get("color") == INHERIT:
        colour = around.colour
    pixels = around.pixels
    if "size" in said and said["size"] != INHERIT:
        size = said["size"]
        is_known = isinstance(size, Size) and (pixels is not None or not size.times)
        pixels = size.pixels + size.times * (pixels or 0) if is_known and isinstance(size, Size) else None
    indent = _get(said, "text-indent", None, float)
    has_picture = bool(said.get("picture"))  # which may say what the text says
    is_indented = around.indented
    if "text-indent" in said:
        is_indented = indent is not None and indent < _FAR_PIXELS and not has_picture
    if has_picture and pixels is not None and pixels <= _TINY_PIXELS:
        pixels = None
    visibility = said.get("visibility", INHERIT)
    return Look(
        colour,
        None if has_ground and "ground" not in said else _ground(around, said),
        pixels,
        around.concealed if visibility == INHERIT else visibility in ("hidden", "collapse"),
        is_indented,
        bool(said.get("drawn", around.drawn)),
    )


def _ground(around: Look, said: Mapping[str, Value]) -> Colour | None:
    """Return the colour behind an element's text; None if unknown, as is all that a displaced element does not bring
    along."""
    behind = around.ground
    if said.get("position", "static") != "static" or said.get("shifted"):
        behind = None
    ground = said.get("ground", NO_COLOUR)
    if said.get("picture", False) is not False or not isinstance(ground, Colour):
        return None
    if is_faint(ground.opacity):
        return behind
    if ground.opacity >= 1:
        return ground
    return None if behind is None else ground.on(behind)


def is_off(element: etree._Element) -> bool:
    """Return whether an element says itself that nothing of it is drawn."""
    said = read_inline(element.get("style") or "")
    return _is_off({**said.normal, **said.important})


def _is_off(said: Mapping[str, Value]) -> bool:
    """Return whether nothing of an element is drawn, whatever is in it."""
    opacity = None if said.get("moving") else _get(said, "opacity", None, float)
    return (
        said.get("display") == "none"
        or said.get("content-visibility") == "hidden"
        or (opacity is not None and is_faint(opacity))
    )


def _is_out_of_sight(said: Mapping[str, Value]) -> bool:
    """Return whether an element is cut off: by a clip, by the edge of the page, or because its box has no size."""
    if said.get("clip-path") is True:
        return True
    if said.get("position") in ("absolute", "fixed"):
        edges = (_get(said, edge, None, float) for edge in ("left", "top", "right", "bottom"))
        if said.get("clip") is True or any(edge is not None and edge < _FAR_PIXELS for edge in edges):
            return True
    if said.get("overflow") not in ("hidden", "clip") or said.get("moving"):
        return False
    sizes = (_get(said, side, None, float) for side in ("width", "height", "max-width", "max-height"))
    return any(size is not None and size <= _NO_SIZE for size in sizes)


def _get(said: Mapping[str, Value], key: str, otherwise: _Kind | None, kind: type[_Kind]) -> _Kind | None:
    """Return the value of a property; `otherwise` if nothing is said of it, None if it is not known."""
    if key not in said:
        return otherwise
    value = said[key]
    return value if isinstance(value, kind) else None


def _cascade(
    hints: Mapping[str, Value], inline: Declarations, chosen: Sequence[tuple[Rule, bool]]
) -> Mapping[str, Value]:
    """Return the properties set on an element, the strongest source prevailing; None for one whose rule may not
    apply."""
    said = dict(hints)
    for rule, certain in chosen:
        said.update(rule.declared.normal if certain else dict.fromkeys(rule.declared.normal))
    said.update(inline.normal)
    for rule, certain in chosen:
        said.update(rule.declared.important if certain else dict.fromkeys(rule.declared.important))
    said.update(inline.important)
    return said


def _hints(element: etree._Element, name: str, attributes: Collection[object]) -> Iterator[tuple[str, Value]]:
    """Yield the colours that attributes set."""
    if "bgcolor" in attributes:
        yield "ground", read_attribute_colour(element.get("bgcolor") or "")
    if "background" in attributes:
        yield "picture", True
    if name == "font" and "color" in attributes:
        yield "color", read_attribute_colour(element.get("color") or "")
    if name == "body" and "text" in attributes:
        yield "color", read_attribute_colour(element.get("text") or "")


class _Index:
    """The rules by what the element itself has to be."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.is_any = bool(rules)
        self._by: dict[str, list[int]] = {}
        self._rules = rules
        self._strength = [(rule.selector.specificity, number) for number, rule in enumerate(rules)]
        self._known: dict[_Place, list[Rule]] = {}
        for number, rule in enumerate(rules):
            self._by.setdefault(_key(rule.selector.compounds[0]), []).append(number)

    def chosen(self, path: Sequence[_Place]) -> Iterator[tuple[Rule, bool]]:
        """Yield the rules for the innermost element, the weakest first, and whether each is certain to count."""
        place = path[-1]
        key = place if f"#{place.id}" in self._by else place._replace(id="")
        rules = self._known.get(key)
        if rules is None:
            rules = self._known[key] = self._candidates(key)
        awkward = 0
        for rule in rules:
            compounds = rule.selector.compounds
            awkward += len(compounds) > 1
            if len(compounds) == 1 or awkward > _MAX_AWKWARD:
                yield rule, rule.selector.certain and len(compounds) == 1
            elif _is_within(path, compounds, rule.selector.direct):
                yield rule, rule.selector.certain

    def _candidates(self, place: _Place) -> list[Rule]:
        keys = ["", place.name, *(f".{each}" for each in place.classes), *([f"#{place.id}"] if place.id else [])]
        numbers = {number for key in keys for number in self._by.get(key, ())}
        fitting = (each for each in numbers if self._may_fit(place, self._rules[each].selector.compounds))
        return [self._rules[each] for each in sorted(fitting, key=self._strength.__getitem__)[-_MAX_CHOSEN:]]

    def _may_fit(self, place: _Place, compounds: Sequence[Compound]) -> bool:
        return _fits(place, compounds[0]) and all(_key(each) in place.around for each in compounds[1:])


def _key(compound: Compound) -> str:
    if compound.id:
        return f"#{compound.id}"
    return f".{min(compound.classes)}" if compound.classes else compound.name


def _fits(place: _Place, compound: Compound) -> bool:
    return (
        (not compound.name or compound.name == place.name)
        and (not compound.id or compound.id == place.id)
        and compound.classes <= place.classes
    )


def _is_within(path: Sequence[_Place], compounds: Sequence[Compound], direct: Sequence[bool]) -> bool:
    """Return whether the elements around are as a selector wants them."""
    ends = {len(path) - 1}
    for compound, is_parent in zip(compounds[1:], direct, strict=True):
        places = {end - 1 for end in ends} if is_parent else set(range(max(ends)))
        ends = {place for place in places if place >= 0 and _fits(path[place], compound)}
        if not ends:
            return False
    return True


def is_sheet(link: etree._Element) -> bool:
    """Return whether a link leads to a style sheet that counts, unless a person chooses another one."""
    said = attribute(link, "rel").lower().split()
    return "stylesheet" in said and "alternate" not in said


def _is_active(script: etree._Element) -> bool:
    return not any(each in attribute(script, "type").lower() for each in _DATA)


def _is_dark(root: etree._Element) -> bool:
    """Return whether a page asks for a dark canvas."""
    wanted = (each for each in find_all(root, "meta") if attribute(each, "name") == "color-scheme")
    return any("dark" in attribute(each, "content").lower() for each in wanted)
