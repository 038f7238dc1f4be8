"""Notebooks: text, code with its language, outputs, and hostile ones."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.web import notebook
from app.documents.worker import parse


def _parse(data: bytes) -> Document:
    return parse(Content("notes.ipynb", data, ""), lambda done, total: None)


def _read(*cells: dict[str, object], **more: object) -> Document:
    return _parse(json.dumps({"nbformat": 4, "cells": cells} | more).encode())


def _text(*cells: dict[str, object], **more: object) -> str:
    return "\n\n".join(page.text for page in _read(*cells, **more).pages)


def _code(source: str, *outputs: Mapping[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "outputs": outputs, "execution_count": None, "metadata": {}}


def _refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(data)
    assert raised.value.params["path"] == "notes.ipynb"
    return raised.value


def test_cells_are_read_as_what_they_are() -> None:
    outputs: tuple[Mapping[str, object], ...] = (
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "\x1b[31mtwo\x1b[0m\n"]},
        {"output_type": "execute_result", "data": {"text/html": "<p>x</p>", "text/plain": ["   rent\n", "0  12"]}},
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/html": "<h1>Big</h1><p>page"}},
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "application/json": {"a": 1}}},
        {"output_type": "error", "ename": "ValueError", "evalue": "no rent", "traceback": ["long"]},
    )
    language = {"language_info": {"name": "python", "version": "3.13"}, "kernelspec": {"language": "x"}}
    markdown: dict[str, object] = {
        "cell_type": "markdown",
        "source": ["# Rents\n", "\n", "Some *words*."],
        "attachments": {"a": {}},
    }
    document = _read(
        markdown, _code("print(1)\n\nprint(2)", *outputs), {"cell_type": "raw", "source": "as it is"}, metadata=language
    )
    assert document.title == "Rents"
    assert [(each.title, each.level) for each in document.outline] == [("Rents", 1)]
    assert document.pages[0].text == (
        "# Rents\n\nSome *words*.\n\n```python\nprint(1)\n\nprint(2)\n```\n\n[output]\none\ntwo\n\n[output]\n"
        "   rent\n0  12\n\n[output]\n\nBig\n\npage\n\n[output]\nValueError: no rent\n\nas it is"
    )


def test_the_third_format_is_read_too() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Rents"]},
        {
            "cell_type": "code",
            "input": "a = 1",
            "language": "julia",
            "outputs": [{"output_type": "pyout", "text": "1"}],
        },
    ]
    document = _parse(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}], "metadata": {"name": ""}}).encode())
    assert document.pages[0].text == "Rents\n\n```julia\na = 1\n```\n\n[output]\n1"
    assert [(each.title, each.level) for each in document.outline] == [("Rents", 2)]


@pytest.mark.parametrize(
    "data",
    [
        *(b"{", b"[]", b"{}", b'{"nbformat": "x"}', b'{"nbformat": 4, "cells": 1}', b"words"),
        b'{"nbformat": 4, "cells": [{"source": {}}]}',
        b'{"nbformat": 4, "metadata": ' + b"[" * 100_000,
        b'{"nbformat": 4, "cells": [{"outputs": [{"data": {"text/plain": ' + b"[" * 100_000,
        b'{"nbformat": 4, "cells": [{"source": "\xff"}]}',
    ],
)
def test_what_is_no_notebook_is_damage(data: bytes) -> None:
    assert _refusal(data).code is Code.DOCUMENT_DAMAGED


def test_nothing_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal(b'{"nbformat": 4, "cells": []}').code is Code.DOCUMENT_NO_TEXT
    assert _text(_code("x", {"data": {"text/plain": {"a": [1]}}})) == "```\nx\n```"
    with monkeypatch.context() as patch:
        patch.setattr(notebook, "MAX_CELLS", 1)
        assert _refusal(json.dumps({"nbformat": 4, "cells": [_code("x")] * 2}).encode()).params["limit"] == "cells"
    monkeypatch.setattr(notebook, "MAX_CHARACTERS", 100)
    assert _refusal(json.dumps({"nbformat": 4, "cells": [_code("x" * 101)]}).encode()).params["limit"] == "characters"
