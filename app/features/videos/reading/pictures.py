"""Decoded frames into upright pixels: RGB of 8 bits a channel in sRGB, square."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from av.sidedata.sidedata import Type as SideData
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from app.core.conversations.image import Raster
from app.features.videos.reading.protocol import MAX_SIDE, size_within

Pixels: TypeAlias = np.ndarray[Any, np.dtype[Any]]
"""The pixels of a picture: height x width x 3 bytes."""

MAX_ASPECT = 8.0
"""The greatest ratio of a pixel's sides. A wider or higher pixel is a mistake; such pixels are taken for square
ones."""

_HD_HEIGHT = 720
"""The rows from which on frames that do not name their matrix are in BT.709; others are in BT.601, as players have
it."""

_MATRICES = {1: Colorspace.ITU709, 4: Colorspace.FCC, 5: Colorspace.ITU601, 6: Colorspace.ITU601}
_MATRICES |= {7: Colorspace.SMPTE240M, 9: Colorspace.BT2020, 10: Colorspace.BT2020}  # ISO/IEC 23091-2, table 4

_SMOOTH = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_QUICK = Interpolation.AREA

_OVER = 4
"""The factor that is left for the last step of reducing a frame, which is taken here: libswscale leaves pixels out if
it reduces by more than some dozens."""

_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
"""The matrix that turns linear light of BT.2020 into that of BT.709 (ITU-R BT.2407, 2)."""

_BT2020_LUMINANCE = np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)

_PEAK_NITS = 1_000.0
"""The brightness that comes out as white, and that HLG is made for (ITU-R BT.2100, table 5)."""

_WHITE_NITS = 100.0
"""The white that a display of the standard range is made for (ITU-R BT.1886)."""

_BAND_ROWS = 128
"""The number of rows that are toned down at a time: the numbers in between take twenty times the memory of the
pixels."""


class Painter:
    """Turns frames of one video into pixels; it keeps what libswscale needs for one size to the next."""

    def __init__(self, first: VideoFrame, aspect: float) -> None:
        """`first` is a frame that is like the others. `aspect` is the width of a pixel by its height, as the stream has
        it."""
        self._aspect = aspect if 1 / MAX_ASPECT <= aspect <= MAX_ASPECT else 1.0
        self._reformatter = VideoReformatter()
        self.size = self._upright(first)
        """Width and height of all frames, upright, with square pixels, and no larger than MAX_SIDE."""

    def raster(self, frame: VideoFrame, side: int) -> Raster:
        """Return the frame, no larger than `side`; one of other proportions than the first gets black edges.

        Raises av.FFmpegError, MemoryError.
        """
        width, height = size_within(*self.size, side)
        own_width, own_height = self._upright(frame)
        scale = min(width / own_width, height / own_height)
        pixels = self._turned(frame, max(1, round(own_width * scale)), max(1, round(own_height * scale)))
        if pixels.shape[:2] == (height, width):
            return Raster(width, height, pixels.tobytes())
        whole = np.zeros((height, width, 3), np.uint8)
        top, left = (height - pixels.shape[0]) // 2, (width - pixels.shape[1]) // 2
        whole[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        return Raster(width, height, whole.tobytes())

    def sample(self, frame: VideoFrame, side: int) -> Pixels:
        """Return the frame as a square of `side`, whatever its proportions: for comparing only."""
        large = self._converted(frame, _OVER * side, _OVER * side, "rgb24", _QUICK)
        mean: Pixels = large.reshape(side, _OVER, side, _OVER, 3).mean((1, 3), dtype=np.float32)
        return mean

    def _upright(self, frame: VideoFrame) -> tuple[int, int]:
        """Return the width and height of a frame, upright and with square pixels: no side is smaller than it is coded,
        unless it is beyond MAX_SIDE."""
        width, height = frame.width * max(1.0, self._aspect), frame.height * max(1.0, 1 / self._aspect)
        size = round(width), round(height)
        return size_within(*(size[::-1] if _turn(frame)[0] else size), MAX_SIDE)

    def _turned(self, frame: VideoFrame, width: int, height: int) -> Pixels:
        transposed, flip_x, flip_y = _turn(frame)
        pixels = self._pixels(frame, *((height, width) if transposed else (width, height)))
        if transposed:
            pixels = pixels.transpose(1, 0, 2)
        upright: Pixels = pixels[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
        return upright

    def _pixels(self, frame: VideoFrame, width: int, height: int) -> Pixels:
        curve = CURVES.get(frame.color_trc)
        if curve is None:
            return self._converted(frame, width, height, "rgb24", _SMOOTH)
        deep = self._converted(frame, width, height, "rgb48le", _SMOOTH)
        bands = [toned_down(deep[row : row + _BAND_ROWS], curve) for row in range(0, height, _BAND_ROWS)]
        return np.concatenate(bands)

    def _converted(self, frame: VideoFrame, width: int, height: int, pixel_format: str, way: int) -> Pixels:
        unknown = Colorspace.ITU709 if frame.height >= _HD_HEIGHT else Colorspace.ITU601
        matrix = None if frame.format.is_rgb else _MATRICES.get(frame.colorspace, unknown)
        made = self._reformatter.reformat(
            frame,
            width,
            height,
            pixel_format,
            src_colorspace=matrix,
            dst_color_range=ColorRange.JPEG,
            interpolation=way,
            threads=1,  # the process may start none
        )
        array: Pixels = made.to_ndarray()
        return array


def toned_down(deep: np.ndarray[Any, Any], curve: np.ndarray[Any, Any]) -> Pixels:
    """Turn RGB of 16 bits in BT.2020 into sRGB: from high dynamic range into a standard one.

    Brightness by the extended operator of Reinhard et al., Photographic Tone Reproduction for Digital Images (2002),
    formula 4, with its white at _PEAK_NITS; hues stay, but for colours that sRGB has not, which are cut.
    """
    light = curve[deep]
    if curve is _HLG:
        # The next step is the display's part of HLG: ITU-R BT.2100, table 5, for a nominal peak of 1,000 cd/m2 (gamma
        # 1.2).
        light *= _PEAK_NITS * np.maximum(light @ _BT2020_LUMINANCE, 1e-6)[..., None] ** 0.2
    brightness = (light @ _BT2020_LUMINANCE)[..., None] / _WHITE_NITS
    factor = (1 + brightness / (_PEAK_NITS / _WHITE_NITS) ** 2) / (1 + brightness)
    linear = np.clip((light * factor / _WHITE_NITS) @ _TO_BT709.T, 0.0, 1.0)
    toned: Pixels = _ENCODED[(linear * 65_535 + 0.5).astype(np.uint16)]
    return toned


def _pq() -> np.ndarray[Any, Any]:
    """Return the light in cd/m2 for each value of 16 bits: ITU-R BT.2100, table 4 (SMPTE ST 2084)."""
    power = (np.arange(65_536) / 65_535) ** (1 / 78.84375)
    light = 10_000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
    return light.astype(np.float32)


def _hlg() -> np.ndarray[Any, Any]:
    """Return the scene's light, 0 to 1, for each value of 16 bits: ITU-R BT.2100, table 5."""
    value = np.arange(65_536) / 65_535
    light = np.where(value <= 0.5, value**2 / 3, (np.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12)
    return light.astype(np.float32)


def _encoded() -> np.ndarray[Any, Any]:
    """Return the value of sRGB (IEC 61966-2-1) for each value of linear light, of 16 bits."""
    light = np.arange(65_536) / 65_535
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (curve * 255 + 0.5).astype(np.uint8)


_ENCODED = _encoded()
_HLG = _hlg()
CURVES: dict[int, np.ndarray[Any, Any]] = {int(ColorTrc.SMPTE2084): _pq(), int(ColorTrc.ARIB_STD_B67): _HLG}


def _turn(frame: VideoFrame) -> tuple[bool, bool, bool]:
    """Return whether rows become columns, and whether then columns and rows are in the opposite order.

    Only what is nearest of quarter turns and mirrorings is taken from the display matrix (ISO/IEC 14496-12, 6.2.2).
    """
    found = frame.side_data.get(SideData.DISPLAYMATRIX)
    if found is None or found.buffer_size < 36:
        return False, False, False
    a, b, _, c, d = (int(number) for number in np.frombuffer(bytes(found), dtype=np.int32, count=5))
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return False, a < 0, d < 0
    return True, c < 0, b < 0
