"""`octavo chronology` and `octavo people`: what was found, with its pages, for people and for programs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from app.features.chronology.words import limits_words
from tests.cli.conftest import Octavo

LEASE = """# The lease

Marlow Rigging Ltd and Mr Smith signed the lease on 5 March 2024 for EUR 48,000 a year.

It ends on 31 March 2031. The following day the berth is handed over to Anna Berg.
"""
MAIL = "From: Anna Berg <a@example.org>\nDate: Tue, 02 Jan 2024 10:00:00 +0100\nSubject: Berth 3\n\nPlease call.\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "lease.md").write_text(LEASE, encoding="utf-8")
    (folder / "mail.eml").write_text(MAIL, encoding="utf-8")
    return folder


def listed(octavo: Octavo, tmp_path: Path, *words: object) -> Any:
    code, out, err = octavo(words[0], "--data-dir", tmp_path / "desk", "--json", *words[1:])
    assert code == 0, err
    return json.loads(out)


def test_events_in_their_order(octavo: Octavo, case: Path, tmp_path: Path) -> None:
    events = listed(octavo, tmp_path, "chronology", "--document", case)["events"]
    assert [(event["date"], event["places"][0]["document"], event["reckoned"]) for event in events] == [
        ("2024-01-02", "Berth 3", False),
        ("2024-03-05", "The lease", False),
        ("2031-03-31", "The lease", False),
        ("2031-04-01", "The lease", True),
    ]
    mail, signed = events[:2]
    assert mail["text"] == "Berth 3"
    assert signed["amounts"] == ["EUR 48,000"]
    place = signed["places"][0]
    assert (place["page"], place["page_index"], place["date_words"], place["source"]) == (
        "1",
        1,
        "5 March 2024",
        "rules",
    )

    assert listed(octavo, tmp_path, "chronology") == {"events": events}, "of all documents"
    of_anna = listed(octavo, tmp_path, "chronology", "--person", "berg")["events"]
    assert [event["date"] for event in of_anna] == ["2031-04-01"]
    only = listed(octavo, tmp_path, "chronology", "--document", case / "mail.eml")["events"]
    assert [event["date"] for event in only] == ["2024-01-02"]
    code, out, err = octavo("chronology", "--data-dir", tmp_path / "desk")
    assert code == 0
    assert "5 March 2024  Marlow Rigging Ltd and Mr Smith signed the lease" in out
    assert "[The lease, p. 1]" in out
    assert err == f"octavo: {limits_words()}\n"
    code, out, err = octavo("chronology", "--data-dir", tmp_path / "desk", "--person", "Nemo")
    assert (code, out) == (2, "")
    assert "nobody is named so" in err


def test_what_happened_has_no_signs_of_markdown(octavo: Octavo, tmp_path: Path) -> None:
    page = tmp_path / "rent.md"
    page.write_text(
        "# The handbook of 5 May 2023\n\n**Rent** is `due` on 6 May 2023.\n\n"
        "| Quarter | Due | EUR |\n|---|---|---|\n| First quarter of it | 7 May 2023 | 12,500.00 |\n",
        encoding="utf-8",
    )
    shown = ["The handbook of 5 May 2023", "Rent is due on 6 May 2023.", "First quarter of it · 7 May 2023 · 12,500.00"]
    events = listed(octavo, tmp_path, "chronology", "--document", page)["events"]
    assert [event["places"][0]["quote"] for event in events] == [
        "# The handbook of 5 May 2023",
        "**Rent** is `due` on 6 May 2023.",
        "| First quarter of it | 7 May 2023 | 12,500.00 |",
    ], "programs get what the page has"
    file = tmp_path / "rent.csv"
    code, out, err = octavo("chronology", "--data-dir", tmp_path / "desk", "--export", file)
    assert code == 0, err
    assert [line.split("  ")[1] for line in out.splitlines()] == shown
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))[1:]
    assert [(row[2], row[6]) for row in rows] == [(words, words) for words in shown]


def test_people_and_files(octavo: Octavo, case: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"people{ending}" for ending in (".csv", ".md", ".xlsx")]
    for file in files:
        found = listed(octavo, tmp_path, "people", "--document", case, "--export", file)["people"]
    assert {(each["name"], each["kind"], each["mentions"]) for each in found} == {
        ("Anna Berg", "person", 2),
        ("Marlow Rigging Ltd", "organisation", 1),
        ("Mr Smith", "person", 1),
    }
    table, markdown, workbook = files
    head, first, *_others = csv.reader(table.read_text("utf-8-sig").splitlines())
    assert head[:3] == ["Name", "Kind", "Mentions"]
    assert first[:3] == ["Anna Berg", "Person", "2"]
    assert "| Anna Berg | Person | 2 |" in markdown.read_text("utf-8")
    assert "SHA-256" in markdown.read_text("utf-8")
    assert "Anna Berg" in ZipFile(workbook).read("xl/sharedStrings.xml").decode()


def test_a_wrong_name_of_a_file_is_refused_before_anything_is_done(octavo: Octavo, case: Path, tmp_path: Path) -> None:
    code, _out, err = octavo(
        "chronology", "--data-dir", tmp_path / "desk", "--document", case, "--export", tmp_path / "a.pdf"
    )
    assert code == 2
    assert ".xlsx, .csv, .md" in err
