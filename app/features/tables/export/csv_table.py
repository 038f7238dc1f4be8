"""A grid as CSV in UTF-8: of every question the value, what was found out about it, and its page with its sentence."""

from __future__ import annotations

import csv
import io

from app.core.conversations.values import ValueState
from app.export.plain import plain_text
from app.export.table import disarm_cell
from app.features.tables.export.report import GridCell, GridReport
from app.wording.i18n import _


def write_grid(report: GridReport) -> bytes:
    """Return the grid as CSV: dates as 2031-03-31 and numbers without thousands, as programs read them; with the mark
    by which Excel knows UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    names = [_("Document")]
    for heading in report.headings:
        names += [heading.title, _("{title}: finding").format(title=heading.title)]
        names += [_("{title}: page").format(title=heading.title), _("{title}: sentence").format(title=heading.title)]
        names += [_("{title}: note").format(title=heading.title)]
    writer.writerow(map(disarm_cell, names))
    for line in report.lines:
        cells = [line.title]
        for cell in line.cells:
            note = " ".join(filter(None, (cell.answered, cell.comment)))
            cells += [_value(cell), cell.finding, cell.place, cell.sentence, note]
        writer.writerow(map(disarm_cell, cells))
    return out.getvalue().encode("utf-8-sig")


def _value(cell: GridCell) -> str:
    value = cell.read.value
    if value.state is not ValueState.HAS:
        return cell.words
    if value.number is not None:
        return f"{value.currency} {value.number:f}".strip()
    return value.text if value.day is not None else plain_text(cell.words)
