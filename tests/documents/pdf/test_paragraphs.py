"""Lines of a page joined into paragraphs."""

from __future__ import annotations

import pytest

from app.documents.pdf.hyphenation import SOFT_HYPHEN, Words, is_broken_inside
from app.documents.pdf.paragraphs import join_lines

_FULL = "This line runs up to the right margin of the page that it is on, as its"


def _join(*lines: str) -> list[str]:
    return join_lines(lines).split("\n")


def test_a_full_line_goes_on_and_a_short_one_ends() -> None:
    assert _join(_FULL, _FULL, "end.", _FULL, "end.") == [f"{_FULL} {_FULL} end.", f"{_FULL} end."]


@pytest.mark.parametrize(
    "item", ["• point", "12. point", "(a) point", "3.1 Point", "3.1.2 Point", "– point", "b) point"]
)
def test_an_item_begins_a_line(item: str) -> None:
    assert _join(_FULL, item, _FULL) == [_FULL, item, _FULL]


def test_a_table_of_contents_stays_a_table() -> None:
    entries = [
        f"Chapter the number {number} . . . . . . . . . . . . . . . . . . . . . . {number}" for number in range(9)
    ]
    assert _join(*entries) == entries


def test_narrow_lines_stay() -> None:
    verse = ["So much depends", "upon a red wheel", "barrow glazed with", "rain water"]
    assert _join(*verse) == verse


def test_japanese_lines_join_without_a_space() -> None:
    line = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
    assert _join(line, line, "何でも") == [line + line + "何でも"]


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        (f"reintroduc{SOFT_HYPHEN}", "ing", "reintroducing"),
        (f"Non{SOFT_HYPHEN}", "Maintainer", "Non-Maintainer"),
        (f"pages 10{SOFT_HYPHEN}", "12", "pages 10-12"),
        (f"sam{SOFT_HYPHEN}", "ſt", "samſt"),
        (f"alone {SOFT_HYPHEN}", "", "alone -"),
    ],
)
def test_hyphens_that_pdfium_marks(before: str, after: str, joined: str) -> None:
    """PDFium puts no line end behind its mark."""
    assert join_lines([before, after]) == joined


def test_hyphens_that_pdfium_leaves() -> None:
    full = _FULL[:-3] + "hy\u2010"
    assert _join(full, "phenated") == [full[:-1] + "phenated"]
    assert _join(full, "Phenated") == [f"{full}Phenated"], "no hyphen, and no space after one, is the printer's"
    assert _join(_FULL + " -", "phenated") == [f"{_FULL} - phenated"]


@pytest.mark.parametrize("text", ["", "\r\n", "\r\n\r\n \r\n", SOFT_HYPHEN * 3, "-", "-\r\n-"])
def test_next_to_nothing_is_no_trouble(text: str) -> None:
    assert SOFT_HYPHEN not in join_lines([text])


_WIDE = "All of this runs up to the right margin of the page that it stands on, and in "


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("abort-", "upgrade fails", "abort-upgrade fails"),
        (f"abort{SOFT_HYPHEN}", "upgrade fails", "abort-upgrade fails"),
        (f"reintro{SOFT_HYPHEN}", "duce it", "reintroduce it"),
        (f"Non{SOFT_HYPHEN}", "native", "Non-native"),
        (f"self-abort{SOFT_HYPHEN}", "upgrade", "self-abort-upgrade"),
        (f"both{SOFT_HYPHEN}", "ways", "bothways"),
        (f"unknown{SOFT_HYPHEN}", "here", "unknownhere"),
        (f"pre{SOFT_HYPHEN}", "and post-war", "pre- and post-war"),
        (f"the thou{SOFT_HYPHEN}", "and first", "the thouand first"),
    ],
)
def test_the_books_own_words_say_what_a_hyphen_at_a_lines_end_is(before: str, after: str, joined: str) -> None:
    book = Words(
        [
            ["Call it with Abort-Upgrade, or", "reintroduce it, for a non-native one, thouand"],
            [before, after, "both-ways or bothways"],
        ]
    )
    assert join_lines([before, after] if SOFT_HYPHEN in before else [_WIDE + before, after], words=book).endswith(
        joined
    )


def test_a_books_words_are_not_kept_but_for_those_that_are_asked_for() -> None:
    book = Words([["every single word of it"] * 9])
    assert book.keeps_hyphen("sin", "gle") is None


@pytest.mark.parametrize(
    ("before", "after", "joined", "is_code"),
    [
        ("/usr/share/doc/", "PACKAGE/copyright.", "/usr/share/doc/PACKAGE/copyright.", False),
        ("/usr/share/", "doc", "/usr/share/doc", True),
        ("/usr/share/doc/", "and others", "/usr/share/doc/ and others", False),
        ("/usr/share/doc/", "/usr/share/man/", "/usr/share/doc/ /usr/share/man/", True),
        ("C:\\Programs\\", "octavo_1.exe", "C:\\Programs\\octavo_1.exe", False),
        ("either/or/", "both", "either/or/ both", False),
        ("https://www.debian.", "org/doc/", "https://www.debian.org/doc/", False),
        ("https://www.debian.org/", "doc/policy", "https://www.debian.org/doc/policy", False),
        (
            f"(https://www.debian.org/debian{SOFT_HYPHEN}",
            "policy/x)",
            "(https://www.debian.org/debian-policy/x)",
            False,
        ),
        ("https://www.debian.org.", "The next", "https://www.debian.org. The next", False),
        ("https://www.debian.org/?a=1", "&b=2", "https://www.debian.org/?a=1&b=2", False),
        ("ann@", "harbour.example", "ann@harbour.example", False),
        ("ann@harbour.", "example", "ann@harbour.example", False),
        (f"--keep-empty{SOFT_HYPHEN}", "dirs", "--keep-empty-dirs", False),
        (f"dpkg{SOFT_HYPHEN}", "buildpackage", "dpkg-buildpackage", True),
        (f"dpkg{SOFT_HYPHEN}", "buildpackage", "dpkgbuildpackage", False),
        (f"com{SOFT_HYPHEN}", "pressBound", "compressBound", True),
        ("PKG_", "FFLAGS", "PKG_FFLAGS", True),
        ("x <-", "1:10", "x <- 1:10", True),
        (
            "Format: https://www.debian.org/1.0/",
            "Upstream-Name: x",
            "https://www.debian.org/1.0/ Upstream-Name: x",
            True,
        ),
        ("git clone https://debian.org/x.git", "#Vcs: y", "https://debian.org/x.git #Vcs: y", True),
    ],
)
def test_no_space_comes_into_paths_addresses_and_code(before: str, after: str, joined: str, is_code: bool) -> None:
    """`is_code`: PDFium says that both sides of the line's end are in a font whose characters are of one width."""
    code = {0} if is_code else set()
    assert join_lines([_WIDE + before, after], code=code).endswith(joined)


@pytest.mark.parametrize(
    ("before", "line", "joined"),
    [
        ("kept in /srv/harbour/archive/nine", "teen-thirty/berth/contract.txt and", True),
        ("seen at https://www.harbour.example.org/ar", "chive/leases/1931.html today", True),
        ("of /srv/harbour/archive/con", "tract.txt and others", True),
        ("of /srv/harbour/archive/contract.txt", "and/or others", False),
        ("of /usr/share/doc", "and/or others", False),
        ("of /usr/share/doc", "belong to the owner", False),
    ],
)
def test_a_path_that_fills_its_line_goes_on_in_the_next(before: str, line: str, joined: bool) -> None:
    assert is_broken_inside(before, line, is_code=False, is_filled=True) is joined
    assert not is_broken_inside(before, line, is_code=False, is_filled=False) or "https:" in before


def test_of_narrow_lines_only_those_that_break_a_path_are_joined() -> None:
    lines = ["The papers lie in", "/srv/archive/nine", "teen/contract.txt", "of the old house."]
    assert join_lines(lines, filled={1}) == "The papers lie in\n/srv/archive/nineteen/contract.txt\nof the old house."


def test_a_line_with_a_broken_word_is_no_wider_than_it_was() -> None:
    """Else what follows would seem to end before the margin."""
    lines = [
        "The harbour master keeps the list of all the ves" + SOFT_HYPHEN,
        "sels, and of those who own the slipways near the",
        "inner basin, and he writes the names of all their",
        "crews into the register every year.",
    ]
    assert "\n" not in join_lines(lines)
