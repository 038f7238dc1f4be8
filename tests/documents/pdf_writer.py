"""A small PDF writer for tests: every page is a content stream that the test writes itself.

Fonts: `/F` is Helvetica; `/M` is Helvetica whose characters A to H mean those of `MEANINGS`, `/N` one whose
characters A to D mean nothing; `/C` is Courier.
Others: `/Clear` is a graphics state that paints nothing, `/Dot` a black picture of one pixel, `/Form` the form given.
"""

from __future__ import annotations

from collections.abc import Sequence

MEANINGS = ("200B", "E000", "D835DC00", "202E", "65E5", "DB40DC41", "00E9", "FB03")  # of A to H, UTF-16BE

_RESOURCES = (
    "<< /Font << /F 3 0 R /M 4 0 R /N << /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
    " /Encoding << /Differences [65 /zz1 /zz2 /zz3 /zz4] >> >>"
    " /C << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >> /ExtGState << /Clear << /ca 0 /CA 0 >> >>"
    " /XObject << /Dot 6 0 R /Form 7 0 R >> >>"
)
_FIRST_PAGE = 8


def show(text: str, x: float = 72, y: float = 700, before: str = "", size: float = 12, font: str = "F") -> str:
    """Operators that show one line of text (latin-1) at a place, in points from the lower left corner."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"q BT /{font} {size} Tf {before} {x} {y} Td ({escaped}) Tj ET Q\n"


def lines(*texts: str, y: float = 740) -> str:
    """One line below the other."""
    return "".join(show(text, y=y - 14 * index) for index, text in enumerate(texts))


def write_pdf(
    pages: Sequence[str],
    *,
    title: str = "",
    language: str = "",
    labels: str = "",
    outline: Sequence[tuple[str, int, int]] = (),
    outline_loops: bool = False,
    form: str = "",
    page_entries: str = "",
    claimed_pages: int | None = None,
    encryption: str = "",
) -> bytes:
    """`labels` is what a /Nums array holds; `outline` has titles, page indexes (from 0) and levels (from 1)."""
    first_entry = _FIRST_PAGE + 2 * len(pages)
    kids = " ".join(f"{_FIRST_PAGE + 2 * index} 0 R" for index in range(len(pages)))
    catalog = f"/Type /Catalog /Pages 2 0 R /Outlines {first_entry} 0 R"
    if labels:
        catalog += f" /PageLabels << /Nums [{labels}] >>"
    if language:
        catalog += f" /Lang ({language})"
    bodies = [
        f"<< {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages) if claimed_pages is None else claimed_pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 5 0 R >>",
        _stream(_meanings()),
        _stream("\0", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"),
        _stream(form, f"/Type /XObject /Subtype /Form /BBox [-999 -999 999 999] /Resources {_RESOURCES}"),
    ]
    for index, page in enumerate(pages):
        entries = f"/Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {page_entries} /Resources {_RESOURCES}"
        bodies += [f"<< {entries} /Contents {_FIRST_PAGE + 2 * index + 1} 0 R >>", _stream(page)]
    bodies += _outline(outline, first_entry, outline_loops)
    bodies.append(f"<< /Title ({title}) >>")
    return _file(bodies, encryption)


def _meanings() -> str:
    pairs = "\n".join(f"<{0x41 + index:02X}> <{meaning}>" for index, meaning in enumerate(MEANINGS))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(MEANINGS)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )


def _stream(content: str, entries: str = "") -> str:
    return f"<< {entries} /Length {len(content.encode('latin-1'))} >>\nstream\n{content}\nendstream"


def _outline(entries: Sequence[tuple[str, int, int]], first: int, loops: bool) -> list[str]:
    """The root and one object for each entry; with `loops` the last entry is followed by the first."""
    numbers = [first + 1 + index for index in range(len(entries))]

    def below(start: int, level: int) -> list[int]:
        children = []
        for index in range(start, len(entries)):
            if entries[index][2] < level:
                break
            if entries[index][2] == level:
                children.append(numbers[index])
        return children

    def family(children: list[int]) -> str:
        return f"/First {children[0]} 0 R /Last {children[-1]} 0 R /Count {len(children)}" if children else ""

    top = below(0, 1)
    bodies = [f"<< /Type /Outlines {family(top)} >>"]
    for index, (title, page, level) in enumerate(entries):
        later = below(index + 1, level)
        after = later[0] if later else (numbers[0] if loops else 0)
        following = f"/Next {after} 0 R" if after else ""
        target = f"/Dest [{_FIRST_PAGE + 2 * page} 0 R /Fit]"
        bodies.append(
            f"<< /Title ({title}) /Parent {first} 0 R {target} {following} {family(below(index + 1, level + 1))} >>"
        )
    return bodies


def _file(bodies: Sequence[str], encryption: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = f"/Size {len(bodies) + 1} /Root 1 0 R /Info {len(bodies)} 0 R {encryption}"
    out += f"trailer\n<< {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode("latin-1")
    return bytes(out)
