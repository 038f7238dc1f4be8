"""A small EPUB writer for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head>'


def page(body: str) -> str:
    """A chapter's file."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n{XHTML}<body>{body}</body></html>'


def write_epub(
    chapters: Sequence[str],
    *,
    title: str = "",
    language: str = "",
    nav: str = "",
    ncx: str = "",
    members: Mapping[str, str | bytes] | None = None,
    mimetype: bool = True,
    metadata: str = "",
    manifest: str = "",
) -> bytes:
    """`chapters` are the bodies of OEBPS/text/1.xhtml and so on; `nav` and `ncx` the contents of those; `members`
    replace or add files of the archive; `metadata` and `manifest` are more entries of those.
    """
    items = [
        f'<item id="c{n}" href="text/{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(1, len(chapters) + 1)
    ]
    files: dict[str, str | bytes] = {"META-INF/container.xml": CONTAINER}
    files |= {f"OEBPS/text/{number}.xhtml": page(body) for number, body in enumerate(chapters, 1)}
    if nav:
        items.append('<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>')
        files["OEBPS/nav.xhtml"] = page(f'<nav epub:type="landmarks"/><nav epub:type="toc">{nav}</nav>')
    if ncx:
        items.append('<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>')
        files["OEBPS/toc.ncx"] = f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{ncx}</navMap></ncx>'
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(1, len(chapters) + 1))
    files["OEBPS/book.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:language>{language}</dc:language>{metadata}</metadata>"
        f"<manifest>{''.join(items)}{manifest}</manifest><spine>{spine}</spine></package>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, content in (files | dict(members or {})).items():
            archive.writestr(name, content)
    return packed.getvalue()
