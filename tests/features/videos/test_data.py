"""Which frames are chosen, and what they are called."""

from __future__ import annotations

import pytest

from app.features.videos.data import OPENING, Moment, Video, evenly_spaced, frame_name, scene_changes


def video(duration_s: float, *moments: tuple[float, float], complete: bool = False) -> Video:
    return Video("clip.mp4", duration_s, 64, 48, tuple(Moment(*moment) for moment in moments), complete)


HOUR = video(3600.0, (0.0, OPENING), (600.0, 0.3), (1200.0, 0.5), (1200.3, 0.4), (3000.0, 0.005))


def test_even_times_are_the_middles_of_equal_parts() -> None:
    assert evenly_spaced(HOUR, 4) == (450.0, 1350.0, 2250.0, 3150.0)
    assert evenly_spaced(HOUR, 1) == (1800.0,)


def test_even_times_name_a_frame_once() -> None:
    slides = video(60.0, (0.0, OPENING), (20.0, 0.2), (50.0, 0.2), complete=True)
    assert evenly_spaced(slides, 3) == (0.0, 20.0, 50.0)
    assert evenly_spaced(slides, 20) == (0.0, 20.0, 50.0)
    assert evenly_spaced(video(0.1, (0.0, OPENING), complete=True), 8) == (0.0,)


def test_the_strongest_scenes_are_chosen_in_the_order_of_time() -> None:
    assert scene_changes(HOUR, 1) == (0.0,)
    assert scene_changes(HOUR, 2) == (0.0, 1200.0)
    assert scene_changes(HOUR, 3) == (0.0, 600.0, 1200.0)


def test_neither_a_flash_nor_noise_is_a_scene() -> None:
    assert scene_changes(HOUR, 20) == (0.0, 600.0, 1200.0)


def test_the_first_scene_begins_where_something_is_seen() -> None:
    dark = video(100.0, (0.0, 0.0), (2.0, OPENING), (50.0, 0.9))
    assert scene_changes(dark, 1) == (2.0,)
    assert scene_changes(dark, 9) == (2.0, 50.0)
    assert scene_changes(video(9.0, (0.0, 0.0)), 3) == (0.0,)


def test_short_videos_have_short_scenes() -> None:
    short = video(1.0, (0.0, OPENING), (0.3, 0.5), (0.6, 0.5))
    assert scene_changes(short, 3) == (0.0, 0.3, 0.6)


@pytest.mark.parametrize(
    ("time_s", "others", "name"),
    [
        (0.0, (), "clip.mp4, 0:00"),
        (83.97, (), "clip.mp4, 1:23"),
        (83.97, (84.0,), "clip.mp4, 1:23"),
        (83.97, (83.2,), "clip.mp4, 1:23.9"),
        (83.97, (83.95,), "clip.mp4, 1:23.97"),
        (0.7, (0.6,), "clip.mp4, 0:00.7"),
        (3_600.0, (), "clip.mp4, 1:00:00"),
        (36_061.5, (36_061.0,), "clip.mp4, 10:01:01.5"),
    ],
)
def test_a_frame_is_named_after_its_time(time_s: float, others: tuple[float, ...], name: str) -> None:
    assert frame_name("clip.mp4", time_s, (time_s, *others)) == name
    assert frame_name("clip.mp4", time_s, (*others, time_s, time_s)) == name
