"""Which files are videos, by their beginning and by their name."""

from __future__ import annotations

import pytest

from app.documents.images.kinds import kind_of as image_kind_of
from app.features.videos.reading.kinds import ENDINGS, HEAD_BYTES, VideoKind, is_video, kind_of
from tests.documents.images.gallery import SAMPLES
from tests.documents.images.test_kinds import STRANGERS
from tests.features.videos.reading.films import MADE, film

TS_WITH_TIMES = b"".join(b"\0\0\0\0\x47" + bytes(187) for _ in range(3))


@pytest.mark.parametrize("kind", VideoKind)
def test_a_container_is_known_by_its_beginning_whatever_its_name(kind: VideoKind) -> None:
    head = film(*MADE[kind])[:HEAD_BYTES]
    assert kind_of(head) is kind
    assert is_video("contract.pdf", head)
    assert image_kind_of(head) is None


def test_relatives_of_mp4_and_of_mpeg_ts_are_known() -> None:
    for head in (b"\0\0\0\x14ftypqt  ", b"\0\0\0\x08wide\0\0\0\0mdat", b"\0\x01\0\0moov", b"\0\0\0\x18ftyp3gp5"):
        assert kind_of(head) is VideoKind.MP4
    assert kind_of(TS_WITH_TIMES) is VideoKind.MPEG_TS


@pytest.mark.parametrize(
    "head",
    [
        *SAMPLES.values(),
        *(head for name, head in STRANGERS.items() if name != "video"),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"#EXTM3U\n#EXT-X-VERSION:3\nhttps://example.org/a.ts",
        b"ffconcat version 1.0\nfile /etc/passwd",
        b"<?xml version='1.0'?><MPD><BaseURL>https://example.org/</BaseURL></MPD>",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96",
        b"GGG",
        b"G",
        b"free as in freedom",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"",
    ],
)
def test_images_playlists_and_texts_are_no_videos(head: bytes) -> None:
    assert kind_of(head) is None
    assert not is_video("notes.txt", head)


def test_a_name_tells_what_was_meant() -> None:
    assert all(is_video(f"Clip{ending.upper()}", b"no video") for ending in ENDINGS)
    assert not is_video("module.ts", b"export const a = 1;")
