"""The layout of tiles is that of the reference processor, token by token and pixel by pixel."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from app.core.conversations.image import Raster
from app.documents.images.reader import ImageReader
from app.engine.images import tiles
from app.engine.images.vision import Vision
from app.engine.llama.llama import LlamaModel
from app.engine.prompt import PromptTokenizer
from app.engine.protocol import Message, Prompt, ShownImage
from tests.engine.fixtures import pattern, reference
from tests.engine.fixtures.reference import GRID, TILE, Fit, Picture
from tests.models import projector

RECORD = reference.load()
PICTURES = RECORD.pictures

each_picture = pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: f"{picture.width}x{picture.height}")


@pytest.fixture(scope="module")
def seeing(tiny_scout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LlamaModel, Vision]]:
    path = projector.write_projector(tmp_path_factory.mktemp("projector") / "mmproj.gguf")
    model = LlamaModel(tiny_scout, 0, lambda _fraction: True)
    vision = Vision(path, model, 2, 512, None, gpu=False)
    yield model, vision
    vision.close()
    model.close()


@pytest.fixture(scope="module")
def reader() -> Iterator[ImageReader]:
    made = ImageReader()
    yield made
    made.close()


@pytest.mark.parametrize("fit", [*RECORD.fits, *(picture.fit for picture in PICTURES)], ids=str)
def test_every_size_gets_the_canvas_of_the_reference(fit: Fit) -> None:
    found = tiles.canvas(fit.width, fit.height, TILE)
    assert (found.rows, found.columns) == (fit.rows, fit.columns)
    assert found.fitted == (fit.fitted_width, fit.fitted_height)


@each_picture
def test_the_tokens_are_those_of_the_reference(seeing: tuple[LlamaModel, Vision], picture: Picture) -> None:
    """The tokens are of the tiny model, which has the same tokens under other numbers: compared by what they are."""
    model, vision = seeing
    image = ShownImage("ab" * 32, picture.width, picture.height, "An image")
    tokenizer = PromptTokenizer(model, lambda: vision)
    laid = tokenizer.lay_out(Prompt("The rules.", (), (Message("user", "What is it?", (image,)),)))
    begin = laid.tokens.index(model.tokenize(tiles.IMAGE_START, special=True)[0])
    found = []
    for token in laid.tokens[begin:]:
        name = "<|patch|>" if token < 0 else model.token_text(token).decode()
        found.append(name)
        if name == tiles.IMAGE_END:
            break
    assert found == [run.name for run in picture.tokens for _ in range(run.times)]
    assert vision.tokens(picture.width, picture.height) == len(found)
    for before, after in pairwise(laid.images):
        assert after.row == before.row + 144
        assert after.start - before.end in (1, 2)  # a separator; before the overview the token that says so, too


@each_picture
def test_the_pixels_are_those_of_the_reference(
    seeing: tuple[LlamaModel, Vision], reader: ImageReader, picture: Picture
) -> None:
    """Within one level of 255: the reference itself rounds so, differently on different processors."""
    drawn = pattern.draw(picture.width, picture.height)
    file = io.BytesIO()
    Pillow.fromarray(drawn).save(file, "PNG")
    png = file.getvalue()
    shown = ShownImage(hashlib.sha256(png).hexdigest(), picture.width, picture.height, "")
    wanted = seeing[1].pixels(shown)
    canvas, overview = reader.prepare(png, wanted.fitted, wanted.canvas, wanted.overview)
    found = list(tiles.cut(_array(canvas), TILE)) + ([_array(overview)] if overview else [])
    assert len(found) == len(picture.tiles)
    for tile, expected in zip(found, picture.tiles, strict=True):
        sampled = tile[np.ix_(GRID, GRID)].astype(int)
        assert np.abs(sampled - expected.grid()).max() <= 1
        assert tile.mean(axis=(0, 1)) == pytest.approx(expected.means, abs=0.5)


def _array(raster: Raster) -> NDArray[np.uint8]:
    return np.frombuffer(raster.rgb, np.uint8).reshape(raster.height, raster.width, 3)


def test_a_canvas_is_cut_row_by_row() -> None:
    canvas = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    cut = tiles.cut(canvas, 2)
    assert cut.shape == (6, 2, 2, 3)
    assert np.array_equal(cut[1], canvas[:2, 2:4])
    assert np.array_equal(cut[3], canvas[2:, :2])
