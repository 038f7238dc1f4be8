"""Opens an untrusted video with FFmpeg: with which options, and which decoders it may use."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from io import FileIO
from typing import Any

import av
import av.audio.codeccontext
import av.audio.stream
import av.subtitles.codeccontext
import av.subtitles.stream
import av.video.codeccontext
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.core.errors import AppError, Code
from app.features.videos.reading.kinds import VideoKind
from app.features.videos.reading.pictures import Painter
from app.features.videos.reading.protocol import MAX_PIXELS

_FORMATS = {
    VideoKind.MP4: "mov",
    VideoKind.MATROSKA: "matroska",
    VideoKind.AVI: "avi",
    VideoKind.MPEG_TS: "mpegts",
    VideoKind.MPEG_PS: "mpeg",
    VideoKind.OGG: "ogg",
    VideoKind.FLASH: "flv",
    VideoKind.ASF: "asf",
}

CODECS = frozenset(
    {
        *("h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "mpeg4", "mjpeg", "mpeg1video", "mpeg2video"),
        *("h263", "h263p", "flv", "flv1", "theora", "vp6", "vp6f", "vp6a", "wmv1", "wmv2", "wmv3", "vc1", "wmv3image"),
        *("msmpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "prores", "dnxhd", "cfhd", "dvvideo", "ffv1", "huffyuv"),
        *("ffvhuff", "utvideo", "rawvideo", "qtrle", "png", "svq1", "svq3", "cinepak", "rv40", "gif"),
    }
)
"""The decoders for videos of cameras, telephones, programs that record screens, editors and the web. FFmpeg's other
decoders, of old games for the most part, are never run on a file."""

_PROBED_PIXELS = 4 * MAX_PIXELS
"""The pixels beyond which FFmpeg does not even give the size of a frame, so that the video seems damaged rather than
too large."""

_BUFFER_BYTES = 256 << 10

# The last PyAV for Python 3.11 raises for a title that is no UTF-8 without this option; later ones do not have it.
_LENIENT: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}


@contextlib.contextmanager
def as_problems(kind: VideoKind) -> Iterator[None]:
    """Turn what FFmpeg raises into an AppError: all but lack of memory is about the bytes, or their disk.

    Raises AppError VIDEO_DAMAGED, FILE_UNREADABLE, with an empty path.
    """
    try:
        yield
    except (AppError, MemoryError):
        raise
    except OSError as error:
        if isinstance(error, av.FFmpegError) or error.errno is None:
            raise AppError(Code.VIDEO_DAMAGED, path="", format=kind.value) from error
        raise AppError(Code.FILE_UNREADABLE, path="") from error
    except (av.FFmpegError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise AppError(Code.VIDEO_DAMAGED, path="", format=kind.value) from error


def _refuse(*_: Any) -> Any:
    """Refuse to open a file that a video names."""
    raise PermissionError


def open_container(file: FileIO, kind: VideoKind) -> InputContainer:
    """Open a video. Raises av.FFmpegError and others; see `as_problems`."""
    options = {
        "protocol_whitelist": "none",
        "format_whitelist": ",".join(_FORMATS.values()),
        "codec_whitelist": ",".join(sorted(CODECS)),
        "max_pixels": str(_PROBED_PIXELS),
        "threads": "1",
    }
    opened: InputContainer = av.open(
        file, "r", format=_FORMATS[kind], options=options, buffer_size=_BUFFER_BYTES, io_open=_refuse, **_LENIENT
    )
    return opened


def moving_pictures(container: InputContainer) -> VideoStream:
    """Return the first video that is no cover. Raises AppError VIDEO_EMPTY, VIDEO_CODEC, VIDEO_LIMIT."""
    still = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    streams = [stream for stream in container.streams.video if not stream.disposition & still]
    if not streams:
        raise AppError(Code.VIDEO_EMPTY, path="")
    stream = next((stream for stream in streams if stream.codec_context is not None), None)
    if stream is None or stream.codec_context.name not in CODECS:
        name = "?" if stream is None else stream.codec_context.name
        raise AppError(Code.VIDEO_CODEC, path="", codec=name)
    if stream.width * stream.height > MAX_PIXELS:
        raise AppError(Code.VIDEO_LIMIT, path="", limit="pixels", value=MAX_PIXELS)
    return stream


def prepare(container: InputContainer, stream: VideoStream) -> None:
    """Prepare a container for decoding in one thread: the process may start none."""
    stream.codec_context.thread_count = 1
    stream.thread_type = "NONE"
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS), "threads": "1"}
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all


def get_ready() -> None:
    """Load what is loaded late; called once, before the sandbox closes. PyAV's modules of other streams, which it looks
    for when a container has such, are imported above."""
    av.logging.set_level(None)
    sample = VideoFrame(16, 16, "yuv420p")
    for plane in sample.planes:
        plane.update(bytes(plane.buffer_size))
    Painter(sample, 1.0).raster(sample, 8)
    with contextlib.suppress(av.FFmpegError), FileIO(os.devnull) as nothing:
        open_container(nothing, VideoKind.MATROSKA)
