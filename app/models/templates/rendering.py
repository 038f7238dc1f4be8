"""Runs a model's template in jinja2's sandbox, with next to nothing within its reach. Only in a locked-in process."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, TypeAlias, TypeVar

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from app.core.chat_template import END_TOKEN, FIRST_TOKEN
from app.core.errors import AppError, Code
from app.models.gguf.container import MAX_TEMPLATE_BYTES
from app.models.templates.protocol import TemplateFlaw

MAX_OUTPUT = 1 << 16
"""Characters of one rendering."""

MAX_STEPS = 10_000
"""The most steps that all ranges of one rendering count together."""

MAX_REPEATED = 1 << 12
"""The most characters that a text may get by being multiplied."""

MAX_NUMBER = 1 << 31

FIRST_DAY, OTHER_DAY = datetime.date(2026, 1, 1), datetime.date(2027, 12, 31)

CellScheduler: TypeAlias = Sequence[tuple[str, str]]
Value = TypeVar("Value")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_METHODS: Mapping[type, frozenset[str]] = {
    str: _names(
        "capitalize count endswith find format index isalpha isdigit join lower lstrip partition removeprefix"
        " removesuffix replace rfind rpartition rsplit rstrip split splitlines startswith strip title upper"
    ),
    dict: _names("get items keys values"),
    list: _names("count index"),
    tuple: _names("count index"),
    LoopContext: _names(
        "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0"
    ),
}
"""The names that a template may use of a value, by its type, besides the keys of dictionaries."""

_FILTERS = _names(
    "abs capitalize count d default dictsort e escape first float indent int items join last length list lower map max"
    " min reject rejectattr replace reverse round safe select selectattr slice sort string sum title trim unique upper"
    " wordcount"
)
_TESTS = _names(
    "boolean callable defined divisibleby eq equalto even false float ge greaterthan gt in integer iterable le lessthan"
    " lower lt mapping ne none number odd sameas sequence string true undefined upper == != < <= > >="
)
_ELSEWHERE = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


def refused(flaw: TemplateFlaw) -> AppError:
    return AppError(Code.MODEL_TEMPLATE_REFUSED, path="", flaw=flaw.value)


class _Generation(Extension):
    """The tag `{% generation %}`, with which transformers marks what is trained on; its contents are written."""

    tags = {"generation"}  # noqa: RUF012 - as jinja2 declares it

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Environment(ImmutableSandboxedEnvironment):
    """Values are texts, numbers, lists and dictionaries; of them, what `_METHODS` names."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        named = isinstance(obj, Namespace) or attr in _METHODS.get(type(obj), ())
        return named and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: object) -> bool:
        """Return whether a template may call this. A method can only have come from `is_safe_attribute`."""
        known = isinstance(obj, Macro | LoopContext | jinja2.Undefined) or _is_method(obj)
        return known or any(obj is own for own in self.globals.values())

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        if operator == "**" and not _are_small(left, right, MAX_REPEATED.bit_length()):
            raise refused(TemplateFlaw.MEMORY)
        if operator == "*":
            _check_product(left, right)
        if operator == "%" and isinstance(left, str):
            raise SecurityError("formats")
        return super().call_binop(context, operator, left, right)


def _is_method(obj: object) -> bool:
    """Return whether this is a method that templates may use. `str.format` comes wrapped, so that what is named in a
    format is looked up as elsewhere."""
    method = getattr(obj, "__wrapped__", obj)
    owner, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
    return name in _METHODS.get(type(owner), ())


def _are_small(left: object, right: object, most: int) -> bool:
    return all(isinstance(number, int | float) and abs(number) <= most for number in (left, right))


def _check_product(left: object, right: object) -> None:
    """Check the operands of a product. Raises AppError for what would be large."""
    texts = [value for value in (left, right) if isinstance(value, str | list | tuple)]
    numbers = [value for value in (left, right) if isinstance(value, int)]
    if texts and numbers and len(texts[0]) * max(0, numbers[0]) > MAX_REPEATED:
        raise refused(TemplateFlaw.MEMORY)
    if len(numbers) > 1 and max(map(abs, numbers)) > MAX_NUMBER:
        raise refused(TemplateFlaw.MEMORY)


class ModelTemplate:
    """A model's template, to be rendered as transformers does it (`apply_chat_template`)."""

    def __init__(self, untrusted_template: str) -> None:
        """Compile the template. Raises AppError MODEL_TEMPLATE_REFUSED."""
        if len(untrusted_template.encode("utf-8", "replace")) > MAX_TEMPLATE_BYTES:
            raise refused(TemplateFlaw.SIZE)
        self._day = FIRST_DAY
        self._steps = 0
        environment = _Environment(
            trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols], cache_size=0
        )
        environment.globals = {
            "namespace": Namespace,
            "dict": dict,
            "range": self._range,
            "raise_exception": _decline,
            "strftime_now": lambda wanted: self._day.strftime(str(wanted)),
        }
        environment.filters = {name: environment.filters[name] for name in _FILTERS} | {"tojson": _to_json}
        environment.tests = {name: environment.tests[name] for name in _TESTS}
        self._template = _guarded(lambda: _compile(environment, untrusted_template))

    def render(self, turns: CellScheduler, day: datetime.date = FIRST_DAY) -> str:
        """Render turns of (role, content) with the template, up to where the assistant begins. Raises AppError
        MODEL_TEMPLATE_REFUSED; MemoryError."""
        self._day, self._steps = day, 0
        return _guarded(lambda: self._render(turns))

    def _render(self, turns: CellScheduler) -> str:
        pieces, length = [], 0
        for piece in self._template.generate(
            messages=[{"role": role, "content": content} for role, content in turns],
            add_generation_prompt=True,
            bos_token=FIRST_TOKEN,
            eos_token=END_TOKEN,
            tools=None,
            documents=None,
        ):
            length += len(piece)
            if length > MAX_OUTPUT:
                raise refused(TemplateFlaw.OUTPUT)
            pieces.append(piece)
        return "".join(pieces)

    def _range(self, *bounds: int) -> range:
        counted = range(*bounds)
        self._steps += len(counted)
        if self._steps > MAX_STEPS:
            raise refused(TemplateFlaw.STEPS)
        return counted


def _compile(environment: _Environment, untrusted_template: str) -> jinja2.Template:
    tree = environment.parse(untrusted_template)
    if next(tree.find_all(_ELSEWHERE), None) is not None:
        raise refused(TemplateFlaw.REACH)
    return environment.from_string(untrusted_template)


def _guarded(work: Callable[[], Value]) -> Value:
    """Return the result of `work`. Whatever a template does becomes an AppError; MemoryError passes."""
    try:
        return work()
    except (AppError, MemoryError):
        raise
    except SecurityError as error:
        raise refused(TemplateFlaw.REACH) from error
    except _Declined as error:
        raise refused(TemplateFlaw.DECLINED) from error
    except (jinja2.TemplateSyntaxError, SyntaxError) as error:
        raise refused(TemplateFlaw.SYNTAX) from error
    except (RecursionError, OverflowError) as error:
        raise refused(TemplateFlaw.STEPS) from error
    except Exception as error:  # whatever Python says to what a template asks for
        raise refused(TemplateFlaw.RUNNING) from error


class _Declined(Exception):
    """The template calls `raise_exception`."""


def _decline(_message: object = "") -> NoReturn:
    raise _Declined


def _to_json(value: object, indent: int | None = None, *_more: object, **_options: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
