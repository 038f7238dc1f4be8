"""The record as a file, CSV or JSON, with its proof; and whether such a file is as it was written.

Both have the fields of each entry, its hash, and the salt and text where texts are kept; then an end: when the file was
written, how many entries there are, the hash of the last, and the desk's seal on both.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.record import FIELDS, RecordEntry, RecordFlaw, RecordVerdict, verify
from app.store.record import RecordStore, Seal

ENDINGS = (".csv", ".json")
MOST_BYTES = 1 << 30
"""The largest file that is verified: a million entries take half of it."""

_COLUMNS = (*FIELDS, "sha256", "salt", "text")
_NUMBERS = frozenset({"number", "tokens_read", "tokens_written"})
_END = "end"
_FORMULA = ("=", "+", "-", "@", "\t", "'")


class RecordEnd(msgspec.Struct, frozen=True):
    """The last line of a file."""

    time: str
    count: int
    sha256: str
    seal: str


class RecordFile(msgspec.Struct, frozen=True):
    """A record as a file. `octavo_record` is the version of the format."""

    octavo_record: int
    entries: tuple[RecordEntry, ...]
    end: RecordEnd


def written(entries: Sequence[RecordEntry], seal: Seal, ending: str) -> bytes:
    """Return all entries of a record as a file of this ending, one entry a line."""
    end = RecordEnd(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), seal.count, seal.sha256, seal.mac)
    if ending == ".json":
        lines = b",\n".join(map(msgspec.json.encode, entries))
        return b'{"octavo_record":1,"entries":[\n%b\n],"end":%b}\n' % (lines, msgspec.json.encode(end))
    lines_of_csv = [",".join(_COLUMNS), *map(_csv_line, entries), _csv_end(end)]
    return "".join(f"{line}\n" for line in lines_of_csv).encode()


def verify_file(path: Path, own: RecordStore | None) -> RecordVerdict:
    """Verify that a file has all entries that it had when it was written, each as it was. `own` is the record of the
    open desk; if the file was written from it, both must agree, and the desk knows its seal.

    Raises AppError FILE_MISSING, FILE_UNREADABLE, RECORD_FILE if it is no record.
    """
    read = read_file(path)
    verdict = verify(read.entries, head=(read.end.count, read.end.sha256))
    if verdict.flaw is not None or own is None or not read.entries:
        return verdict
    ours = own.entries()
    if not ours or ours[0].sha256 != read.entries[0].sha256:
        return verdict  # of another desk
    for mine, theirs in zip(ours, read.entries, strict=False):
        if mine.sha256 != theirs.sha256:
            return msgspec.structs.replace(verdict, flaw=RecordFlaw.OTHER, at=theirs.number)
    if not own.has_sealed(read.end.count, read.end.sha256, read.end.seal):
        return msgspec.structs.replace(verdict, flaw=RecordFlaw.SEAL, at=verdict.count)
    return msgspec.structs.replace(verdict, is_sealed=True)


def read_file(path: Path) -> RecordFile:
    """Return the content of a file. Raises AppError FILE_MISSING, FILE_UNREADABLE, RECORD_FILE."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise AppError(Code.FILE_MISSING, path=str(path)) from error
    except OSError as error:
        raise AppError(Code.FILE_UNREADABLE, path=str(path)) from error
    try:
        if len(content) > MOST_BYTES:
            raise ValueError(len(content))
        if content.lstrip()[:1] == b"{":
            return msgspec.json.decode(content, type=RecordFile)
        return _read_csv(content.decode("utf-8-sig"))
    except (ValueError, csv.Error, RecursionError) as error:
        raise AppError(Code.RECORD_FILE, path=str(path)) from error


def _csv_line(entry: RecordEntry) -> str:
    """Return an entry as a line of CSV. Its fields have nothing that needs quotation marks; the text has, and is no
    formula for a spreadsheet."""
    text = f"'{entry.text}" if entry.text.startswith(_FORMULA) else entry.text
    quoted = '"' + text.replace('"', '""') + '"' if text else ""
    return f"{entry.line},{entry.sha256},{entry.salt},{quoted}"


def _csv_end(end: RecordEnd) -> str:
    values = {"number": _END, "time": end.time, "detail": str(end.count), "sha256": end.sha256, "salt": end.seal}
    return ",".join(values.get(name, "") for name in _COLUMNS)


def _read_csv(text: str) -> RecordFile:
    """Read a record as CSV. Raises ValueError."""
    rows = csv.DictReader(io.StringIO(text), strict=True)
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise ValueError("header")
    entries, end = list[RecordEntry](), None
    for row in _whole(rows):
        if end is not None:
            raise ValueError("behind the end")
        if row["number"] == _END:
            end = RecordEnd(row["time"], int(row["detail"]), row["sha256"], row["salt"])
        else:
            row["text"] = row["text"].removeprefix("'") if row["text"].startswith("'") else row["text"]
            entries.append(msgspec.convert({name: _value(name, row[name]) for name in _COLUMNS}, RecordEntry))
    if end is None:  # the end itself was cut off
        end = RecordEnd("", len(entries) + 1, "", "")
    return RecordFile(1, tuple(entries), end)


def _whole(rows: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    for row in rows:
        if None in row or None in row.values():
            raise ValueError("columns")
        yield row


def _value(name: str, text: str) -> str | int:
    """Return the value of a field. A number is written in one way only. Raises ValueError."""
    if name not in _NUMBERS:
        return text
    if str(int(text)) != text:
        raise ValueError(text)
    return int(text)
