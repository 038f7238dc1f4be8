"""The parts of a desk, made when they are asked for."""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.core.once import is_made
from tests.whole import open_desk_at


def test_a_desk_that_was_only_opened_has_started_nothing(tmp_path: Path) -> None:
    with contextlib.closing(open_desk_at(tmp_path)) as desk:
        assert desk.documents.library.books() == ()
        made = {name for name in ("embedder", "models", "downloads", "decoder") if is_made(desk.computing, name)}
    assert made == set()


def test_all_parts_are_there_for_a_face_that_wants_them(tmp_path: Path) -> None:
    with contextlib.closing(open_desk_at(tmp_path)) as desk:
        desk.make_all()
        assert is_made(desk.computing, "models")
        assert is_made(desk.asking, "ask")
        assert desk.documents.library is desk.documents.library
        assert desk.models.readings is desk.readings
        matter = desk.shared.matters.create("Harbour")
        other = desk.shared.turn_to(matter.id)
        assert other.documents.library is not desk.documents.library
        assert other.models is desk.models
        assert other.readings.spec().desk == matter.id
