"""Videos that mean harm: each costs a process that has nothing to lose, and the person reads a sentence."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.core.errors import Code, Problem
from app.core.work import Cancel
from app.features.videos.reading.kinds import VideoKind
from app.features.videos.reading.protocol import MAX_PIXELS
from app.features.videos.reading.reader import VideoReader
from app.isolation import sandbox
from app.isolation.sandbox import Step
from app.ui.kit.jobs import Done, Failed
from app.wording.errors import sentence
from tests.endings import as_events
from tests.features.videos.reading.films import MADE, drawing, film, frames, number_of, problem
from tests.features.videos.reading.prison import imprisoned, outcomes

ESCAPES = ("tcp", "udp", "unix", "home", "secret", "create", "rename", "fork", "thread", "program", "signal")
FINDINGS = {
    Code.VIDEO_UNKNOWN,
    Code.VIDEO_EMPTY,
    Code.VIDEO_CODEC,
    Code.VIDEO_DAMAGED,
    Code.VIDEO_LIMIT,
    Code.READER_OUT_OF_MEMORY,
}
MUTANTS = 50
TAKEN = 2
"""So many mutants of each kind go the whole way, through a process each; the others share one."""


@cache
def small(kind: VideoKind) -> bytes:
    return film(*MADE[kind], frames=[drawing(number) for number in range(6)], key_every=3)


@pytest.fixture(scope="module")
def reader() -> Iterator[VideoReader]:
    reader = VideoReader()
    yield reader
    reader.close()


def saved(folder: Path, untrusted_bytes: bytes, name: str = "clip.mp4") -> Path:
    path = folder / name
    path.write_bytes(untrusted_bytes)
    return path


# ---- something else than it seems ------------------------------------------------------------------------------

PLAYLISTS = {
    "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{path}\n#EXT-X-ENDLIST\n",
    "concat": b"ffconcat version 1.0\nfile '{path}'\n",
    "dash": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{path}</BaseURL></MPD>',
    "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    "text": b"This is no video.",
    "image": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_under_a_videos_name_opens_nothing(reader: VideoReader, tmp_path: Path, name: str) -> None:
    other = saved(tmp_path, small(VideoKind.MP4), "other.mp4")
    path = saved(tmp_path, PLAYLISTS[name].replace(b"{path}", bytes(other)))
    found = problem(reader, path)
    assert found == Problem(Code.VIDEO_UNKNOWN, {"path": str(path)})


def test_a_playlist_behind_a_videos_beginning_opens_nothing(tmp_path: Path) -> None:
    heads = [small(kind)[:length] + PLAYLISTS["hls"] for kind in VideoKind for length in (16, 64, 512)]
    assert set(outcomes(sandbox.probe(), tmp_path, heads)) <= {"decoded", *(code.value for code in FINDINGS)}


def referring(target: bytes) -> bytes:
    """An MP4 whose pictures are said to lie in another file (ISO/IEC 14496-12, 8.7.2)."""
    whole = film("mp4", "mpeg4")
    entry = whole.index(b"url \0\0\0\1") - 4  # of the data reference box: "in this very file"
    named = target + b"\0" * (8 - len(target) % 8)
    box = (12 + len(named)).to_bytes(4) + b"url \0\0\0\0" + named
    grown = whole[:entry] + box + whole[entry + 12 :]
    for name in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        place = grown.index(name) - 4
        size = int.from_bytes(grown[place : place + 4]) + len(box) - 12
        grown = grown[:place] + size.to_bytes(4) + grown[place + 4 :]
    return grown


def test_a_video_that_lies_in_another_file_is_not_fetched_from_there(reader: VideoReader, tmp_path: Path) -> None:
    other = saved(tmp_path, film("mp4", "mpeg4", frames=[drawing(200)] * 24), "other.mp4")
    path = saved(tmp_path, referring(b"file://" + str(other).encode()))
    *_, last = as_events(reader.survey(path, Cancel()))
    if isinstance(last, Done):
        assert {number_of(raster) for raster in frames(reader, path, (0.0, 1.0, 2.0))} == {0, 10, 20}
    else:
        assert isinstance(last, Failed)
        assert last.problem.code is Code.VIDEO_DAMAGED


# ---- too large -------------------------------------------------------------------------------------------------


def claiming(kind: VideoKind, width: int, height: int) -> bytes:
    """A video whose header says that it is larger than it is."""
    whole = bytearray(small(kind))
    match kind:
        case VideoKind.MP4:
            place = whole.index(b"avc1") + 4 + 24  # ISO/IEC 14496-12, 12.1.3
            whole[place : place + 4] = width.to_bytes(2) + height.to_bytes(2)
        case VideoKind.AVI:
            place = whole.index(b"strf") + 8 + 4
            whole[place : place + 8] = width.to_bytes(4, "little") + height.to_bytes(4, "little")
            place = whole.index(b"avih") + 8 + 32
            whole[place : place + 8] = width.to_bytes(4, "little") + height.to_bytes(4, "little")
    return bytes(whole)


@pytest.mark.parametrize(
    ("kind", "width", "height"), [(VideoKind.MP4, 65_535, 65_535), (VideoKind.AVI, 20_000, 20_000)]
)
def test_a_header_that_lies_about_the_size_costs_nothing(
    reader: VideoReader, tmp_path: Path, kind: VideoKind, width: int, height: int
) -> None:
    """The decoders believe their own header, where they have one."""
    *_, last = as_events(reader.survey(saved(tmp_path, claiming(kind, width, height)), Cancel()))
    if isinstance(last, Done):
        assert (last.result.width, last.result.height) == (128, 96)
    else:
        assert isinstance(last, Failed)
        assert last.problem.code in (Code.VIDEO_LIMIT, Code.VIDEO_DAMAGED)


def test_frames_beyond_the_limit_are_refused(reader: VideoReader, tmp_path: Path) -> None:
    whole = bytearray(film("avi", "rawvideo", frames=[drawing(1)], pixel_format="bgr24"))
    for place in (whole.index(b"strf") + 8 + 4, whole.index(b"avih") + 8 + 32):
        whole[place : place + 8] = (10_000).to_bytes(4, "little") * 2
    path = saved(tmp_path, bytes(whole))
    found = problem(reader, path)
    assert found == Problem(Code.VIDEO_LIMIT, {"path": str(path), "limit": "pixels", "value": MAX_PIXELS})
    assert "each frame contains more than 35,389,440 pixels" in sentence(found)


# ---- cut short and changed at random ---------------------------------------------------------------------------


def mutants(kind: VideoKind) -> list[bytes]:
    """Half of them with some bytes changed anywhere, half in the beginning, where sizes and tables are."""
    chance = random.Random(kind.value)
    original = small(kind)
    found = []
    for number in range(MUTANTS):
        mutant = bytearray(original)
        reach = len(mutant) if number % 2 else min(len(mutant), 600)
        for _ in range(chance.choice((1, 2, 8, 32))):
            mutant[chance.randrange(16, reach)] = chance.choice((0, 0xFF, 0x7F, 0x80, chance.randrange(256)))
        found.append(bytes(mutant))
    return found


@pytest.mark.parametrize("kind", VideoKind)
def test_what_was_changed_at_random_is_a_video_or_a_finding(
    reader: VideoReader, tmp_path: Path, kind: VideoKind
) -> None:
    for mutant in mutants(kind)[:TAKEN]:
        *_, last = as_events(reader.survey(saved(tmp_path, mutant), Cancel()))
        assert isinstance(last, Done) or (isinstance(last, Failed) and last.problem.code in FINDINGS)


@pytest.mark.parametrize("kind", VideoKind)
def test_many_that_were_changed_or_cut_are_videos_or_findings(tmp_path: Path, kind: VideoKind) -> None:
    whole = small(kind)
    cut = [
        whole[:length] for length in (1, 4, 12, 40, 64, 188, 200, 512, *(len(whole) * part // 8 for part in range(8)))
    ]
    counted = Counter(outcomes(sandbox.probe(), tmp_path, [*mutants(kind), *cut]))
    assert counted.total() == MUTANTS + len(cut)
    assert set(counted) <= {"decoded", *(code.value for code in FINDINGS)}
    assert counted["decoded"] > 5


# ---- locked in -------------------------------------------------------------------------------------------------


def variants() -> list[bytes]:
    """Videos that lead FFmpeg through most of it: what it loads late would be missing behind the lock."""
    short = [drawing(number) for number in range(4)]
    made = [
        ("mp4", "libx265", "yuv420p10le"),
        ("mp4", "libsvtav1", "yuv420p"),
        ("webm", "libvpx", "yuv420p"),
        ("mp4", "libvpx-vp9", "yuv420p"),
        ("mov", "mjpeg", "yuvj420p"),
        ("mov", "prores_ks", "yuv422p10le"),
        ("mov", "png", "rgb24"),
        ("matroska", "ffv1", "yuv420p"),
        ("matroska", "libx264", "yuv444p"),
        ("mp4", "mpeg4", "yuv420p"),
    ]
    return [film(container, codec, frames=short, pixel_format=kind) for container, codec, kind in made]


@pytest.mark.parametrize("step", Step)
def test_the_sandbox_holds_around_the_decoders_and_they_work_in_it(step: Step, tmp_path: Path) -> None:
    if not sandbox.offers(step):
        pytest.skip(f"this system does not offer {step.value}: not installed, or forbidden")
    names = () if step is Step.RLIMITS else ESCAPES
    sound = [*map(small, VideoKind), *variants()]
    told = imprisoned(step, tmp_path, [*sound, *PLAYLISTS.values()], *names)
    assert told.pop("step") == step
    assert told.pop("threads_before") == 1, "Landlock would not hold for a thread that runs already"
    assert told.pop("outcomes") == ["decoded"] * len(sound) + [Code.VIDEO_UNKNOWN.value] * len(PLAYLISTS)
    if step is Step.BUBBLEWRAP and str(told.get("home")).startswith("done"):
        told["home"] = "ENOENT"  # the way to this program, as tests/isolation shows
    assert {name: how for name, how in told.items() if how not in {"EPERM", "EACCES", "ENOENT"}} == {}
