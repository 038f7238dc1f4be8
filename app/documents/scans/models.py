"""The models that rapidocr's wheel carries: where lines are in a picture, and what they say. This module is used in the
child process only.

Only the models of rapidocr are used, with ONNX Runtime: what it would need besides, OpenCV above all, is a hundred
megabytes of code that untrusted pixels would go through.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime
from PIL import Image

from app.core.conversations.image import Raster
from app.documents.scans.boxes import boxes_of
from app.documents.scans.layout import RecognisedLine
from app.documents.scans.line_pictures import as_input, line_of

PACKAGE = "rapidocr"

FIND, TURN, READ = MODELS = (
    "PP-OCRv6_det_small.onnx",
    "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "PP-OCRv6_rec_small.onnx",
)
"""The files of the wheel: which pixels are text, whether a line is upside down, and what it says."""

THREADS = 2
"""The number of threads: a third brings little to models as small as these, and a desk has other work to do."""

DETECTION_SIDE = 1_280
"""The longer side, in pixels, to which the picture is reduced in which lines are looked for. That takes a third of the
time that 2,300 take and finds the same lines; they are read from the whole picture."""

MIN_LINE_CONFIDENCE = 0.5
"""The least confidence, of 1, of a line: a less sure one is a stain, a stamp or a drawing; rapidocr's own limit."""

_LINES_A_STEP = 6
_DETECTION_STEP = 32  # sides of what the detector sees are multiples of this
_LINE_HEIGHT = 48
_LEAST_LINE_WIDTH = 320  # to which narrower lines are padded
_TURNED_WIDTH = 192  # what is seen of a line to say whether it is upside down

_BLANK = Image.new("RGB", (_LEAST_LINE_WIDTH, _LINE_HEIGHT))


class FoundLines(NamedTuple):
    """The lines of a picture, in no order, and whether they had to be turned upside down to be read."""

    lines: list[RecognisedLine]
    upside_down: bool


class RecognitionModels:
    """The models. They are loaded in two steps, since files cannot be read once the sandbox is closed, and threads may
    not start before."""

    def load(self) -> None:
        """Read everything from disk; no thread is started."""
        folder = Path(str(distribution(PACKAGE).locate_file("rapidocr/models")))
        self._files = {name: (folder / name).read_bytes() for name in MODELS}
        as_input(_BLANK, *_BLANK.size)  # Pillow imports some of itself when it is used

    def start(self) -> None:
        """Open the sessions, with their threads, and use each once."""
        self._sessions = {name: _session(self._files[name]) for name in MODELS}
        self._files.clear()
        characters = self._sessions[READ].get_modelmeta().custom_metadata_map["character"]
        self._characters = ["", *characters.splitlines(), " "]  # the first says that nothing new is read
        self._chances(_BLANK)
        self._are_upside_down([_BLANK])
        self._read(_BLANK)

    def find(self, image: Raster, on_step: Callable[[], None]) -> FoundLines:
        """Find the lines of a picture and read them; `on_step` is called whenever a few lines more are read."""
        picture = Image.frombuffer("RGB", (image.width, image.height), image.rgb)
        boxes = boxes_of(self._chances(picture), image.width, image.height)
        on_step()
        cuttings = [line_of(picture, box) for box in boxes]
        upside_down = self._are_upside_down(cuttings)
        lines = []
        for number, (box, cutting) in enumerate(zip(boxes, cuttings, strict=True), start=1):
            upright = cutting.transpose(Image.Transpose.ROTATE_180) if upside_down else cutting
            text, confidence = self._read(upright)
            if text.strip():
                corners = tuple((float(x), float(y)) for x, y in box)
                lines.append(RecognisedLine(corners, text.strip(), confidence))
            if number % _LINES_A_STEP == 0 or number == len(boxes):
                on_step()
        return FoundLines(lines, upside_down)

    def _chances(self, picture: Image.Image) -> npt.NDArray[np.float32]:
        """Return how sure the model is that each pixel of the reduced picture is text, as an array of rows, 0 to 1."""
        reduced = min(1.0, DETECTION_SIDE / max(picture.size))
        width, height = (round(int(side * reduced) / _DETECTION_STEP) * _DETECTION_STEP for side in picture.size)
        if not width or not height:
            return np.zeros((1, 1), np.float32)
        chances: npt.NDArray[np.float32] = self._run(FIND, as_input(picture, width, height))[0, 0]
        return chances

    def _are_upside_down(self, cuttings: list[Image.Image]) -> bool:
        """Return whether most of the text is upside down: about a single line the model is often unsure."""
        votes = 0.0
        for cutting in cuttings:
            # Its middle is seen: about a long line that is squeezed to this width, the model says anything.
            seen = min(cutting.width, cutting.height * _TURNED_WIDTH // _LINE_HEIGHT)
            left = (cutting.width - seen) // 2
            width = min(_TURNED_WIDTH, math.ceil(_LINE_HEIGHT * seen / cutting.height))
            middle = cutting.crop((left, 0, left + seen, cutting.height))
            upright, turned = self._run(TURN, as_input(middle, width, _LINE_HEIGHT, _TURNED_WIDTH))[0]
            votes += cutting.width * float(turned if turned > upright else -upright)
        return votes > 0

    def _read(self, line: Image.Image) -> tuple[str, float]:
        """Read the text of a line, and return it with the mean of how sure its characters are.

        One line is read at a time: lines read together are padded to the widest of them, which takes longer on a
        processor.
        """
        width = math.ceil(_LINE_HEIGHT * line.width / line.height)
        chances = self._run(READ, as_input(line, width, _LINE_HEIGHT, _LEAST_LINE_WIDTH))[0]
        best = chances.argmax(axis=1)
        # A character is said at every place where it is seen; between two that are the same the first sign is.
        new = (best != 0) & (np.diff(best, prepend=0) != 0)
        text = "".join(self._characters[sign] for sign in best[new])
        return text, float(chances.max(axis=1)[new].mean()) if text else 0.0

    def _run(self, name: str, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        session = self._sessions[name]
        made: npt.NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: pixels})[0]
        return made


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it keeps what the largest page once needed
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave the processor
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
