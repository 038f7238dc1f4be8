"""The worth of models' judgement is kept for each model and version."""

from __future__ import annotations

import msgspec

from app.store.db import Database
from app.store.judges import Judge, JudgedLanguage, Judges
from app.store.settings import SettingsStore

ENGLISH = JudgedLanguage("en", 1.5, -0.5, 0.75, 0.9)
ONE = Judge("one", 2, (ENGLISH,))


def test_the_last_one_of_each_model_is_kept(database: Database) -> None:
    settings = SettingsStore(database)
    judges = Judges(settings)
    judges.keep(msgspec.structs.replace(ONE, languages=(msgspec.structs.replace(ENGLISH, area=0.5),)))
    judges.keep(msgspec.structs.replace(ONE, model="other"))
    judges.keep(ONE)
    assert judges.of("one", 2) == ONE
    assert judges.of("one", 3) is None
    assert judges.of("nobody", 2) is None
    older = b'[{"model": "one", "version": 2, "slope": 1.0, "offset": -0.5, "area": 0.9}]'
    for unknown in (b"[1]", older):
        settings.set_blob("judges", unknown)
        assert judges.of("one", 2) is None
        judges.keep(ONE)
        assert judges.of("one", 2) == ONE
