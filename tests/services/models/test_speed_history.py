"""Speeds are learned from ordinary use, said of the very place that they were measured in, and of no other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import Timings, Usage
from app.core.machine.secret import Key, KeyOrigin
from app.core.settings import KvType, Mapping
from app.engine.planner.machine import Machine, imagined
from app.engine.planner.placement import Placement, PlanRequest, Reason
from app.services.models.plans import ModelPlan, place, with_measured
from app.services.models.speed_history import MeasuredSpeed, Place, Rate, SpeedHistory, place_of
from app.store.db import Database
from app.store.measurements import Measurements
from app.store.settings import SettingsStore
from app.ui.models.words import room_words
from app.wording.i18n import use_language
from app.wording.placement import sentences
from tests.models.headers import SCOUT
from tests.models.published import header_of

CONTEXT = 131_072
H100 = imagined([80], 256, 16)
SCOUT_HEADER = header_of(SCOUT, "Q4_K_M")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "scout.gguf"
    file.write_bytes(bytes(range(256)) * 16)
    return file


@pytest.fixture
def learning(tmp_path: Path) -> Iterator[SpeedHistory]:
    with contextlib.closing(Database.open(tmp_path / "octavo.db", Key("5a" * 32, KeyOrigin.FILE))) as database:
        yield SpeedHistory(Measurements(SettingsStore(database)))


def planned(machine: Machine = H100, kv_type: KvType = KvType.Q8_0, mapping: Mapping = Mapping.AUTO) -> ModelPlan:
    return place(SCOUT_HEADER, None, machine, PlanRequest(CONTEXT, kv_type, mapping=mapping))


def key(model: Path, plan: ModelPlan) -> Place:
    assert isinstance(plan.result, Placement)
    found = place_of(model, plan.machine, plan.result)
    assert found is not None
    return found


def used(prompt: int, evaluated: int, written: int = 0) -> Usage:
    return Usage(prompt, prompt - evaluated, evaluated, written)


def told(model: Path, learning: SpeedHistory, plan: ModelPlan) -> str:
    return " ".join(sentences(with_measured(plan, model, learning)))


def test_an_estimate_made_on_a_busy_computer_says_so() -> None:
    plain = imagined([], 256, 16)
    machine = msgspec.structs.replace(plain, host=msgspec.structs.replace(plain.host, bandwidth=100e9))
    for disturbed in (False, True):
        plan = planned(msgspec.structs.replace(machine, disturbed=disturbed))
        assert ("kept the computer busy" in " ".join(sentences(plan))) == disturbed
        assert ("at least" in room_words(plan)) == disturbed
        known = MeasuredSpeed(writing=Rate(5.0, 100), reading=Rate(50.0, 9_000))
        assert "busy" not in " ".join(sentences(msgspec.structs.replace(plan, measured=known)))


def test_what_an_answer_took_replaces_the_estimate(model: Path, learning: SpeedHistory) -> None:
    plan = planned()
    assert "Estimated speed: writes 220 tokens a second" in told(model, learning, plan)
    # A book of 100,000 tokens read in 25 seconds, an answer of 200 tokens in 4: beyond the middle of the context.
    learning.answered(key(model, plan), used(100_000, 100_000, 200), Timings(read_s=25, generate_s=4))
    measured = with_measured(plan, model, learning).measured
    assert (measured.reading, measured.writing_full) == (Rate(4000.0, 50_000), Rate(50.0, 100_100))
    words = told(model, learning, plan)
    assert (
        "Measured on this computer: writes 50 tokens a second with 100,100 in the context; reads 4,000 with 50,000"
        " in the context. Estimated: writes 220 tokens a second." in words
    )
    assert "Reading a full context takes about 33 s" in words
    # A short question to little: what it writes with little context.
    learning.answered(key(model, plan), used(900, 500, 300), Timings(read_s=1, generate_s=2))
    assert with_measured(plan, model, learning).measured.writing == Rate(150.0, 1050)
    use_language("ja")
    assert "このコンピューターでの測定：" in told(model, learning, plan)
    use_language("en")


def test_the_last_measurement_counts(model: Path, learning: SpeedHistory) -> None:
    plan = planned()
    for seconds in (4, 2):
        learning.answered(key(model, plan), used(1000, 10, 100), Timings(generate_s=seconds))
    assert with_measured(plan, model, learning).measured.writing == Rate(50.0, 1050)


def test_how_fast_a_model_reads_is_known_once_it_has_read(model: Path, learning: SpeedHistory) -> None:
    place = key(model, planned())
    assert learning.reading_speed(place) == 0
    learning.answered(place, used(100_000, 100_000, 200), Timings(read_s=25, generate_s=4))
    learning.answered(place, used(4_000, 4_000, 200), Timings(read_s=0.5, generate_s=4))
    assert learning.reading_speed(place) == 4000, "with more in the context it is slower, and that is what is asked for"


def test_a_measurement_of_another_place_or_file_is_not_used(model: Path, learning: SpeedHistory) -> None:
    plan = planned()
    learning.answered(key(model, plan), used(1000, 10, 100), Timings(generate_s=1))
    other_file = model.with_name("other.gguf")
    other_file.write_bytes(b"another model")
    others = [
        (model, planned(kv_type=KvType.F16)),
        (model, planned(imagined([24], 256, 16))),
        (model, planned(imagined([80, 80], 256, 16))),
        (other_file, plan),
        (model.with_name("gone.gguf"), plan),
    ]
    for file, other in others:
        assert with_measured(other, file, learning).measured.writing is None
    assert isinstance(plan.result, Placement)
    longer = place(SCOUT_HEADER, None, H100, PlanRequest(2 * CONTEXT, KvType.Q8_0, plan.result.slice_tokens))
    assert with_measured(longer, model, learning).measured.writing == Rate(100.0, 1050), "the context may differ"


def test_nothing_is_learned_from_a_server_that_does_not_say_what_it_reused(model: Path, learning: SpeedHistory) -> None:
    plan = planned()
    before = told(model, learning, plan)
    learning.read(key(model, plan), msgspec.structs.replace(used(100_000, 100_000), tells_reused=False), 1.0)
    assert told(model, learning, plan) == before
    learning.read(key(model, plan), used(100_000, 100_000), 1.0)
    assert told(model, learning, plan) != before


def test_what_is_too_short_or_has_images_is_not_learned(model: Path, learning: SpeedHistory) -> None:
    plan = planned()
    at = key(model, plan)
    learning.answered(at, used(1000, 1000, 63), Timings(read_s=1, generate_s=9))
    learning.answered(at, used(90_000, 40_000), Timings(read_s=30))  # the other half may have come from the disk
    learning.answered(at, used(90_000, 90_000, 900), Timings(read_s=0.1, generate_s=0.1))
    seen = msgspec.structs.replace(used(90_000, 90_000), encoded_images=1)
    learning.answered(at, seen, Timings(read_s=60))
    learning.loaded(at, 10**6, 9.0)
    assert with_measured(plan, model, learning) == plan


def test_the_faster_way_to_load_is_taken_once_both_were_measured(model: Path, learning: SpeedHistory) -> None:
    plan = planned()
    assert isinstance(plan.result, Placement)
    assert plan.result.mapping is Mapping.READ
    learning.loaded(key(model, plan), 65 * 10**9, 60.0)
    once = with_measured(plan, model, learning)
    assert (once.measured.load_s, once.result) == (60.0, plan.result)
    assert "The last load took 1 min." in told(model, learning, plan)
    learning.loaded(key(model, planned(mapping=Mapping.DIRECT)), 65 * 10**9, 20.0)
    both = with_measured(plan, model, learning)
    assert isinstance(both.result, Placement)
    assert (both.result.mapping, both.measured.load_s) == (Mapping.DIRECT, 20.0)
    assert Reason.UPLOADED_AS_MEASURED in {remark.reason for remark in both.result.remarks}
    assert "(direct): this took 20 s on this computer, the other way 1 min." in told(model, learning, plan)
    by_hand = with_measured(planned(mapping=Mapping.READ), model, learning).result
    assert isinstance(by_hand, Placement)
    assert by_hand.mapping is Mapping.READ, "what a person chose stays"
