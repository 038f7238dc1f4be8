"""Headers of models, read as the desk reads them: in a process of their own, locked in, whose answers are checked."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.conversations.events import Opening
from app.core.errors import Code, Parameter, Problem
from app.core.model import NO_LAYER, FileKind, ModelHeader, TensorPart, Weights
from app.core.work import Cancel
from app.engine.llama.llama_loader import bindings
from app.isolation import client, sandbox
from app.isolation.client import ReaderLimits
from app.isolation.heartbeat import WireFailed
from app.isolation.sandbox import Step
from app.models.gguf import container, header, reader
from app.models.gguf.protocol import HeaderRead, PartRead
from app.models.gguf.reader import HeaderReader, KnownHeaders, is_sound
from app.models.gguf.worker import OpenSource
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.wording.errors import sentence
from tests.endings import as_events
from tests.models import broken, family_projectors, forge, headers, liar, projector
from tests.models.family_projectors import FAMILIES
from tests.models.gguf.test_container import FINDINGS, mutate
from tests.models.headers import MAVERICK, SCOUT

GIB = 1 << 30


@pytest.fixture
def quick(near_readers: None) -> HeaderReader:
    """Without a sandbox, and without a process, where a test does not ask for one: what is read does not depend on
    them."""
    return HeaderReader(Step.RLIMITS)


def ending(reader: HeaderReader, path: Path, cancel: Cancel | None = None) -> Done[ModelHeader] | Cancelled | Failed:
    *progress, last = as_events(reader.read(path, cancel or Cancel()))
    assert all(isinstance(event, Opening) for event in progress)
    assert not isinstance(last, Opening)
    return last


def read(reader: HeaderReader, path: Path) -> ModelHeader:
    last = ending(reader, path)
    assert isinstance(last, Done), last
    return last.result


def problem(reader: HeaderReader, path: Path) -> Problem:
    last = ending(reader, path)
    assert isinstance(last, Failed), last
    assert "{" not in sentence(last.problem)
    return last.problem


def parsed(*paths: Path) -> ModelHeader:
    """In this process."""
    contents = []
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        try:
            contents.append(container.parse(OpenSource(fd)))
        finally:
            os.close(fd)
    return header.compose(contents)


# ---- what is read ----------------------------------------------------------------------------------------------


def test_a_tiny_scout(quick: HeaderReader, tiny_scout: Path) -> None:
    told = read(quick, tiny_scout)
    assert (told.kind, told.architecture, told.untrusted_name) == (FileKind.MODEL, "llama4", "Tiny Scout")
    assert (told.quantization, told.files, told.file_bytes) == ("F16", (str(tiny_scout),), tiny_scout.stat().st_size)
    assert (told.layers, told.width, told.heads, told.kv_heads) == (4, 64, (2,) * 4, (1,) * 4)
    assert (told.key_length, told.value_length, told.context_trained) == (64, 64, 10_485_760)
    assert (told.experts, told.experts_used, told.expert_feed_forward, told.moe_step) == (16, 1, 64, 1)
    assert told.shared_expert_feed_forward == 64
    assert (told.tokenizer, told.pre_tokenizer, told.has_template, told.tied) == ("gpt2", "llama4", True, False)
    assert (told.recurrent, told.window, told.projector) == (False, 0, "")
    assert Weights(0, TensorPart.EXPERTS, 16 * 3 * 64 * 64 * 2, 16 * 3 * 64 * 64, ("f16",)) in told.weights


def test_a_tiny_maverick_has_experts_in_every_second_layer(tiny_maverick: Path) -> None:
    told = parsed(tiny_maverick)
    assert (told.experts, told.moe_step) == (128, 2)
    places = {(weights.layer, weights.part) for weights in told.weights}
    assert {layer for layer, part in places if part is TensorPart.EXPERTS} == {1, 3, 5, 7}
    assert {layer for layer, part in places if part is TensorPart.FEED_FORWARD} == {0, 2, 4, 6}


def test_the_starter(starter: Path) -> None:
    told = read(HeaderReader(), starter)
    assert (told.architecture, told.quantization, told.layers, told.width) == ("llama", "Q4_1", 30, 576)
    assert (told.heads[0], told.kv_heads[0], told.key_length) == (9, 3, 64)
    assert (told.context_trained, told.vocabulary, told.tied) == (8192, 49_152, True)
    assert told.parameters == told.active_parameters == 134_515_008


def test_projectors_tell_their_kind(quick: HeaderReader, tmp_path: Path) -> None:
    told = read(quick, projector.write_projector(tmp_path / "mmproj.gguf"))
    assert (told.kind, told.architecture, told.projector, told.width) == (FileKind.PROJECTOR, "clip", "llama4", 64)
    gemma = parsed(family_projectors.write_projector(tmp_path / "mmproj-gemma.gguf", FAMILIES["gemma3"]))
    assert (gemma.kind, gemma.projector) == (FileKind.PROJECTOR, "gemma3")
    assert {(weights.layer, weights.part) for weights in gemma.weights} == {(NO_LAYER, TensorPart.OTHER)}


def test_adapters_and_files_of_unknown_families(quick: HeaderReader, tmp_path: Path) -> None:
    path = tmp_path / "adapter.gguf"
    path.write_bytes(forge.forge([*forge.KEYS, forge.string("general.type", "adapter")]).content())
    assert parsed(path).kind is FileKind.ADAPTER
    told = read(quick, broken.write_unknown_architecture(tmp_path / "octopus.gguf"))
    assert (told.architecture, told.layers, told.context_trained) == ("octopus", 8, 4096)


@pytest.mark.parametrize(
    ("keys", "recurrent", "window"),
    [
        ([], False, 0),
        ([forge.number("llama.attention.sliding_window", 4096)], False, 4096),
        ([forge.number("llama.ssm.state_size", 16)], True, 0),
        ([forge.number("llama.shortconv.l_cache", 3)], True, 0),
    ],
)
def test_what_attention_has_in_its_place(tmp_path: Path, keys: list[bytes], recurrent: bool, window: int) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(forge.forge([*forge.KEYS, *keys]).content())
    told = parsed(path)
    assert (told.recurrent, told.window) == (recurrent, window)


# ---- the true shapes of Llama 4 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "quantization", "gib", "billions", "active_billions"),
    [
        (SCOUT, "Q3_K_M", 48.2, 107.77, 16.14),  # as published; so is the next
        (SCOUT, "Q4_K_M", 60.9, 107.77, 16.14),
        (SCOUT, "Q8_0", 106.7, 107.77, 16.14),
        (MAVERICK, "Q4_K_M", 226.1, 400.71, 16.15),
    ],
)
def test_true_headers(
    tmp_path: Path, shape: headers.Shape, quantization: str, gib: float, billions: float, active_billions: float
) -> None:
    told = parsed(headers.write_header(tmp_path / "model.gguf", shape, quantization))
    assert told.quantization == quantization
    assert round(told.file_bytes / GIB, 1) == gib
    assert (round(told.parameters / 1e9, 2), round(told.active_parameters / 1e9, 2)) == (billions, active_billions)
    assert (told.layers, told.width, told.vocabulary) == (48, 5120, 202_048)
    assert (told.heads[0], told.kv_heads[0], told.key_length, told.value_length) == (40, 8, 128, 128)
    assert (told.experts, told.moe_step) == (shape.experts, shape.moe_step)
    assert (told.expert_feed_forward, told.shared_expert_feed_forward, told.feed_forward) == (8192, 8192, 16_384)
    assert told.context_trained == shape.context


def test_llama_cpp_counts_the_same_parameters_and_bytes(quick: HeaderReader, tmp_path: Path) -> None:
    """It opens the file without its weights (`no_alloc`)."""
    path = headers.write_header(tmp_path / "scout.gguf")
    api = bindings()
    params = api.llama_model_default_params()
    params.no_alloc, params.load_mode = True, 0  # llama.h: LLAMA_LOAD_MODE_NONE, since maps cannot be simulated
    model = api.llama_model_load_from_file(os.fsencode(path), params)
    assert model
    counted = api.llama_model_n_params(model), api.llama_model_size(model)
    api.llama_model_free(model)
    told = read(quick, path)
    assert (told.parameters, sum(weights.bytes for weights in told.weights)) == counted


def test_a_header_costs_few_reads_and_none_of_the_weights(tmp_path: Path) -> None:
    """So that it can be had of a file that lies elsewhere, range by range."""
    path = headers.write_header(tmp_path / "scout.gguf")
    reads: list[tuple[int, int]] = []

    class Counted(OpenSource):
        def read(self, offset: int, size: int) -> bytes:
            reads.append((offset, size))
            return super().read(offset, size)

    with path.open("rb") as file:
        contents = container.parse(Counted(file.fileno()))
    assert contents.file_bytes > 60 * GIB
    assert sum(size for _offset, size in reads) < 16 << 20
    assert len(reads) <= 16
    assert all(before < after for (before, _), (after, _) in pairwise(reads[1:]))


# ---- split models ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return headers.write_header(tmp_path_factory.mktemp("split") / "scout.gguf", parts=3)


def part(first: Path, number: int) -> Path:
    return first.with_name(first.name.replace("-00001-", f"-{number:05}-"))


def copied(split: Path, folder: Path, *, without: int = 0) -> Path:
    """The parts as links, since copies of holes could become real."""
    for number in {1, 2, 3} - {without}:
        (folder / part(split, number).name).symlink_to(part(split, number))
    return folder / split.name


def test_a_split_model_is_read_whole_from_any_of_its_parts(quick: HeaderReader, tmp_path: Path, split: Path) -> None:
    whole = parsed(headers.write_header(tmp_path / "whole.gguf"))
    told = read(HeaderReader(), split)
    assert told.files == tuple(str(part(split, number)) for number in (1, 2, 3))
    assert told.file_bytes == sum(Path(file).stat().st_size for file in told.files)
    unlike = {"files": (), "file_bytes": 0}
    assert msgspec.structs.replace(told, **unlike) == msgspec.structs.replace(whole, **unlike)
    assert read(quick, part(split, 3)) == told
    fresh = HeaderReader(Step.RLIMITS)
    assert [event for event in as_events(fresh.read(split, Cancel())) if isinstance(event, Opening)] == [
        Opening(done, 3) for done in range(4)
    ]


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_missing_part_is_named(quick: HeaderReader, tmp_path: Path, split: Path, missing: int) -> None:
    copied(split, tmp_path, without=missing)
    asked = tmp_path / part(split, 1 if missing != 1 else 2).name
    path = str(tmp_path / part(split, missing).name)
    assert problem(quick, asked) == Problem(Code.MODEL_PART_MISSING, {"path": path, "parts": 3})


def test_a_part_that_is_cut_short_is_named(quick: HeaderReader, tmp_path: Path, split: Path) -> None:
    first = copied(split, tmp_path, without=2)
    second = tmp_path / part(split, 2).name
    whole = part(split, 2)
    with whole.open("rb") as file:
        second.write_bytes(file.read(1 << 16))
    os.truncate(second, whole.stat().st_size - 1000)
    assert problem(quick, first) == Problem(Code.MODEL_INCOMPLETE, {"path": str(second), "missing_bytes": 1000})


def test_parts_in_the_wrong_order_or_under_other_names_are_refused(
    quick: HeaderReader, tmp_path: Path, split: Path
) -> None:
    first = tmp_path / split.name
    for number, source in ((1, 1), (2, 3), (3, 2)):
        part(first, number).symlink_to(part(split, source))
    assert problem(quick, first) == Problem(Code.MODEL_PARTS_DIFFER, {"path": str(first), "parts": 3})
    alone = tmp_path / "renamed.gguf"
    alone.symlink_to(split)
    assert problem(quick, alone) == Problem(Code.MODEL_PARTS_DIFFER, {"path": str(alone), "parts": 3})
    pair = tmp_path / "pair-00001-of-00002.gguf"
    for number in (1, 2):
        part(pair, number).symlink_to(part(split, number))
    assert problem(quick, pair).code is Code.MODEL_PARTS_DIFFER


def test_whole_models_that_are_named_like_parts_are_refused(
    quick: HeaderReader, tmp_path: Path, tiny_scout: Path
) -> None:
    pair = tmp_path / "tiny-00001-of-00002.gguf"
    for number in (1, 2):
        part(pair, number).symlink_to(tiny_scout)
    assert problem(quick, pair) == Problem(Code.MODEL_PARTS_DIFFER, {"path": str(pair), "parts": 2})


def test_more_parts_than_can_be_open_are_refused(quick: HeaderReader, tmp_path: Path, tiny_scout: Path) -> None:
    path = tmp_path / "many-00001-of-99999.gguf"
    path.symlink_to(tiny_scout)
    limit: dict[str, Parameter] = {"path": str(path), "limit": "files", "value": reader.MAX_FILES}
    assert problem(quick, path) == Problem(Code.MODEL_LIMIT, limit)


# ---- files that mean harm --------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", broken.ALL, ids=lambda write: write.__name__)
def test_files_that_are_not_what_they_claim(quick: HeaderReader, tmp_path: Path, write: Callable[[Path], Path]) -> None:
    path = write(tmp_path / "model.gguf")
    expected = {
        broken.write_empty: Code.MODEL_TRUNCATED,
        broken.write_not_gguf: Code.MODEL_NOT_GGUF,
        broken.write_half: Code.MODEL_INCOMPLETE,
        broken.write_half_header: Code.MODEL_TRUNCATED,
        broken.write_wrong_version: Code.MODEL_VERSION,
        broken.write_absurd_counts: Code.MODEL_LIMIT,
        broken.write_absurd_string: Code.MODEL_LIMIT,
        broken.write_absurd_array: Code.MODEL_LIMIT,
        broken.write_nested_arrays: Code.MODEL_DAMAGED,
    }
    if write in expected:
        assert problem(quick, path).code is expected[write]
        assert problem(quick, path).params["path"] == str(path)
    else:
        assert read(quick, path).architecture in ("octopus", "llama")


def test_what_is_no_file_at_all(quick: HeaderReader, tmp_path: Path) -> None:
    missing = tmp_path / "gone.gguf"
    assert problem(quick, missing) == Problem(Code.MODEL_MISSING, {"path": str(missing)})
    assert problem(quick, tmp_path) == Problem(Code.FILE_IS_FOLDER, {"path": str(tmp_path)})
    os.mkfifo(tmp_path / "pipe.gguf")
    assert problem(quick, tmp_path / "pipe.gguf").code is Code.FILE_NOT_REGULAR


def test_some_mutants_go_the_whole_way(tmp_path: Path) -> None:
    luck, locked_in = random.Random(7), HeaderReader()
    forgery = forge.forge()
    path = tmp_path / "mutant.gguf"
    for _ in range(5):
        path.write_bytes(mutate(forgery.content(), forgery.boundaries[-1], luck))
        last = ending(locked_in, path)
        assert isinstance(last, Done) or last.problem.code in FINDINGS  # type: ignore[union-attr]


def test_a_vocabulary_far_larger_than_any_is_passed_over(tmp_path: Path) -> None:
    """Four million empty tokens, in holes: a quarter of the longest way that a header within its limits can be."""
    array = forge.array("tokenizer.ggml.tokens", forge.STRING, [], 4_000_000)
    path = tmp_path / "long.gguf"
    content = b"".join(forge.forge([*forge.KEYS[:7], array], []).pieces)
    path.write_bytes(content)
    os.truncate(path, len(content) + 8 * 4_000_000)
    assert read(HeaderReader(), path).vocabulary == 4_000_000


def test_a_cancelled_reading_ends_without_a_header(quick: HeaderReader, tiny_scout: Path) -> None:
    cancel = Cancel()
    cancel.request()
    assert ending(quick, tiny_scout, cancel) == Cancelled()


# ---- a process that was taken over -----------------------------------------------------------------------------


def lie(monkeypatch: pytest.MonkeyPatch, what: str | msgspec.Struct) -> None:
    """Have every process be a liar that answers `what`."""
    told = what if isinstance(what, str) else msgspec.json.encode(what).decode()
    monkeypatch.setattr(
        client, "command", lambda *given: [sys.executable, "-P", str(Path(liar.__file__)), given[2], told]
    )


@pytest.fixture(scope="module")
def sound(tiny_scout: Path) -> ModelHeader:
    return parsed(tiny_scout)


@pytest.mark.usefixtures("process")
def test_a_sound_header_of_the_same_process_is_taken(
    monkeypatch: pytest.MonkeyPatch, quick: HeaderReader, tiny_scout: Path, sound: ModelHeader
) -> None:
    """Without this, the tests that follow could pass because the liar does not work at all."""
    lie(monkeypatch, HeaderRead(msgspec.structs.replace(sound, file_bytes=1)))
    told = read(quick, tiny_scout)
    assert told == msgspec.structs.replace(sound, files=(str(tiny_scout),))


@pytest.mark.parametrize(
    "lies",
    [
        {"files": ("/etc/passwd",)},
        {"projector": "llama4"},
        {"kind": FileKind.PROJECTOR},
        {"untrusted_name": "x" * 5000},
        {"quantization": "\x1b[2J"},
        {"layers": 9},
        {"layers": 600, "heads": (2,) * 600, "kv_heads": (1,) * 600},
        {"heads": ()},
        {"kv_heads": (1,) * 7 + (-1,)},
        {"context_trained": -1},
        {"vocabulary": 1 << 60},
        {"parameters": 7},
        {"weights": ()},
        {"weights": "twice"},
        {"weights": (Weights(0, TensorPart.EXPERTS, 1 << 60, 1_964_608, ("f16",)),)},
        {"weights": (Weights(0, TensorPart.EXPERTS, -1, 1_964_608, ("f16",)),)},
        {"weights": (Weights(8, TensorPart.EXPERTS, 1, 1_964_608, ("f16",)),)},
        {"weights": (Weights(-2, TensorPart.EXPERTS, 1, 1_964_608, ("f16",)),)},
        {"weights": (Weights(0, TensorPart.EXPERTS, 1, 1_964_608, ("<b>",)),)},
        {"weights": (Weights(0, TensorPart.EXPERTS, 1, 1_964_608, ()),)},
        {"weights": (Weights(0, TensorPart.EXPERTS, 1, 1_964_608, ("f16",) * 99),)},
    ],
    ids=str,
)  # fmt: skip
def test_a_header_that_cannot_be_is_not_believed(sound: ModelHeader, tiny_scout: Path, lies: dict[str, Any]) -> None:
    size = tiny_scout.stat().st_size
    assert is_sound(sound, size)
    if lies.get("weights") == "twice":
        lies = {"weights": sound.weights * 2, "parameters": sound.parameters * 2}
    assert not is_sound(msgspec.structs.replace(sound, **lies), size)


@pytest.mark.parametrize(
    "what",
    [
        PartRead(),
        WireFailed(Problem(Code.DATABASE_KEY, {"path": "/home"})),
        WireFailed(Problem(Code.MODEL_DAMAGED, {"path": ""})),
        WireFailed(Problem(Code.MODEL_INCOMPLETE, {"path": "", "missing_bytes": "{}"})),
        "garbage 03000000c1c1c1",
        "signal 11",
        "part signal 9",
        "part garbage ffffffff",
    ],
    ids=str,
)
@pytest.mark.usefixtures("process")
def test_lies_and_deaths_cost_one_model(
    monkeypatch: pytest.MonkeyPatch, quick: HeaderReader, tiny_scout: Path, what: str | msgspec.Struct
) -> None:
    lie(monkeypatch, what)
    assert problem(quick, tiny_scout) == Problem(Code.MODEL_UNREADABLE, {"path": str(tiny_scout)})


@pytest.mark.usefixtures("process")
def test_a_header_in_place_of_a_part_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, quick: HeaderReader, tiny_scout: Path, sound: ModelHeader
) -> None:
    lie(monkeypatch, "part " + msgspec.json.encode(HeaderRead(sound)).decode())
    assert problem(quick, tiny_scout) == Problem(Code.MODEL_UNREADABLE, {"path": str(tiny_scout)})


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tiny_scout: Path) -> None:
    lie(monkeypatch, "hang")
    impatient = HeaderReader(Step.RLIMITS, ReaderLimits(progress_s=0.3))
    assert problem(impatient, tiny_scout) == Problem(Code.MODEL_UNREADABLE, {"path": str(tiny_scout)})


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="descriptors are listed in /proc")
@pytest.mark.usefixtures("process")
def test_the_process_is_given_the_models_files_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, quick: HeaderReader, split: Path
) -> None:
    lie(monkeypatch, "descriptors")
    found = problem(quick, split)
    assert found.code is Code.BUG
    held = {entry for entry in str(found.params["where"]).split("\n") if entry.startswith("/") and entry != os.devnull}
    assert held == {str(part(split, number)) for number in (1, 2, 3)}


def test_a_header_is_read_once_while_its_file_is_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = []

    class Counted(client.ReaderProcess):
        def __init__(self, *given: object, **named: object) -> None:
            started.append(given)
            super().__init__(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(client, "ReaderProcess", Counted)
    known = KnownHeaders()
    reader, long_ago = HeaderReader(Step.RLIMITS, known=known), time.time_ns() - 60 * 10**9
    file = headers.write_header(tmp_path / "scout.gguf")
    os.utime(file, ns=(long_ago, long_ago))
    first = read(reader, file)
    assert read(reader, file) == read(HeaderReader(Step.RLIMITS, known=known), file) == first
    assert len(started) == 1
    os.utime(file, ns=(long_ago, long_ago + 1))
    assert read(reader, file) == first
    assert len(started) == 2
    headers.write_header(tmp_path / "other.gguf", MAVERICK).replace(file)
    just_now = time.time_ns() + 60 * 10**9  # and still so when it has been read, however long that takes
    os.utime(file, ns=(just_now, just_now))
    assert read(reader, file).experts == MAVERICK.experts
    assert read(reader, file).experts == MAVERICK.experts  # one that is just written is read each time
    assert len(started) == 4


def test_the_sandbox_is_in_force(monkeypatch: pytest.MonkeyPatch, tiny_scout: Path, tmp_path: Path) -> None:
    steps: list[Step | None] = []

    class Watched(client.ReaderProcess):
        def kill(self) -> None:
            steps.append(self.reached)
            super().kill()

    monkeypatch.setattr(client, "ReaderProcess", Watched)
    read(HeaderReader(), tiny_scout)
    assert steps == [sandbox.probe()]
