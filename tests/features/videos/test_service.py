"""Frames of a video become images as any other, and nothing stays when they are taken or given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from app.core.conversations.conversation import Question
from app.core.conversations.events import Opening
from app.core.conversations.image import Image
from app.core.errors import Code
from app.core.work import Cancel
from app.features.videos.data import Video, evenly_spaced
from app.features.videos.reading.protocol import PREVIEW_SIDE
from app.features.videos.service import Videos, videos_of
from app.ui.kit.jobs import Cancelled, Done, Failed
from tests.endings import as_events
from tests.features.videos.reading.films import HEIGHT, drawing, film, number_of
from tests.ui.fakes import SCOUT, FakeDesk, open_desk
from tests.work import answered


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


@pytest.fixture
def videos(fake: FakeDesk) -> Iterator[Videos]:
    made = videos_of(fake.desk)
    yield made
    made.close()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.webm"
    path.write_bytes(film("webm", "libvpx", rate=1, key_every=100))
    return path


def opened(videos: Videos, path: Path) -> Video:
    *before, last = as_events(videos.open(path, Cancel()))
    assert all(isinstance(event, Opening) for event in before)
    assert isinstance(last, Done), last
    return last.result


def children() -> int:
    return len(psutil.Process().children())


def test_frames_are_taken_as_images_named_after_their_time(fake: FakeDesk, videos: Videos, clip: Path) -> None:
    video = opened(videos, clip)
    times = evenly_spaced(video, 3)
    *_, last = as_events(videos.take(clip, video, times, Cancel()))
    assert isinstance(last, Done)
    images: tuple[Image, ...] = last.result
    assert [image.ref.untrusted_name for image in images] == [f"clip.webm, 0:{at:02}" for at in (4, 12, 20)]
    assert {(image.ref.width, image.ref.height) for image in images} == {(video.width, video.height)}
    assert [number_of(fake.desk.documents.images.raster(image, 4096)) for image in images] == [4, 12, 20]


def test_what_is_taken_or_released_leaves_no_process(videos: Videos, clip: Path) -> None:
    before = children()
    video = opened(videos, clip)
    assert children() == before + 1
    videos.release()
    assert children() == before
    list(as_events(videos.take(clip, video, (0.0,), Cancel())))
    assert children() == before


def test_previews_are_small_and_in_the_order_that_was_asked_for(videos: Videos, tmp_path: Path) -> None:
    path = tmp_path / "wide.mp4"
    path.write_bytes(film("mp4", "mpeg4", frames=[drawing(number).repeat(5, 1) for number in range(4)]))
    opened(videos, path)
    *_, last = as_events(videos.previews(path, (0.3, 0.0, 0.1), Cancel()))
    assert isinstance(last, Done)
    assert {(raster.width, raster.height) for raster in last.result} == {(PREVIEW_SIDE, HEIGHT // 2)}
    assert [number_of(raster) for raster in last.result] == [3, 0, 1]


def test_giving_up_while_frames_are_taken_gives_none(videos: Videos, clip: Path) -> None:
    video, cancel = opened(videos, clip), Cancel()
    events = []
    for event in as_events(videos.take(clip, video, (0.0, 1.0, 2.0), cancel)):
        events.append(event)
        cancel.request()
    assert events[-1] == Cancelled()
    assert not any(isinstance(event, Done) for event in events)


def test_a_video_that_changed_is_not_taken(videos: Videos, clip: Path) -> None:
    video = opened(videos, clip)
    clip.write_bytes(film("webm", "libvpx"))
    for events in (
        as_events(videos.take(clip, video, (0.0,), Cancel())),
        as_events(videos.previews(clip, (0.0,), Cancel())),
    ):
        *_, last = events
        assert isinstance(last, Failed)
        assert last.problem.code is Code.VIDEO_CHANGED


def test_what_a_frame_takes_of_the_context_is_told(fake: FakeDesk, videos: Videos, clip: Path) -> None:
    video = opened(videos, clip)
    assert videos.tokens(video) is None
    talk = fake.desk.conversations.create().id
    answered(fake.desk.asking.ask.ask(Question(talk, "Which model answers?"), Cancel()))  # loads one
    (expected,) = fake.engine.image_tokens([(video.width, video.height)])
    assert videos.tokens(video) == expected
    fake.engine.info = msgspec.structs.replace(SCOUT, vision=None)
    assert videos.tokens(video) is None
