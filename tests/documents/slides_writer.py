"""Small writers of presentations for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.documents.office_writer import ODF, OFFICE_RELATIONS, PACKAGE, pack, relations

_SHAPES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:r="{OFFICE_RELATIONS}"'
)


def text(*paragraphs: str) -> str:
    """Paragraphs of DrawingML; one that begins with "<" is markup already."""
    return "".join(each if each.startswith("<") else f"<a:p><a:r><a:t>{each}</a:t></a:r></a:p>" for each in paragraphs)


def shape(body: str, *, place: tuple[int, int, int, int] | None = None, placeholder: str | None = None) -> str:
    """`body`: its paragraphs. `place`: left, top, width, height. `placeholder`: the attributes of one."""
    kind = "" if placeholder is None else f"<p:ph {placeholder}/>"
    return (
        f"<p:sp><p:nvSpPr><p:cNvPr/><p:cNvSpPr/><p:nvPr>{kind}</p:nvPr></p:nvSpPr><p:spPr>{transform(place)}</p:spPr>"
        f"<p:txBody><a:bodyPr/>{body}</p:txBody></p:sp>"
    )


def transform(place: tuple[int, int, int, int] | None, name: str = "a") -> str:
    if place is None:
        return ""
    left, top, width, height = place
    return f'<{name}:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></{name}:xfrm>'


def title(words: str) -> str:
    return shape(text(words), placeholder='type="title"')


def tree(shapes: str, kind: str = "sld", attributes: str = "") -> str:
    return f"<p:{kind} {_SHAPES} {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{kind}>"


def write_pptx(
    slides: Sequence[str],
    *,
    title: str = "",
    notes: Mapping[int, str] | None = None,
    hidden: Sequence[int] = (),
    related: Mapping[int, Sequence[tuple[str, str]]] | None = None,
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """`slides` are their shapes; `notes` those of the notes by a slide's number, `related` are more relations of
    slides: the last word of the kind, and the part.
    """
    numbers = range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId id="{255 + number}" r:id="r{number}"/>' for number in numbers)
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": relations(
            (f"{OFFICE_RELATIONS}/officeDocument", "ppt/presentation.xml"),
            (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "ppt/presentation.xml": f"<p:presentation {_SHAPES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            (f"{OFFICE_RELATIONS}/commentAuthors", "commentAuthors.xml"),
            *((f"{OFFICE_RELATIONS}/slide", f"slides/slide{number}.xml") for number in numbers),
        ),
        "docProps/core.xml": f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c>',
    }
    for number, shapes in zip(numbers, slides, strict=True):
        files[f"ppt/slides/slide{number}.xml"] = tree(shapes, attributes='show="0"' if number in hidden else "")
        more = [(f"{OFFICE_RELATIONS}/{kind}", part) for kind, part in (related or {}).get(number, ())]
        if number in (notes or {}):
            more.append((f"{OFFICE_RELATIONS}/notesSlide", f"../notesSlides/notes{number}.xml"))
        files[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(*more)
    for number, shapes in (notes or {}).items():
        files[f"ppt/notesSlides/notes{number}.xml"] = tree(shapes, "notes")
    return pack(files | dict(members or {}))


def frame(body: str, *, place: tuple[float, float, float, float] | None = None, kind: str = "") -> str:
    """An OpenDocument frame around `body`; `place`: left, top, width, height in centimetres."""
    left, top, width, height = place or (0, 0, 0, 0)
    box = f'svg:x="{left}cm" svg:y="{top}cm" svg:width="{width}cm" svg:height="{height}cm"' if place else ""
    return f'<draw:frame presentation:class="{kind}" {box}><draw:text-box>{body}</draw:text-box></draw:frame>'


def write_odp(slides: Sequence[str], *, title: str = "", styles: str = "", manifest: str = "") -> bytes:
    """`slides` are the elements of the slides, "<draw:page>" included."""
    return pack(
        {
            "mimetype": "application/vnd.oasis.opendocument.presentation",
            "content.xml": (
                f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
                f"<office:body><office:presentation>{''.join(slides)}</office:presentation></office:body>"
                "</office:document-content>"
            ),
            "meta.xml": f"<office:document-meta {ODF}><office:meta><dc:title>{title}</dc:title></office:meta>"
            "</office:document-meta>",
            "META-INF/manifest.xml": f"<manifest:manifest {ODF}>{manifest}</manifest:manifest>",
        }
    )
