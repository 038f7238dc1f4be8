"""Photographs of a page are read as the page itself: the same words in the same order."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from app.core.conversations.image import Raster
from app.documents.scans.models import RecognitionModels
from app.documents.scans.worker import recognised
from tests.documents import scanner
from tests.documents.photographer import Camera

_SAME = 0.95
_WORDS = " ".join((*scanner.PORT, *scanner.BOATS)).replace("ves- sel", "vessel").split()
_SIZE, _STEP, _MARGIN, _GAP = 28, 46, 120, 70


def _column(width: int, words: Iterator[str], lines: int) -> Iterator[str]:
    font = scanner.gothic(_SIZE)
    line = next(words)
    while lines:
        word = next(words)
        if font.getlength(f"{line} {word}") <= width:
            line += f" {word}"
            continue
        yield line
        line, lines = word, lines - 1


@pytest.fixture(scope="module", params=[1, 2])
def page(request: pytest.FixtureRequest) -> Image.Image:
    """A page of A4 at 200 dpi, in as many columns, each line numbered so that their order counts."""
    columns: int = request.param
    paper = scanner.paper(1_654, 2_339)
    width = (paper.width - 2 * _MARGIN - (columns - 1) * _GAP) // columns
    words = itertools.chain.from_iterable((*_WORDS, f"({number})") for number in itertools.count(1))
    scanner.write(paper, ["The log of the harbour"], _MARGIN, 100, 44)
    for column in range(columns):
        lines = [*_column(width, words, 40)]
        scanner.write(paper, lines, _MARGIN + column * (width + _GAP), 220, _SIZE)
    return paper


@pytest.fixture(scope="module")
def text_of() -> Callable[[Image.Image], str]:
    models = RecognitionModels()
    models.load()
    models.start()

    def read(picture: Image.Image) -> str:
        return recognised(models.find(Raster(*picture.size, picture.tobytes()), lambda: None)).text

    return read


@pytest.fixture(scope="module")
def flat(page: Image.Image, text_of: Callable[[Image.Image], str]) -> str:
    return text_of(page)


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(20, 0, 0), (0, -20, 5), (-18, 12, -12)])
def test_a_photograph_is_read_like_its_page(
    page: Image.Image, flat: str, text_of: Callable[[Image.Image], str], yaw: float, pitch: float, roll: float
) -> None:
    camera = Camera(page.size, yaw=yaw, pitch=pitch, roll=roll, share=0.75, size=(2_400, 3_000))
    seen = text_of(camera.photograph(page))
    same = difflib.SequenceMatcher(None, flat.split(), seen.split(), autojunk=False).ratio()
    print(f"\n{yaw} {pitch} {roll}: {same:.3f} of the flat page's words, in their order")
    assert same >= _SAME
