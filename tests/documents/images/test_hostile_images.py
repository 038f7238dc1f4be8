"""Images that mean harm: each costs a process that has nothing to lose, and the person reads a sentence."""

from __future__ import annotations

import io
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import Code, Problem
from app.core.work import Cancel
from app.documents.images.kinds import ImageKind
from app.documents.images.protocol import MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE
from app.documents.images.reader import ImageReader
from app.isolation import sandbox
from app.isolation.sandbox import Step
from app.ui.kit.jobs import Cancelled, Done, Failed
from app.wording.errors import sentence
from tests.documents.images.forger import claiming, deflated_zeros, with_chunk
from tests.documents.images.gallery import SAMPLES, ending, flag, noise, problem, saved, shown, taken, variants
from tests.documents.images.prison import imprisoned
from tests.documents.images.test_kinds import STRANGERS
from tests.endings import as_events

ESCAPES = ("tcp", "udp", "unix", "home", "secret", "create", "rename", "fork", "thread", "program", "signal")
FINDINGS = {Code.IMAGE_UNKNOWN, Code.IMAGE_DAMAGED, Code.IMAGE_LIMIT, Code.READER_OUT_OF_MEMORY}

MUTANTS = 50
TAKEN = 2
"""So many mutants of each kind go the whole way, through a process each; the others share one."""


@pytest.fixture(scope="module")
def reader() -> Iterator[ImageReader]:
    reader = ImageReader()
    yield reader
    reader.close()


# ---- bombs -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("near_readers")
@pytest.mark.parametrize(
    ("kind", "width", "height", "limit"),
    [
        (ImageKind.PNG, 60_000, 60_000, "side"),
        (ImageKind.PNG, 30_000, 30_000, "pixels"),
        (ImageKind.PNG, 10_001, 10_000, "pixels"),
        (ImageKind.PNG, 1_000_000, 1, "side"),
        (ImageKind.JPEG, 65_500, 65_500, "side"),
        (ImageKind.JPEG, 20_000, 20_000, "pixels"),
        (ImageKind.WEBP, 16_383, 16_383, "pixels"),
        (ImageKind.GIF, 60_000, 60_000, "side"),
        (ImageKind.GIF, 20_000, 20_000, "pixels"),
        (ImageKind.TIFF, 60_000, 60_000, "side"),
        (ImageKind.TIFF, 4_000_000_000, 4_000_000_000, "side"),
        (ImageKind.TIFF, 30_000, 30_000, "pixels"),
        (ImageKind.BMP, 60_000, 60_000, "side"),
        (ImageKind.BMP, 30_000, 30_000, "pixels"),
        (ImageKind.AVIF, 16_000, 16_000, "pixels"),
    ],
)
def test_a_size_beyond_the_limits_is_refused_before_it_is_unpacked(
    reader: ImageReader, kind: ImageKind, width: int, height: int, limit: str
) -> None:
    value = MAX_SIDE if limit == "side" else MAX_PIXELS
    found = problem(reader, claiming(width, height, kind))
    assert found == Problem(Code.IMAGE_LIMIT, {"path": "a", "limit": limit, "value": value})
    assert f"{value:,} pixels" in sentence(found)


@pytest.mark.parametrize("kind", [kind for kind in ImageKind if kind not in (ImageKind.AVIF, ImageKind.JPEG)])
def test_a_claim_within_the_limits_that_is_not_kept_is_damage(reader: ImageReader, kind: ImageKind) -> None:
    """The decoder of JPEG takes what lacks for grey, if only the end is marked."""
    found = problem(reader, claiming(5_000, 5_000, kind))
    assert found == Problem(Code.IMAGE_DAMAGED, {"path": "a", "format": kind.value})


@pytest.mark.parametrize(
    ("kind", "head", "at_end"),
    [
        (b"zTXt", b"Comment\0\0", False),
        (b"zTXt", b"Comment\0\0", True),
        (b"iTXt", b"Comment\0\1\0\0\0", False),
        (b"iCCP", b"Profile\0\0", False),
    ],
    ids=["text", "text at the end", "international text", "profile"],
)
def test_what_unpacks_to_far_more_is_not_unpacked(reader: ImageReader, kind: bytes, head: bytes, at_end: bool) -> None:
    bomb = with_chunk(kind, head + deflated_zeros(200), at_end=at_end)
    assert len(bomb) < 300_000
    assert problem(reader, bomb) == Problem(Code.IMAGE_DAMAGED, {"path": "a", "format": "png"})


def test_a_file_that_is_too_large_is_refused_at_once(reader: ImageReader, tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    *_, last = as_events(reader.take(path, "large.png", Cancel()))
    assert isinstance(last, Failed)
    assert last.problem == Problem(
        Code.IMAGE_LIMIT, {"path": str(path), "limit": "file_bytes", "value": MAX_FILE_BYTES}
    )
    assert "256 MB" in sentence(last.problem)


# ---- cut short, and something else than it seems ----------------------------------------------------------------


@pytest.mark.usefixtures("near_readers")
@pytest.mark.parametrize("kind", ImageKind)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_an_image_that_is_cut_short_is_damaged(reader: ImageReader, kind: ImageKind, part: float) -> None:
    whole = saved(noise(), kind)
    found = problem(reader, whole[: int(len(whole) * part)])
    assert found == Problem(Code.IMAGE_DAMAGED, {"path": "a", "format": kind.value})
    assert "damaged or incomplete" in sentence(found)


@pytest.mark.usefixtures("near_readers")
@pytest.mark.parametrize("name", ["pdf", "svg", "postscript", "pcx", "fits", "ppm", "heic", "zip"])
def test_what_is_no_image_of_a_known_kind_is_not_decoded_whatever_its_name(reader: ImageReader, name: str) -> None:
    found = problem(reader, STRANGERS[name], f"{name}.png")
    assert found == Problem(Code.IMAGE_UNKNOWN, {"path": f"{name}.png"})


def foreign() -> list[bytes]:
    """Sound files of kinds that Pillow knows and Octavo does not want."""
    files = []
    for kind in ("PPM", "PCX", "TGA", "ICO", "SGI", "DDS", "MSP", "SPIDER", "JPEG2000", "EPS", "PDF"):
        file = io.BytesIO()
        flag((32, 32)).convert({"MSP": "1", "SPIDER": "F"}.get(kind, "RGB")).save(file, kind)
        files.append(file.getvalue())
    return files


def test_what_other_decoders_would_take_and_what_hardly_began_is_refused(tmp_path: Path) -> None:
    begun = [SAMPLES[kind][:length] for kind in ImageKind for length in (1, 12, 40, 64)]
    outcomes = imprisoned(sandbox.probe(), tmp_path, [*foreign(), *begun])["outcomes"]
    assert set(outcomes[: -len(begun)]) == {Code.IMAGE_UNKNOWN.value}
    assert set(outcomes[-len(begun) :]) == {Code.IMAGE_UNKNOWN.value, Code.IMAGE_DAMAGED.value}


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("evil.sh", "rm -rf ~")
    return file.getvalue()


@pytest.mark.parametrize(
    "untrusted_bytes",
    [
        saved(flag(), ImageKind.PNG) + archive(),
        saved(flag(), ImageKind.JPEG, comment=b"<script>evil.sh</script>") + b"<html>evil.sh</html>",
        saved(flag(), ImageKind.GIF, comment=b"*/evil.sh()/*") + b";evil.sh",
        saved(flag(), ImageKind.BMP) + b"%PDF-1.7 evil.sh",
    ],
    ids=["png and zip", "jpeg and page", "gif and script", "bmp and pdf"],
)
def test_of_a_file_that_is_two_things_only_the_image_is_kept(reader: ImageReader, untrusted_bytes: bytes) -> None:
    image = taken(reader, untrusted_bytes)
    assert b"evil.sh" in untrusted_bytes
    assert b"evil.sh" not in image.png
    assert shown(image).size == flag().size


def test_a_script_that_begins_like_an_image_is_none(reader: ImageReader) -> None:
    assert problem(reader, b"GIF89a=1;/*" + b"*/evil.sh();" * 50).code in FINDINGS


# ---- changed at random -----------------------------------------------------------------------------------------


def mutants(kind: ImageKind) -> list[bytes]:
    """Half of them with some bytes changed anywhere, half in the beginning, where sizes and tables are."""
    chance = random.Random(kind.value)
    original = saved(noise((24, 16)), kind)
    found = []
    for number in range(MUTANTS):
        mutant = bytearray(original)
        reach = len(mutant) if number % 2 else min(len(mutant), 200)
        for _ in range(chance.choice((1, 2, 8, 32))):
            mutant[chance.randrange(4, reach)] = chance.choice((0, 0xFF, 0x7F, 0x80, chance.randrange(256)))
        found.append(bytes(mutant))
    return found


@pytest.mark.parametrize("kind", ImageKind)
def test_what_was_changed_at_random_is_an_image_or_a_finding(reader: ImageReader, kind: ImageKind) -> None:
    for mutant in mutants(kind)[:TAKEN]:
        last = ending(reader, mutant)
        assert not isinstance(last, Cancelled)
        assert isinstance(last, Done) or last.problem.code in FINDINGS | {Code.READER_CRASHED}


def test_many_that_were_changed_at_random_are_images_or_findings(tmp_path: Path) -> None:
    files = [mutant for kind in ImageKind for mutant in mutants(kind)[TAKEN:]]
    outcomes = imprisoned(sandbox.probe(), tmp_path, files)["outcomes"]
    counted = Counter(outcomes)
    assert len(outcomes) == len(ImageKind) * (MUTANTS - TAKEN)
    assert set(counted) <= {"decoded", *(code.value for code in FINDINGS)}
    assert counted["decoded"] > 20
    assert counted[Code.IMAGE_DAMAGED.value] > 100


# ---- locked in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", Step)
def test_the_sandbox_holds_around_the_decoders_and_they_work_in_it(step: Step, tmp_path: Path) -> None:
    if not sandbox.offers(step):
        pytest.skip(f"this system does not offer {step.value}: not installed, or forbidden")
    names = () if step is Step.RLIMITS else ESCAPES
    sound = [*SAMPLES.values(), *variants()]
    told = imprisoned(step, tmp_path, [*sound, *STRANGERS.values()], *names)
    assert told.pop("step") == step
    assert told.pop("threads_before") == 1, "Landlock would not hold for a thread that runs already"
    assert told.pop("outcomes") == ["decoded"] * len(sound) + [Code.IMAGE_UNKNOWN.value] * len(STRANGERS)
    if step is Step.BUBBLEWRAP and str(told.get("home")).startswith("done"):
        told["home"] = "ENOENT"  # the way to this program, as tests/isolation shows
    assert {name: how for name, how in told.items() if how not in {"EPERM", "EACCES", "ENOENT"}} == {}
