"""The record of the reference processor of Llama 4 is whole, and its pictures are those that are drawn here."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.engine.fixtures import pattern, reference
from tests.engine.fixtures.reference import GRID, TILE, Picture

PICTURES = reference.load().pictures

each_picture = pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: f"{picture.width}x{picture.height}")


def test_twelve_sizes_from_the_smallest_to_the_longest() -> None:
    sizes = {(picture.width, picture.height) for picture in PICTURES}
    assert len(sizes) == len(PICTURES) == 12
    assert {(1, 1), (8000, 200)} <= sizes


@each_picture
def test_every_tile_is_144_patches_and_every_separator_stands_in_its_place(picture: Picture) -> None:
    words = [name for name, _token, count in picture.tokens for _ in range(count)]
    rows: list[str] = []
    if picture.rows * picture.columns > 1:
        row = ["<|patch|>"] * 144 + (["<|tile_x_separator|>"] + ["<|patch|>"] * 144) * (picture.columns - 1)
        rows = [*row, "<|tile_y_separator|>"] * picture.rows
    assert words == ["<|image_start|>", *rows, "<|image|>", *["<|patch|>"] * 144, "<|image_end|>"]
    assert words.count("<|patch|>") == 144 * len(picture.tiles)
    assert len(picture.tiles) == picture.rows * picture.columns + (picture.rows * picture.columns > 1)


def test_every_token_has_the_id_it_has_in_scout() -> None:
    assert {(name, token) for picture in PICTURES for name, token, _count in picture.tokens} == {
        ("<|image_start|>", 200080),
        ("<|image_end|>", 200081),
        ("<|tile_x_separator|>", 200084),
        ("<|tile_y_separator|>", 200085),
        ("<|image|>", 200090),
        ("<|patch|>", 200092),
    }


@each_picture
def test_tiles_hold_the_picture_and_black_beyond_it(picture: Picture) -> None:
    for (row, column), tile in zip(
        itertools.product(range(picture.rows), range(picture.columns)), picture.tiles, strict=False
    ):
        down = row * TILE + np.array(GRID) < picture.fitted_height
        across = column * TILE + np.array(GRID) < picture.fitted_width
        assert np.array_equal(tile.grid().all(axis=2), down[:, np.newaxis] & across)
    assert picture.rows * picture.columns == 1 or picture.tiles[-1].grid().all()


@pytest.mark.parametrize(
    "picture",
    [
        picture
        for picture in PICTURES
        if (picture.width, picture.height) == (picture.fitted_width, picture.fitted_height)
    ],
    ids=lambda picture: f"{picture.width}x{picture.height}",
)
def test_a_picture_that_kept_its_size_is_the_one_that_is_drawn(picture: Picture) -> None:
    drawn = pattern.draw(picture.width, picture.height)
    canvas = np.zeros((picture.rows * TILE, picture.columns * TILE, 3), np.uint8)
    canvas[: picture.height, : picture.width] = drawn
    for (row, column), tile in zip(
        itertools.product(range(picture.rows), range(picture.columns)), picture.tiles, strict=False
    ):
        cut = canvas[row * TILE :, column * TILE :][:TILE, :TILE]
        assert np.array_equal(tile.grid(), cut[np.ix_(GRID, GRID)])
        assert tile.means == pytest.approx(cut.mean(axis=(0, 1)), abs=1e-4)


def test_every_fit_lies_within_sixteen_tiles_and_keeps_the_ratio() -> None:
    record = reference.load()
    fits = (*record.fits, *(picture.fit for picture in record.pictures))
    assert len(fits) > 200
    for fit in fits:
        assert fit.rows * fit.columns <= 16
        assert 1 <= fit.fitted_width <= fit.columns * TILE
        assert 1 <= fit.fitted_height <= fit.rows * TILE
        scale = max(fit.fitted_width / fit.width, fit.fitted_height / fit.height)
        assert fit.fitted_width in (1, pytest.approx(fit.width * scale, abs=1.001))
        assert fit.fitted_height in (1, pytest.approx(fit.height * scale, abs=1.001))
