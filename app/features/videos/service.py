"""Frames of a video, chosen by a person, as images to show to the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.core.conversations.events import Opening
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.work import Cancel, Stopped, Work, finish
from app.features.videos.data import Video, frame_name
from app.features.videos.reading.protocol import MAX_SIDE, PREVIEW_SIDE
from app.features.videos.reading.reader import VideoReader
from app.services.library.images import Images
from app.services.services import Services


class Videos:
    """The videos of a desk. Every method may be called from any thread."""

    def __init__(self, reader: VideoReader, images: Images) -> None:
        self._reader = reader
        self._images = images

    def open(self, path: Path, cancel: Cancel) -> Work[Opening, Video]:
        """Look through a video. Opening counts seconds of it; `total` is 0 if its length is not known.

        Its process stays for the frames that will be asked for, until `release`.
        """
        return self._reader.survey(path, cancel)

    def previews(self, path: Path, times: Sequence[float], cancel: Cancel) -> Work[Opening, tuple[Raster, ...]]:
        """Return a small picture of each frame, PREVIEW_SIDE pixels at most, in the order of `times`. Opening counts
        them."""
        return self._reader.frames(path, times, PREVIEW_SIDE, cancel)

    def take(
        self, path: Path, video: Video, times: Sequence[float], cancel: Cancel
    ) -> Work[Opening, tuple[Image, ...]]:
        """Take frames as images like any other, in the order of `times`, named after their time. Opening counts them.

        The video's process ends with it.
        """
        images: dict[int, Image] = {}
        yield Opening(0, len(times))
        try:
            # The frames are taken one after the other, since the pixels of all together would take half a gigabyte.
            for place in sorted(range(len(times)), key=times.__getitem__):
                (raster,) = finish(self._reader.frames(path, (times[place],), MAX_SIDE, cancel))
                name = frame_name(video.untrusted_name, times[place], times)
                images[place] = self._images.from_raster(raster, name)
                yield Opening(len(images), len(times))
            if cancel.requested:
                raise Stopped
            return tuple(images[place] for place in range(len(times)))
        finally:
            self.release()

    def tokens(self, video: Video) -> int | None:
        """Return how many tokens of the context one frame takes; None while no model is loaded, or if it sees
        nothing."""
        tokens = self._images.tokens([ImageRef("", video.untrusted_name, video.width, video.height)])
        return None if tokens is None else tokens[0]

    def release(self) -> None:
        """End the process that was kept for more frames: the person is done with choosing."""
        self._reader.release()

    def close(self) -> None:
        """End every process; may be called twice, and no video can be opened afterwards."""
        self._reader.close()


def videos_of(desk: Services) -> Videos:
    """Make the videos of a desk, which must be closed in the end."""
    return Videos(VideoReader(), desk.documents.images)
