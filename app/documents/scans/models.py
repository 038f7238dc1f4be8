"""Rapidocr with the models of its own wheel: where lines are in a picture, and what they say. Child only.

Rapidocr opens a model when it is first used, and downloads one that it misses. Here every model is read from the
wheel's folder beforehand and handed over as an open session, so that neither can happen.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from app.core.image import Raster
from app.documents.scans.layout import RecognisedLine


@contextmanager
def _without_requests() -> Iterator[None]:
    """Rapidocr imports `requests` for its downloads, which opens a socket to see whether there is IPv6: it gets an
    empty module of that name."""
    genuine = sys.modules.get("requests")
    empty = ModuleType("requests")
    empty.__dict__.update(Response=None, RequestException=OSError)
    sys.modules["requests"] = empty
    try:
        yield
    finally:
        del sys.modules["requests"]
        if genuine is not None:
            sys.modules["requests"] = genuine


with _without_requests():
    import rapidocr
    from rapidocr.ch_ppocr_cls import TextClassifier
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer
    from rapidocr.main import DEFAULT_CFG_PATH
    from rapidocr.utils.parse_parameters import ParseParams
    from rapidocr.utils.process_img import get_rotate_crop_image

MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
"""Sections of rapidocr's configuration, and the model that its wheel carries for each."""

THREADS = 2
"""A third brings little to models as small as these, and a desk has other work to do."""

DETECTION_SIDE = 1_280
"""Lines are looked for in the picture reduced to this, in pixels, which takes a third of the time that 2,300 take and
finds the same lines; they are read from the whole picture."""

MIN_LINE_CONFIDENCE = 0.5
"""What is less sure is no text, but a stain, a stamp or a drawing: rapidocr's own limit."""

_LINES_A_STEP = 6
_UPSIDE_DOWN = "180"


class FoundLines(NamedTuple):
    """The lines of a picture, in no order, and whether they had to be turned upside down to be read."""

    lines: list[RecognisedLine]
    upside_down: bool


class _Section(dict[str, Any]):
    """A section of rapidocr's configuration, which it reads by key and by name."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


class RecognitionModels:
    """Loaded in two steps, since files cannot be read once the sandbox is closed, and threads may not start before."""

    def load(self) -> None:
        """Read everything from disk; no thread is started."""
        folder = Path(rapidocr.__file__).parent / "models"
        self._files = {name: (folder / file).read_bytes() for name, file in MODELS.items()}
        self._configuration = ParseParams.load(DEFAULT_CFG_PATH)
        cv2.setNumThreads(1)

    def start(self) -> None:
        """Open the sessions, with their threads, and use each once."""
        self._find = TextDetector(self._section("Det", limit_type="max", limit_side_len=DETECTION_SIDE))
        self._turn = TextClassifier(self._section("Cls"))
        # One line at a time: lines read together are padded to the widest of them, which takes longer on a processor.
        self._read = TextRecognizer(self._section("Rec", rec_batch_num=1))
        self._files.clear()
        sample = np.full((96, 320, 3), 255, np.uint8)
        cv2.putText(sample, "Sample", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
        self.find(Raster(320, 96, sample.tobytes()), lambda: None)

    def find(self, image: Raster, on_step: Callable[[], None]) -> FoundLines:
        """`on_step` is called whenever a few lines more are read."""
        picture = np.frombuffer(image.rgb, np.uint8).reshape(image.height, image.width, 3)[:, :, ::-1]
        picture = np.ascontiguousarray(picture)  # blue, green, red, as OpenCV has them
        found = self._find(picture).boxes
        on_step()
        boxes = [] if found is None else [box for box in found if _has_area(box)]
        cuttings = [get_rotate_crop_image(picture, box.copy()) for box in boxes]
        upside_down = self._are_upside_down(cuttings) if cuttings else False
        lines = []
        for start in range(0, len(boxes), _LINES_A_STEP):
            some = [np.rot90(each, 2) if upside_down else each for each in cuttings[start : start + _LINES_A_STEP]]
            read = self._read(TextRecInput(img=some))
            on_step()
            for box, text, score in zip(
                boxes[start : start + _LINES_A_STEP], read.txts or (), read.scores, strict=True
            ):
                if text.strip():
                    lines.append(
                        RecognisedLine(tuple((float(x), float(y)) for x, y in box), text.strip(), float(score))
                    )
        return FoundLines(lines, upside_down)

    def _are_upside_down(self, cuttings: list[npt.NDArray[np.uint8]]) -> bool:
        """What most of the text says: of a single line it is often unsure."""
        votes = 0.0
        for cutting, (turn, score) in zip(cuttings, self._turn(cuttings).cls_res or (), strict=True):
            votes += cutting.shape[1] * float(score) * (1 if turn == _UPSIDE_DOWN else -1)
        return votes > 0

    def _section(self, name: str, **changes: object) -> _Section:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it keeps what the largest page once needed
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave the processor
        session = onnxruntime.InferenceSession(self._files[name], options, providers=["CPUExecutionProvider"])
        return _Section(self._configuration[name], session=session, **changes)


def _has_area(box: npt.NDArray[np.float32]) -> bool:
    """Sides of a pixel and more; others cannot be cut out."""
    return bool(min(np.linalg.norm(box[1] - box[0]), np.linalg.norm(box[3] - box[0])) >= 1)
