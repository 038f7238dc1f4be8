"""Reads style sheets for what decides whether a text is seen. Sources: CSS 2.1, Selectors 3, CSS Color 4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec
import tinycss2
from tinycss2 import color4

from app.documents.text.colours import NO_COLOUR, Colour

Token: TypeAlias = Any
Value: TypeAlias = "Colour | Size | float | str | bool | None"
"""The value of a property, reduced to what matters here; None if it is not known."""

MAX_CSS_CHARACTERS = 4_000_000
MAX_IMPORTS = 20  # of one style sheet
MAX_RULES = 10_000
_MAX_NESTED = 16  # conditional rules in each other
INHERIT = "inherit"
_SCREENS = {"all", "screen"}
_CONDITIONS = {"not", "and", "or"}
_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6}
_ROOT_PIXELS = 16.0
_FONT_UNITS = {"em": 1.0, "rem": 1.0, "ex": 0.5, "ch": 0.5, "%": 0.01}
_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0,
    "large": 18.0, "x-large": 24.0, "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip
_KEYWORDS = {"display", "visibility", "content-visibility", "position", "overflow", "color-scheme"}
_LENGTHS = {"left", "top", "right", "bottom", "text-indent", "width", "height", "max-width", "max-height"}
_DRAWN = {"text-shadow", "-webkit-text-stroke", "-webkit-text-stroke-width", "-webkit-text-fill-color", "text-stroke"}
_MOVING = {"animation", "animation-name", "transition", "transition-property", "transition-duration"}
_SHIFTING = {"transform", "translate", "filter", "mix-blend-mode", "grid-area", "grid-row", "grid-column"}
_NOTHING = {"none", "auto", "normal", "initial", "unset", "0", "0s"}
_PSEUDO_ELEMENTS = {"before", "after", "first-line", "first-letter"}


class Size(msgspec.Struct, frozen=True):
    """A size of a font in pixels: so much, and so many times that of the element around."""

    pixels: float = 0.0
    times: float = 0.0


class Declarations(msgspec.Struct, frozen=True):
    """The properties that a style sets, by name: `important` prevails over all else."""

    normal: Mapping[str, Value] = {}
    important: Mapping[str, Value] = {}


class Compound(msgspec.Struct, frozen=True):
    """The name, id and classes that one element must have to be selected; an empty name or id fits any."""

    name: str = ""
    id: str = ""
    classes: frozenset[str] = frozenset()


class Selector(msgspec.Struct, frozen=True):
    """The elements that a rule is for. `compounds` are from the element itself outwards; `direct` tells for each but
    the first whether it must be the parent of the one before. `certain` tells that the selector has nothing but these;
    else it chooses these elements perhaps."""

    compounds: tuple[Compound, ...]
    direct: tuple[bool, ...]
    specificity: int
    certain: bool = True


class Rule(msgspec.Struct, frozen=True):
    selector: Selector
    declared: Declarations


class StyleSheet(msgspec.Struct, frozen=True):
    """A style sheet. `imports` are the addresses of other sheets that belong to it. `whole` tells that there is no more
    of it than this."""

    rules: tuple[Rule, ...] = ()
    untrusted_imports: tuple[str, ...] = ()
    whole: bool = True


def read_sheet(untrusted_css: str, media: str = "") -> StyleSheet:
    """Read the rules for a screen; those for certain screens only, or of selectors that are not understood, choose
    perhaps. `media` is what the whole sheet is for."""
    untrusted_css = f"@media {media} {{{untrusted_css}}}" if media else untrusted_css
    whole = len(untrusted_css) <= MAX_CSS_CHARACTERS
    rules: list[Rule] = []
    imports: list[str] = []
    nodes = tinycss2.parse_stylesheet(untrusted_css[:MAX_CSS_CHARACTERS], skip_comments=True, skip_whitespace=True)
    pending: list[tuple[Token, bool, int]] = [(node, True, 0) for node in reversed(nodes)]
    while pending:
        node, certain, depth = pending.pop()
        if node.type == "qualified-rule":
            declared = _declarations(tinycss2.parse_blocks_contents(node.content))
            if declared.normal or declared.important:
                rules += [Rule(each, declared) for each in _selectors(node.prelude, certain)]
        elif node.type == "at-rule" and node.lower_at_keyword == "import":
            imports += [each.value for each in node.prelude if each.type in ("string", "url")][:1]
        elif node.type == "at-rule" and node.lower_at_keyword in ("media", "supports", "layer", "container"):
            applies = _applies(node) and certain
            if node.content and applies is not None and depth < _MAX_NESTED:
                inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                pending += [(each, bool(applies), depth + 1) for each in reversed(inner)]
        if len(rules) > MAX_RULES:
            return StyleSheet(tuple(rules[:MAX_RULES]), tuple(imports), whole=False)
    return StyleSheet(tuple(rules), tuple(imports), whole)


def join(sheets: Sequence[StyleSheet]) -> StyleSheet:
    """Make one sheet of several, a later rule after an earlier one."""
    rules = tuple(rule for sheet in sheets for rule in sheet.rules)
    return StyleSheet(rules, (), all(sheet.whole for sheet in sheets))


@lru_cache(maxsize=1_000)
def read_inline(untrusted_style: str) -> Declarations:
    """Return the properties that an attribute `style` sets."""
    return _declarations(tinycss2.parse_blocks_contents(untrusted_style[:MAX_CSS_CHARACTERS]))


@lru_cache(maxsize=1_000)
def read_attribute_colour(untrusted_value: str) -> Colour | None:
    """Return a colour in an attribute, where "#" may be missing."""
    return _colour(untrusted_value) or _colour(f"#{untrusted_value.strip()}")


def _applies(node: Token) -> bool | None:
    """Return whether the rules in a conditional rule count on every screen; None if they count on none."""
    if node.lower_at_keyword == "layer":
        return False  # its order is not that of the file
    words = [each for each in node.prelude if each.type not in ("whitespace", "comment") and each != ","]
    if node.lower_at_keyword != "media" or any(each.type != "ident" for each in words):
        return False
    said = {each.lower_value for each in words} - {"only"}
    if not said or said & _SCREENS:
        return not said & _CONDITIONS
    return False if said & _CONDITIONS else None


# ---- declarations ---------------------------------------------------------------------------------------------


def _declarations(nodes: Sequence[Token]) -> Declarations:
    normal: dict[str, Value] = {}
    important: dict[str, Value] = {}
    for node in nodes:
        if node.type == "declaration":
            words = [each for each in node.value if each.type not in ("whitespace", "comment")]
            (important if node.important else normal).update(_reduced(node.lower_name, words))
    return Declarations(normal, important) if normal or important else _NONE


_NONE = Declarations()


def _reduced(name: str, words: list[Token]) -> Iterator[tuple[str, Value]]:
    first = words[0] if words else None
    keyword = first.lower_value if len(words) == 1 and first is not None and first.type == "ident" else ""
    if name == "color":
        yield "color", INHERIT if keyword in (INHERIT, "unset", "currentcolor") else _colour(first)
    elif name == "background-color":
        yield "ground", NO_COLOUR if keyword in ("initial", "unset") else _colour(first)
    elif name == "background-image":
        yield "picture", keyword not in _NOTHING
    elif name == "background":
        yield from _background(words, keyword)
    elif name in ("font-size", "font"):
        sizes = [each for each in map(_size, words) if each is not None]
        yield "size", INHERIT if keyword in (INHERIT, "unset") else next(iter(sizes), None)
    elif name in _KEYWORDS or name in ("overflow-x", "overflow-y"):
        yield name.removesuffix("-x").removesuffix("-y"), keyword or None
    elif name == "opacity":
        yield name, _number(first)
    elif name in _LENGTHS:
        yield name, _pixels(first)
    elif name in ("clip", "clip-path"):
        yield name, _is_empty_clip(first)
    elif name in _DRAWN:
        yield "drawn", keyword not in _NOTHING
    elif name in ("background-clip", "-webkit-background-clip"):
        yield "drawn", keyword == "text"
    elif name in _MOVING:
        yield "moving", keyword not in _NOTHING
    elif name in _SHIFTING:
        yield "shifted", keyword not in _NOTHING
    elif name.startswith("margin"):
        yield "shifted", any((_number(each) or _pixels(each) or 0) < 0 for each in words)


def _background(words: list[Token], keyword: str) -> Iterator[tuple[str, Value]]:
    """Yield what is known of a background. A picture, a gradient, or what is not known, hides what is behind it."""
    colours = [found for each in words if (found := _colour(each)) is not None]
    functions = (each for each in words if each.type == "function" and _colour(each) is None)
    yield "picture", any(each.type == "url" for each in words) or any(True for _ in functions)
    yield "ground", colours[-1] if colours else None if keyword == INHERIT else NO_COLOUR


def _colour(token: Token) -> Colour | None:
    """Return a colour; None for what is no colour, or one that is not known here."""
    try:
        found = color4.parse_color(token)
        if found is None or isinstance(found, str):
            return None
        if found.space in ("lab", "lch", "oklab", "oklch"):
            light = found.coordinates[0] / (100 if found.space in ("lab", "lch") else 1)
            channels = [round(light)] * 3 if light in (0, 1) else []
        else:
            channels = list(found.to("srgb").coordinates)
    except (NotImplementedError, TypeError, ValueError, AttributeError, RecursionError, ArithmeticError):
        return None
    if len(channels) != 3:
        return None
    red, green, blue = (255 * min(max(channel, 0.0), 1.0) for channel in channels)
    return Colour(red, green, blue, min(max(found.alpha, 0.0), 1.0))


def _size(token: Token) -> Size | None:
    if token.type == "ident" and token.lower_value in _SIZES:
        return Size(_SIZES[token.lower_value])
    if token.type == "number":
        return Size() if not token.value else None
    if token.type == "percentage":
        return Size(times=token.value / 100)
    if token.type != "dimension":
        return None
    if token.lower_unit == "rem":
        return Size(_ROOT_PIXELS * token.value)
    if token.lower_unit in _FONT_UNITS:
        return Size(times=token.value * _FONT_UNITS[token.lower_unit])
    return Size(token.value * _PIXELS[token.lower_unit]) if token.lower_unit in _PIXELS else None


def _number(token: Token) -> float | None:
    if token is None or token.type not in ("number", "percentage"):
        return None
    return float(token.value) / (100 if token.type == "percentage" else 1)


def _pixels(token: Token) -> float | None:
    if token is None or token.type not in ("number", "dimension"):
        return None
    if token.type == "number":
        return 0.0 if not token.value else None
    unit = token.lower_unit
    factor = _PIXELS.get(unit) or _ROOT_PIXELS * _FONT_UNITS.get(unit, 0.0)
    return float(token.value) * factor if factor else None


def _is_empty_clip(token: Token) -> bool | None:
    """Return whether nothing is left by a clip: two opposite sides of a rectangle are one, or half of an inset is cut
    off."""
    if token is None or token.type != "function":
        return False
    numbers = [each for each in token.arguments if each.type in ("number", "dimension", "percentage")]
    if token.lower_name == "rect":
        return len(numbers) == 4 and len({each.value for each in numbers}) == 1
    if token.lower_name == "inset" and numbers:
        return all(each.type == "percentage" and each.value >= 50 for each in numbers)
    if token.lower_name in ("circle", "ellipse") and numbers:
        return not numbers[0].value
    return None


# ---- selectors ------------------------------------------------------------------------------------------------


def _selectors(prelude: Sequence[Token], certain: bool) -> Iterator[Selector]:
    part: list[Token] = []
    for token in (*prelude, None):
        if token is not None and not (token.type == "literal" and token.value == ","):
            part.append(token)
            continue
        selector = _SelectorReader(certain).read(part)
        if selector is not None:
            yield selector
        part = []


class _SelectorReader:
    def __init__(self, certain: bool) -> None:
        self._certain = certain
        self._open = Compound()
        self._compounds: list[Compound] = []
        self._direct: list[bool] = []
        self._specificity = 0

    def read(self, tokens: list[Token]) -> Selector | None:
        """Read a selector; None for one that chooses no element: nothing, or a part of one, such as its first line."""
        tokens = [each for each in tokens if each.type != "comment"]
        if all(each.type == "whitespace" for each in tokens):
            return None
        index = 0
        while index < len(tokens):
            token = tokens[index]
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            index += 1
            if token.type == "whitespace" or (token.type == "literal" and token.value in (">", "+", "~")):
                index = self._combine(tokens, index - 1)
            elif token.type == "ident":
                self._open = msgspec.structs.replace(self._open, name=token.lower_value)
                self._specificity += 1
            elif token.type == "hash":
                self._open = msgspec.structs.replace(self._open, id=token.value)
                self._specificity += 10_000
            elif token.type == "literal" and token.value == "." and following is not None:
                classes = self._open.classes | {str(getattr(following, "value", ""))}
                self._open = msgspec.structs.replace(self._open, classes=classes)
                self._specificity += 100
                index += 1
            elif token.type == "literal" and token.value == ":":
                index = self._skip_pseudo(tokens, index)
                if index < 0:
                    return None
            elif not (token.type == "literal" and token.value == "*"):
                self._perhaps()  # an attribute, a namespace
        compounds = (self._open, *reversed(self._compounds))
        return Selector(compounds, tuple(reversed(self._direct)), self._specificity, self._certain)

    def _combine(self, tokens: list[Token], index: int) -> int:
        """End a compound, and return the index after the combinator."""
        sign = ""
        while index < len(tokens) and (
            tokens[index].type == "whitespace" or (tokens[index].type == "literal" and tokens[index].value in ">+~")
        ):
            sign += "" if tokens[index].type == "whitespace" else tokens[index].value
            index += 1
        if index == len(tokens) or (not self._compounds and self._open == Compound() and not sign):
            return index
        if sign in ("", ">"):
            self._compounds.append(self._open)
            self._direct.append(sign == ">")
        else:  # of what stands before it nothing is known
            self._perhaps()
        self._open = Compound()
        return index

    def _skip_pseudo(self, tokens: list[Token], index: int) -> int:
        """Return the index after a pseudo-class; -1 for a pseudo-element."""
        token = tokens[index] if index < len(tokens) else None
        if token is None or token.type == "literal":
            return -1
        name = getattr(token, "lower_value", "") or getattr(token, "lower_name", "")
        if name in _PSEUDO_ELEMENTS:
            return -1
        if name == "root":
            self._open = msgspec.structs.replace(self._open, name="html")
            self._specificity += 100
        else:
            self._perhaps()
        return index + 1

    def _perhaps(self) -> None:
        self._certain = False
        self._specificity += 100
