"""What models' judgement is worth is kept for each model and version."""

from __future__ import annotations

import msgspec

from app.store.db import Database
from app.store.judges import Judge, Judges
from app.store.settings import SettingsStore

ONE = Judge("one", 2, 1.0, -0.5, 0.9)


def test_the_last_one_of_each_model_is_kept(database: Database) -> None:
    settings = SettingsStore(database)
    judges = Judges(settings)
    judges.keep(msgspec.structs.replace(ONE, area=0.5))
    judges.keep(msgspec.structs.replace(ONE, model="other"))
    judges.keep(ONE)
    assert judges.of("one", 2) == ONE
    assert judges.of("one", 3) is None
    assert judges.of("nobody", 2) is None
    settings.set_blob("judges", b"[1]")
    assert judges.of("one", 2) is None
