"""Small writers of DOCX, ODT and RTF for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    f'xmlns:r="{OFFICE_RELATIONS}" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
ODF = " ".join(
    f'xmlns:{name}="{_OASIS}{name}:1.0"' for name in ("office", "text", "style", "table", "meta", "manifest")
)
ODF += (
    f' xmlns:draw="{_OASIS}drawing:1.0" xmlns:svg="{_OASIS}svg-compatible:1.0" xmlns:fo="{_OASIS}xsl-fo-compatible:1.0"'
    f' xmlns:form="{_OASIS}form:1.0" xmlns:chart="{_OASIS}chart:1.0"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:math="http://www.w3.org/1998/Math/MathML"'
    ' xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
    f' xmlns:presentation="{_OASIS}presentation:1.0"'
    ' xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0"'
)
ODF += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'


def paragraph(text: str, properties: str = "", run: str = "") -> str:
    """A Word paragraph of one run."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def word_heading(text: str, level: int = 1) -> str:
    return paragraph(text, f'<w:pStyle w:val="Heading{level}"/>')


def write_docx(
    body: str,
    *,
    title: str = "",
    styles: str = "",
    numbering: str = "",
    footnotes: str = "",
    endnotes: str = "",
    comments: str = "",
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """`body`, `styles`, `numbering`, the notes and the comments are what stands inside those elements; "Heading1" to
    "Heading3" are defined.
    """
    headings = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2, 3)
    )
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": relations(
            (f"{OFFICE_RELATIONS}/officeDocument", "word/document.xml"),
            (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            *(
                (f"{OFFICE_RELATIONS}/{name}", f"{name}.xml")
                for name in ("styles", "numbering", "footnotes", "endnotes", "comments")
            )
        ),
        "word/comments.xml": f"<w:comments {_WORD}>{comments}</w:comments>",
        "word/styles.xml": f"<w:styles {_WORD}>{headings}{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {_WORD}>{numbering}</w:numbering>",
        "word/footnotes.xml": f"<w:footnotes {_WORD}>{footnotes}</w:footnotes>",
        "word/endnotes.xml": f"<w:endnotes {_WORD}>{endnotes}</w:endnotes>",
        "docProps/core.xml": f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c>',
    }
    return pack(files | dict(members or {}))


def write_odt(
    body: str,
    *,
    title: str = "",
    language: str = "",
    styles: str = "",
    manifest: str = "",
    objects: Mapping[str, str] | None = None,
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """`body` is what stands inside `office:text`, `styles` inside the automatic styles, `objects` are roots by their
    addresses.
    """
    files: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": (
            f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
        ),
        "meta.xml": (
            f"<office:document-meta {ODF}><office:meta><dc:title>{title}</dc:title>"
            f"<dc:language>{language}</dc:language></office:meta></office:document-meta>"
        ),
        "META-INF/manifest.xml": f"<manifest:manifest {ODF}>{manifest}</manifest:manifest>",
    }
    for address, root in (objects or {}).items():
        files[f"{address}/content.xml"] = f"<office:document-content {ODF}>{root}</office:document-content>"
    return pack(files | dict(members or {}))


def write_ods(
    sheets: Mapping[str, str], *, title: str = "", styles: str = "", manifest: str = "", hidden: str = ""
) -> bytes:
    """`sheets` are their rows by their names; `hidden` is the name of one that is not shown."""
    style = (
        '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>'
    )
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{"h" if name == hidden else ""}">{rows}</table:table>'
        for name, rows in sheets.items()
    )
    return pack(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {ODF}><office:automatic-styles>{style}{styles}"
            f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
            "meta.xml": f"<office:document-meta {ODF}><office:meta><dc:title>{title}</dc:title></office:meta>"
            "</office:document-meta>",
            "META-INF/manifest.xml": f"<manifest:manifest {ODF}>{manifest}</manifest:manifest>",
        }
    )


def write_rtf(body: str, *, title: str = "", head: str = "") -> bytes:
    """`head` comes before the body: a code page, fonts. Styles 1 to 3 are headings."""
    headings = "".join(rf"{{\s{n}\sbasedon0 heading {n};}}" for n in (1, 2, 3))
    start = rf"{{\rtf1\ansi\ansicpg1252\deff0{head}{{\stylesheet{{\s0 Normal;}}{headings}}}"
    return (start + rf"{{\info{{\title {title}}}{{\author Someone}}}}" + body + "}").encode("latin-1")


def relations(*targets: tuple[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def pack(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, method)
    return packed.getvalue()
