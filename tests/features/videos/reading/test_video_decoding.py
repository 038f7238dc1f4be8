"""Frames at their times: of every container and codec, however they are turned, timed, coloured or cut."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from app.core.errors import AppError, Code
from app.features.videos.data import OPENING, Video, evenly_spaced, scene_changes
from app.features.videos.reading import container, pictures, survey
from app.features.videos.reading.decoding import OpenVideo
from app.features.videos.reading.kinds import VideoKind
from app.features.videos.reading.protocol import MAX_MOMENTS, VideoSurveyed
from tests.features.videos.reading.films import (
    HEIGHT,
    MADE,
    RATE,
    WIDTH,
    drawing,
    film,
    look_through,
    number_of,
    numbers,
    opened,
)

CODECS = {
    "h264 with b-frames": partial(film, "mp4", "libx264", options={"preset": "medium", "tune": "animation", "bf": "3"}),
    "h264 in avi": partial(film, "avi", "libx264", options={"preset": "medium", "tune": "animation", "bf": "3"}),
    "h264, intra refresh": partial(film, "mpegts", "libx264", options={"intra-refresh": "1"}),
    "hevc": partial(film, "mp4", "libx265"),
    "hevc, 10 bits": partial(film, "matroska", "libx265", pixel_format="yuv420p10le"),
    "vp8": partial(film, "webm", "libvpx"),
    "vp9 in mp4": partial(film, "mp4", "libvpx-vp9"),
    "av1": partial(film, "mp4", "libsvtav1"),
    "av1 in webm, 10 bits": partial(film, "webm", "libsvtav1", pixel_format="yuv420p10le"),
    "mpeg-4": partial(film, "mp4", "mpeg4"),
    "mpeg-4 with b-frames in avi": partial(film, "avi", "mpeg4", options={"bf": "2"}),
    "motion jpeg": partial(film, "mov", "mjpeg", pixel_format="yuvj420p"),
    "prores": partial(film, "mov", "prores_ks", pixel_format="yuv422p10le"),
    "in fragments": partial(film, "mp4", "libx264", muxing={"movflags": "frag_keyframe+empty_moov"}),
}
FILMS = CODECS | {kind.value: partial(film, *made) for kind, made in MADE.items()}
FRAMES = 24


@cache
def film_of(name: str) -> bytes:
    """Made by the first test that asks for it."""
    return FILMS[name]()


def video_of(found: VideoSurveyed) -> Video:
    return Video("clip", found.duration_s, found.width, found.height, found.moments, found.complete)


def times_of(found: VideoSurveyed) -> list[float]:
    return [moment.time_s for moment in found.moments]


@pytest.fixture
def by_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no video be short enough to be decoded whole."""
    monkeypatch.setattr(survey, "WHOLE_PIXELS", 0)
    monkeypatch.setattr(survey, "WHOLE_BYTES", 0)


# ---- containers and codecs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILMS)
def test_every_frame_is_found_at_its_time(name: str) -> None:
    with opened(film_of(name)) as video:
        found = look_through(video)
        assert (found.width, found.height, found.complete) == (WIDTH, HEIGHT, True)
        assert times_of(found) == pytest.approx([number / RATE for number in range(FRAMES)], abs=0.002)
        assert found.duration_s == pytest.approx(FRAMES / RATE, abs=0.002)
        assert numbers(video, times_of(found)) == list(range(FRAMES))
        assert numbers(video, reversed(times_of(found))) == list(range(FRAMES))[::-1]


@pytest.mark.parametrize("name", FILMS)
def test_any_time_shows_the_frame_that_is_seen_then(name: str) -> None:
    with opened(film_of(name)) as video:
        assert numbers(video, (1.94, 0.02, 2.33, 1.14, 0.0, 99.0, 1.22)) == [19, 0, 23, 11, 0, 23, 12]


# ---- time ------------------------------------------------------------------------------------------------------


def late(number: int) -> int:
    """Variable, and not beginning at 0."""
    return 500 + 10 * number * number


@pytest.mark.parametrize(("container", "codec"), [("matroska", "libx264"), ("mp4", "libx264"), ("webm", "libvpx-vp9")])
def test_times_count_from_the_first_frame_and_may_vary(container: str, codec: str) -> None:
    with opened(film(container, codec, times=late)) as video:
        found = look_through(video)
        assert times_of(found) == pytest.approx([(late(number) - 500) / 1000 for number in range(FRAMES)], abs=0.002)
        assert numbers(video, (5.2, 0.2, 0.0)) == [22, 4, 0]


def test_a_live_recording_that_does_not_tell_its_length_is_looked_through() -> None:
    with opened(film("webm", "libvpx", muxing={"live": "1"})) as video:
        assert video.claimed_s == 0.0
        found = look_through(video)
        assert found.duration_s == pytest.approx(FRAMES / RATE)
        assert numbers(video, (2.25, 0.35)) == [22, 3]


@pytest.mark.usefixtures("by_keys")
def test_a_long_live_recording_is_looked_through_by_its_key_frames() -> None:
    with opened(film("webm", "libvpx", muxing={"live": "1"})) as video:
        assert times_of(look_through(video)) == pytest.approx([0.0, 1.6])


@pytest.mark.parametrize("kind", [kind for kind in VideoKind if kind not in (VideoKind.MPEG_PS, VideoKind.ASF)])
@pytest.mark.usefixtures("by_keys")
def test_of_a_long_video_key_frames_are_moments(kind: VideoKind) -> None:
    pictures_of_scenes = (drawing(number, number // 48) for number in range(192))
    with opened(film(*MADE[kind], frames=pictures_of_scenes, key_every=16)) as video:
        found = look_through(video)
        assert found.duration_s == pytest.approx(19.2)
        assert not found.complete
        assert {round(10 * time_s) for time_s in times_of(found)} <= set(range(0, 192, 16))
        assert scene_changes(video_of(found), 4) == pytest.approx((0.0, 4.8, 9.6, 14.4))
        assert numbers(video, scene_changes(video_of(found), 4)) == [0, 48, 96, 144]


@pytest.mark.usefixtures("by_keys")
def test_where_key_frames_are_too_rare_all_frames_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "FEW_S", 0.5)
    with opened(film("matroska", "libvpx", key_every=100)) as video:
        assert len(look_through(video).moments) == FRAMES


@pytest.mark.usefixtures("by_keys")
def test_of_a_video_that_is_longer_still_fewer_key_frames_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "FEW_S", 1.0)
    monkeypatch.setattr(survey, "MAX_MOMENTS", 4)
    with opened(film(frames=(drawing(number) for number in range(192)), key_every=16)) as video:
        found = look_through(video)
        assert len(found.moments) <= 4
        assert {round(10 * time_s) % 16 for time_s in times_of(found)} == {0}
        assert found.duration_s == pytest.approx(19.2)


def test_a_survey_that_takes_too_long_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "LONGEST_S", -1.0)
    with opened(film_of("hevc")) as video:
        found = look_through(video)
        assert (len(found.moments), found.complete) == (1, False)
        assert found.duration_s == pytest.approx(FRAMES / RATE)
        assert numbers(video, evenly_spaced(video_of(found), 3)) == [4, 12, 20]


def test_moments_are_bounded_and_the_strongest_stay() -> None:
    small = [drawing(0, number // 100)[::8, ::8] for number in range(MAX_MOMENTS + 100)]
    with opened(film("avi", "mpeg4", frames=small, key_every=100)) as video:
        found = look_through(video)
        assert (len(found.moments), found.complete) == (MAX_MOMENTS, False)
        assert scene_changes(video_of(found), 7) == pytest.approx([10.0 * number for number in range(7)])


# ---- scenes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_cuts_are_found_exactly(codec: str) -> None:
    cuts = [0, 9, 17, 40]
    shots = [drawing(number % 4, sum(number >= cut for cut in cuts)) for number in range(48)]
    with opened(film("mp4", codec, frames=shots, key_every=50)) as video:
        found = video_of(look_through(video))
    assert scene_changes(found, 4) == pytest.approx([cut / RATE for cut in cuts])


def test_movement_is_no_cut() -> None:
    """A camera that turns over a landscape, then another landscape."""
    wide = np.random.default_rng(5).integers(0, 256, (6, 40, 3), np.uint8)
    landscapes = [np.kron(np.roll(wide, turn, 1), np.ones((16, 16, 1), np.uint8)) for turn in (0, 20)]
    shots = [landscapes[number >= 15][:, 8 * number :][:, :WIDTH] for number in range(30)]
    with opened(film("mp4", frames=[np.ascontiguousarray(shot) for shot in shots])) as video:
        found = look_through(video)
    strongest = max(found.moments[1:], key=lambda moment: moment.change)
    assert strongest.time_s == pytest.approx(1.5)
    assert all(moment.change < strongest.change / 4 for moment in found.moments[1:] if moment is not strongest)


def test_a_scene_does_not_begin_with_black() -> None:
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    shots = [black] * 5 + [drawing(1, 1)] * 10 + [black] * 5 + [drawing(2, 2)] * 10
    with opened(film("mp4", frames=shots)) as video:
        found = look_through(video)
    assert [moment.time_s for moment in found.moments if moment.change >= OPENING] == pytest.approx([0.5])
    assert scene_changes(video_of(found), 5) == pytest.approx([0.5, 2.0])


# ---- upright, and as wide as it is high ------------------------------------------------------------------------


def frame_of(trusted_bytes: bytes, side: int = 4096) -> np.ndarray[Any, Any]:
    with opened(trusted_bytes) as video:
        raster = video.raster(0.0, side)
    return np.frombuffer(raster.rgb, np.uint8).reshape(raster.height, raster.width, 3)


TURNS: dict[str, tuple[Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]], float, bool, bool]] = {
    "a quarter to the right": (lambda upright: np.rot90(upright, -1), 90, False, False),
    "upside down": (lambda upright: np.rot90(upright, 2), 180, False, False),
    "a quarter to the left": (lambda upright: np.rot90(upright, 1), -90, False, False),
    "mirrored": (lambda upright: upright[:, ::-1], 0, True, False),
    "upside down and mirrored": (lambda upright: upright[::-1], 0, False, True),
}


@pytest.mark.parametrize("name", TURNS)
@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_frames_are_turned_upright(name: str, container: str) -> None:
    turn, degrees, mirrored, flipped = TURNS[name]
    stored = np.ascontiguousarray(turn(drawing(37, 1)))
    trusted_bytes = film(
        container,
        frames=[stored] * 2,
        pixel_format="yuv444p",
        change=lambda stream: stream.set_display_rotation(degrees, mirrored, flipped),
    )
    with opened(trusted_bytes) as video:
        if not mirrored and not flipped:  # FFmpeg's own word on what is stored in the file
            assert abs(video.first.picture.rotation) == abs(degrees)
            assert abs(degrees) == 180 or video.first.picture.rotation == degrees
        assert video.painter.size == (WIDTH, HEIGHT)
        raster = video.raster(0.0, 4096)
    assert number_of(raster) == 37
    shown = np.frombuffer(raster.rgb, np.uint8).reshape(HEIGHT, WIDTH, 3)
    assert np.abs(shown.astype(int) - drawing(37, 1)).mean() < 8


@pytest.mark.parametrize(
    ("aspect", "size"), [("4/3", (171, 96)), ("1/2", (128, 192)), ("1/1", (128, 96)), ("100/1", (128, 96))]
)
def test_pixels_become_square(aspect: str, size: tuple[int, int]) -> None:
    def widen(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(aspect)

    with opened(film("matroska", "mpeg4", change=widen)) as video:
        found = look_through(video)
        assert (found.width, found.height) == size
        assert numbers(video, (0.55,)) == [5]


def test_large_frames_are_reduced_and_small_ones_are_not_enlarged() -> None:
    large = np.kron(drawing(11), np.ones((1, 40, 1), np.uint8))
    with opened(film("mp4", "mpeg4", frames=[large] * 2)) as video:
        assert video.painter.size == (4096, 77)
        assert number_of(video.raster(0.0, 4096)) == 11
        preview = video.raster(0.0, 320)
        assert (preview.width, preview.height, number_of(preview)) == (320, 6, 11)
    assert frame_of(film_of("mp4"), 320).shape == (HEIGHT, WIDTH, 3)


def test_frames_of_another_size_within_a_video_keep_their_proportions() -> None:
    flat = [np.ascontiguousarray(drawing(number)[: HEIGHT // 2]) for number in (3, 4)]
    joined = film("mpegts", frames=[drawing(1), drawing(2)])
    joined += film("mpegts", frames=flat, times=lambda number: 1000 + 100 * number)
    with opened(joined) as video:
        raster = video.raster(1.15, 4096)
        assert (raster.width, raster.height) == (WIDTH, HEIGHT)
    rows = np.frombuffer(raster.rgb, np.uint8).reshape(HEIGHT, WIDTH, 3).mean((1, 2))
    assert np.max(rows[: HEIGHT // 4]) < 3
    assert np.min(rows[HEIGHT // 4 + 4 : HEIGHT * 3 // 4 - 4]) > 40
    assert np.max(rows[HEIGHT * 3 // 4 :]) < 3


# ---- colours ---------------------------------------------------------------------------------------------------

COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 120, 40), (255, 255, 255), (0, 0, 0), (128, 128, 128))
LUMA = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
"""Weights of red and blue by matrix, as ISO/IEC 23091-2, table 4 numbers them."""


def coloured(matrix: int, full: bool, height: int, tagged: bool) -> bytes:
    """COLOURS beside each other, turned into YCbCr here rather than by FFmpeg (ISO/IEC 23091-2, 8.3)."""
    rgb = np.repeat(np.array(COLOURS, float)[None], height, 0).repeat(16, 1) / 255
    red, blue = LUMA[matrix]
    luma = rgb @ np.array([red, 1 - red - blue, blue])
    planes = (luma, (rgb[..., 2] - luma) / (2 - 2 * blue), (rgb[..., 0] - luma) / (2 - 2 * red))
    low, height_of_luma, height_of_chroma = (0, 255, 255) if full else (16, 219, 224)
    scaled = (low + height_of_luma * planes[0], *(128 + height_of_chroma * plane for plane in planes[1:]))
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as out:
        stream = out.add_stream("ffv1", rate=RATE)
        stream.height, stream.width = luma.shape
        stream.pix_fmt = "yuv444p"
        stream.codec_context.thread_count = 1
        frame = av.VideoFrame.from_ndarray(np.stack(scaled).round().clip(0, 255).astype(np.uint8), format="yuv444p")
        if tagged:
            frame.colorspace = stream.codec_context.colorspace = matrix
            frame.color_range = stream.codec_context.color_range = 2 if full else 1
        frame.pts = 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    ("matrix", "full", "height", "tagged"),
    [(matrix, full, 32, True) for matrix in LUMA for full in (False, True)]
    + [(6, False, 480, False), (1, False, 720, False)],
)
def test_colours_are_those_that_were_filmed(matrix: int, full: bool, height: int, tagged: bool) -> None:
    shown = frame_of(coloured(matrix, full, height, tagged))[height // 2, 8::16].astype(int)
    assert np.abs(shown - np.array(COLOURS)).max() <= 2


@pytest.mark.parametrize(
    ("container", "codec", "pixel_format"),
    [
        ("avi", "rawvideo", "bgr24"),
        ("matroska", "ffv1", "bgr0"),
        ("mov", "png", "rgb24"),
        ("mp4", "libx264rgb", "rgb24"),
    ],
)
def test_what_is_stored_as_rgb_stays_as_it_is(container: str, codec: str, pixel_format: str) -> None:
    fields = np.repeat(np.array(COLOURS, np.uint8)[None], 32, 0).repeat(16, 1)
    shown = frame_of(film(container, codec, frames=[fields], pixel_format=pixel_format, options={"qp": "0"}))
    assert np.abs(shown.astype(int) - fields).max() <= 1


@pytest.mark.parametrize(
    ("transfer", "signal", "expected"),
    [
        (16, 0.0, 0),
        (16, 0.508, 189),  # 100 cd/m2, the white of old displays
        (16, 0.5807, 215),  # 203 cd/m2, the white of text
        (16, 0.7518, 255),  # 1,000 cd/m2
        (16, 1.0, 255),
        (18, 0.0, 0),
        (18, 0.75, 216),  # the white of text
        (18, 1.0, 255),
    ],
)
def test_high_dynamic_range_is_toned_down(transfer: int, signal: float, expected: int) -> None:
    def tag(stream: Any) -> None:
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace, context.color_range = transfer, 9, 9, 1

    grey = np.full((HEIGHT, WIDTH, 3), round(signal * 65_535), np.uint16)
    shown = frame_of(film("matroska", "ffv1", frames=[grey], pixel_format="yuv444p10le", change=tag))
    assert np.abs(shown.astype(int) - expected).max() <= 2


def test_colours_beyond_the_standard_ones_come_out_near() -> None:
    red, grey = np.array([[[40_000, 0, 0]]], np.uint16), np.array([[[30_000] * 3]], np.uint16)
    shown = pictures.toned_down(np.concatenate([red, grey], 1), pictures.CURVES[16])[0]
    assert shown[0, 0] > 180
    assert shown[0, 1:].max() == 0
    assert np.ptp(shown[1].astype(int)) <= 1


# ---- what is no video, or not all of one ------------------------------------------------------------------------


def sound(cover: bool) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        tone = out.add_stream("aac", rate=48_000)
        if cover:
            picture = out.add_stream("mjpeg", rate=1)
            picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
            picture.disposition = Disposition.attached_pic
            frame = av.VideoFrame.from_ndarray(drawing(3), format="rgb24").reformat(format="yuvj420p")
            frame.pts = 0
        for number in range(4):
            silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
            silence.sample_rate, silence.pts = 48_000, 1024 * number
            out.mux(tone.encode(silence))
        if cover:
            out.mux(picture.encode(frame))
            out.mux(picture.encode(None))
        out.mux(tone.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("cover", [False, True])
def test_sound_is_no_video_even_with_a_cover(cover: bool) -> None:
    with pytest.raises(AppError) as told, opened(sound(cover)):
        pass
    assert (told.value.code, told.value.params) == (Code.VIDEO_EMPTY, {"path": ""})


@pytest.mark.parametrize("name", ["matroska", "mpegts", "in fragments", "flv", "asf", "ogg", "avi"])
def test_of_a_video_that_is_cut_short_there_are_the_frames_that_came(name: str) -> None:
    whole = film_of(name)
    with opened(whole[: int(len(whole) * 0.9)]) as video:
        found = look_through(video)
        assert 4 <= len(found.moments) <= FRAMES
        assert found.duration_s == pytest.approx(found.moments[-1].time_s + 1 / RATE, abs=0.01)
        told = numbers(video, times_of(found))
        assert told[: len(told) - 3] == list(range(len(told) - 3))  # the last may show the damage


def test_an_mp4_without_its_end_has_no_index() -> None:
    with pytest.raises(AppError) as told, opened(film_of("mp4")[:3_000]):
        pass
    assert told.value.problem.params == {"path": "", "format": "mp4"}
    assert told.value.code is Code.VIDEO_DAMAGED


def test_an_unusual_codec_is_not_run() -> None:
    with pytest.raises(AppError) as told, opened(film("avi", "zmbv", pixel_format="bgr0")):
        pass
    assert (told.value.code, told.value.params) == (Code.VIDEO_CODEC, {"path": "", "codec": "zmbv"})


@pytest.mark.parametrize("title", [b"\xff\xfe\x80\x81\xc0\xc1zz", b"../../..", b"%n%n%n%n"])
def test_a_title_may_be_anything(title: bytes) -> None:
    def call(stream: Any) -> None:
        stream.metadata["title"] = "ABCDEFGH"

    named = film("matroska", change=call)
    assert b"ABCDEFGH" in named
    with opened(named.replace(b"ABCDEFGH", title)) as video:
        assert len(look_through(video).moments) == FRAMES


def test_a_disk_that_fails_is_not_called_a_damaged_video(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AppError) as told, container.as_problems(VideoKind.MP4):
        raise OSError(5, "Input/output error")
    assert told.value.code is Code.FILE_UNREADABLE


def test_all_that_is_decoded_in_one_process_is_found_again(tmp_path: Any) -> None:
    """A survey leaves the video as it was: frames after it, and a survey after frames, are the same."""
    with opened(film_of("hevc")) as video:
        first = look_through(video)
        before = numbers(video, (1.0, 0.5))
        assert look_through(video) == first
        assert numbers(video, (1.0, 0.5)) == before == [10, 5]
        assert isinstance(video, OpenVideo)
