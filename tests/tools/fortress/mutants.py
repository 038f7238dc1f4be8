"""Files of every kind changed where it matters: objects and streams of a PDF, elements of XML inside a ZIP, chunks of a
PNG with their sums made right again, words of text, fields of what is binary. The same seed gives the same files."""

from __future__ import annotations

import contextlib
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random

import pikepdf
from lxml import etree

Mutator = Callable[[bytes, Random], bytes]

_INTEGERS = (0, 1, 2, 127, 128, 255, 256, 32_767, 32_768, 65_535, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
_WORDS = (
    *("", "0", "-1", "1", "2147483648", "99999999999999999999", "1e999", "NaN", "0.00001", "true", "none", "auto"),
    *("../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/", "#", "rId1", "rId99", "A1"),
    *("A1:XFD1048576", "&#0;", "\u202e", "\ufffe", "é" * 300, "x" * 70_000, "100%", "-50pt", "{0}", "%s%s%n"),
)
_XML_NAMES = re.compile(r"\.(xml|rels|xhtml|html|htm|opf|ncx|svg|smil)$")
_DEEP, _MANY = 400, 60


def mutants(seeds: list[bytes], mutator: Mutator, count: int, name: str) -> Iterator[bytes]:
    """Yield `count` mutants, of each seed in turn; `name` seeds the chance."""
    chance = Random(f"octavo {name}")
    for number in range(count):
        yield mutator(seeds[number % len(seeds)], chance)


# ---- bytes and fields


def in_bytes(data: bytes, chance: Random) -> bytes:
    """Bits, bytes, stretches: removed, repeated, exchanged; or cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 4, 16))):
        at = chance.randrange(max(1, len(changed)))
        size = chance.choice((1, 2, 4, 16, 256))
        match chance.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([(changed[at] if changed else 0) ^ 1 << chance.randrange(8)])
            case 1:
                changed[at : at + size] = chance.randbytes(size)
            case 2:
                del changed[at : at + size]
            case 3:
                changed[at:at] = changed[at : at + size] * chance.choice((1, 2, 50))
            case 4:
                other = chance.randrange(max(1, len(changed)))
                changed[at : at + size] = changed[other : other + size]
            case 5 if chance.random() < 0.2:
                del changed[at:]
    return bytes(changed)


def in_fields(data: bytes, chance: Random) -> bytes:
    """Numbers of two, four or eight bytes at even places become extreme ones: sizes, counts, offsets; most often near
    the beginning, where the tables are."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        reach = chance.choice((64, 512, 4096, len(changed)))
        width, order = chance.choice((2, 4, 4, 8)), chance.choice("<>")
        at = chance.randrange(max(1, min(reach, len(changed)) // 2)) * 2
        kind = {2: "H", 4: "I", 8: "Q"}[width]
        value = chance.choice((*_INTEGERS, len(data), len(data) - 1, len(data) // 2)) & ((1 << 8 * width) - 1)
        if at + width <= len(changed):
            struct.pack_into(f"{order}{kind}", changed, at, value)
    return bytes(changed)


def either(*mutators: Mutator) -> Mutator:
    return lambda data, chance: chance.choice(mutators)(data, chance)


def in_words(data: bytes, chance: Random) -> bytes:
    """Words, numbers and signs of a text: exchanged, removed, repeated, nested, replaced by odd ones."""
    pieces = re.findall(rb"[A-Za-z]+|\d+|\s+|[^A-Za-z\d\s]", data)
    for _ in range(chance.choice((1, 2, 5, 20))):
        if not pieces:
            break
        at, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        match chance.randrange(6):
            case 0:
                pieces[at] = chance.choice(_WORDS).encode("utf-8", "replace")
            case 1:
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 2:
                del pieces[at : at + chance.choice((1, 3, 30))]
            case 3:
                pieces[at:at] = pieces[at : at + chance.choice((1, 3, 30))] * chance.choice((1, 2, _MANY))
            case 4:
                pieces[at] = pieces[at] * chance.choice((2, 50, 3000))
            case 5:
                signs = [piece for piece in pieces if not piece.isalnum() and not piece.isspace()] or [b"<"]
                pieces[at:at] = [chance.choice(signs)] * chance.choice((1, _DEEP))
    return b"".join(pieces)


# ---- XML


def in_xml(data: bytes, chance: Random) -> bytes:
    """Elements removed, repeated, moved, nested and renamed; attributes and texts replaced. What is no XML changes by
    its words."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return in_words(data, chance)
    for _ in range(chance.choice((1, 2, 4, 12))):
        elements = [each for each in root.iter() if isinstance(each.tag, str)]
        with contextlib.suppress(ValueError, TypeError):  # what XML cannot hold, and an element below itself
            _change(chance.choice(elements), chance.choice(elements), chance)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _change(element: etree._Element, other: etree._Element, chance: Random) -> None:
    parent = element.getparent()
    match chance.randrange(8):
        case 0 if parent is not None:
            parent.remove(element)
        case 1 if parent is not None:
            size = sum(1 for _ in element.iter())
            for _ in range(chance.choice((1, 3, _MANY)) if size < _MANY else 1):
                parent.append(deepcopy(element))
        case 2 if parent is not None and element not in other.iterancestors() and element is not other:
            other.append(element)
        case 3:
            element.tag, other.tag = other.tag, element.tag
        case 4:
            inner = element
            for _ in range(chance.choice((3, _DEEP))):
                inner = etree.SubElement(inner, element.tag, {str(name): str(value) for name, value in element.items()})
        case 5:
            element.text = chance.choice(_WORDS)
        case 6 if element.attrib:
            name = chance.choice(list(element.attrib))
            if chance.random() < 0.2:
                del element.attrib[name]
            else:
                element.attrib[name] = chance.choice((*_WORDS, *map(str, other.attrib.values())))
        case _:
            for name, value in other.attrib.items():
                element.attrib[name] = value


# ---- ZIP


def in_zip(data: bytes, chance: Random) -> bytes:
    """Members changed by what they are; now and then the folder of the archive itself."""
    if chance.random() < 0.1:
        return in_fields(data, chance) if chance.random() < 0.5 else _in_tail(data, chance)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info), info.compress_type) for info in archive.infolist()]
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(members))
        name, content, method = members[at]
        match chance.randrange(10):
            case 0:
                del members[at]
                if not members:
                    break
            case 1:
                members.append((chance.choice(members)[0], content, method))
            case 2:
                members[at] = (
                    chance.choice(("../" * 9 + name, "/" + name, name.upper(), name + "\0.xml", "")),
                    content,
                    0,
                )
            case _:
                change = in_xml if _XML_NAMES.search(name) else either(in_bytes, in_fields)
                members[at] = (name, change(content, chance), method)
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w") as archive:
        warnings.simplefilter("ignore")  # a name that is there twice
        for name, content, method in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return packed.getvalue()


def _in_tail(data: bytes, chance: Random) -> bytes:
    """Where a ZIP keeps its table of contents."""
    start = max(0, data.rfind(b"PK\1\2"))
    return data[:start] + in_fields(data[start:], chance)


# ---- PDF


def in_pdf(data: bytes, chance: Random) -> bytes:
    """Objects, their links to each other, and what is in their streams; now and then the bytes of the file."""
    if chance.random() < 0.1:
        return in_bytes(data, chance)
    with warnings.catch_warnings(), pikepdf.open(io.BytesIO(data)) as pdf:
        warnings.simplefilter("ignore")  # a form that has lost its fields
        objects = list(pdf.objects)
        for _ in range(chance.choice((1, 2, 4, 10))):
            with contextlib.suppress(ValueError, TypeError, KeyError, IndexError, RuntimeError, pikepdf.PdfError):
                _change_object(pdf, chance.choice(objects), chance.choice(objects), chance)
        file = io.BytesIO()
        try:
            pdf.save(file, qdf=True, static_id=True, fix_metadata_version=False)
        except (pikepdf.PdfError, RuntimeError, ValueError):  # too odd to be written: the file changes by its words
            return in_words(data, chance)
    written = file.getvalue()
    return in_words(written, chance) if chance.random() < 0.15 else written


def _change_object(pdf: pikepdf.Pdf, one: pikepdf.Object, other: pikepdf.Object, chance: Random) -> None:
    match chance.randrange(6):
        case 0 | 1 if isinstance(one, pikepdf.Stream):
            content = one.read_bytes()
            one.write(chance.choice((in_bytes, in_words, in_fields))(content, chance))
        case 2 if isinstance(one, pikepdf.Stream):
            filters = ("/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/DCTDecode", "/JBIG2Decode", "/JPXDecode")
            one.write(one.read_raw_bytes(), filter=pikepdf.Name(chance.choice(filters)))
        case 3 if isinstance(one, pikepdf.Array):
            one.extend([other] * chance.choice((1, _MANY)))
        case _:
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream) and (keys := list(one.keys())):
                key = chance.choice(keys)
                if chance.random() < 0.2:
                    del one[key]
                else:
                    one[key] = _value(pdf, other, chance)


def _value(pdf: pikepdf.Pdf, other: pikepdf.Object, chance: Random) -> object:
    values = (
        other,
        pdf.Root,
        chance.choice(_INTEGERS) - chance.choice((0, 1 << 31)),
        pikepdf.Name(
            "/" + chance.choice(("Page", "Pages", "Font", "Type3", "Type0", "Identity-H", "Form", "Sig", "X"))
        ),
        pikepdf.String(chance.choice(_WORDS)),
        pikepdf.Array([other] * chance.choice((0, 1, 4, 1000))),
        pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=pikepdf.Array([other, other])),
    )
    return chance.choice(values)


# ---- images


def in_png(data: bytes, chance: Random) -> bytes:
    """Chunks with their sums made right again; pixels before they are packed."""
    if not data.startswith(b"\x89PNG"):
        return either(in_fields, in_bytes)(data, chance)
    chunks, at = [], 8
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    for _ in range(chance.choice((1, 2, 3))):
        place = chance.randrange(len(chunks))
        kind, content = chunks[place]
        match chance.randrange(6):
            case 0:
                chunks.insert(chance.randrange(len(chunks)), chunks[place])
            case 1:
                del chunks[place]
                if not chunks:
                    break
            case 2 if kind == b"IDAT":
                with contextlib.suppress(zlib.error):
                    content = zlib.compress(in_bytes(zlib.decompress(content), chance))
                chunks[place] = (kind, content)
            case 3:
                chunks[place] = (
                    chance.choice((b"tRNS", b"PLTE", b"iCCP", b"zTXt", b"eXIf", b"acTL", b"fdAT")),
                    content,
                )
            case _:
                chunks[place] = (kind, either(in_fields, in_bytes)(content, chance) if content else chance.randbytes(9))
    return data[:8] + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def in_image(data: bytes, chance: Random) -> bytes:
    return in_png(data, chance) if data.startswith(b"\x89PNG") else either(in_fields, in_bytes)(data, chance)
