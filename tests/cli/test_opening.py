"""The documents of the command line: attachments come along, versions are known, passwords are asked for."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Octavo

_MAIL = """From: Ann Marlow <ann@example.org>
Date: Thu, 12 Mar 2026 09:30:00 +0000
Subject: The lease
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: text/plain

The lease is attached.
--x
Content-Type: text/plain; name="lease.txt"
Content-Disposition: attachment; filename="lease.txt"

The rent is 4,000 crowns a month.
--x--
"""


def test_a_mail_that_is_named_brings_its_attachments(octavo: Octavo, tmp_path: Path) -> None:
    mail = tmp_path / "lease.eml"
    mail.write_text(_MAIL, encoding="utf-8")
    code, out, err = octavo("ask", "--data-dir", tmp_path / "desk", "--json", "--document", mail, "What is the rent?")
    assert code == 0, err
    assert "4,000 crowns" in out, "the attachment is asked about"


def test_a_file_that_has_changed_is_a_new_version(octavo: Octavo, tmp_path: Path) -> None:
    lease, desk = tmp_path / "lease.txt", tmp_path / "desk"
    for rent in ("4,000", "4,500"):
        lease.write_text(f"The rent is {rent} crowns a month.\n", encoding="utf-8")
        code, _out, err = octavo("cite", "--data-dir", desk, "--document", lease)
        assert code == 0, err
    code, out, _err = octavo("folders", "--data-dir", desk, "--json")
    assert (code, json.loads(out)["folders"]) == (0, []), "a file by itself is no folder"
    from tests.whole import open_desk_at

    opened = open_desk_at(desk)
    try:
        older, newer = sorted(opened.documents.library.books(), key=lambda book: book.added_at)
        assert opened.documents.adding.shelf()[older.id].newer_id == newer.id
    finally:
        opened.close()


def test_why_a_named_file_cannot_be_read_is_said(octavo: Octavo, tmp_path: Path) -> None:
    damaged = tmp_path / "lease.pdf"
    damaged.write_bytes(b"%PDF-1.7\nnothing")
    for _again in range(2):
        code, _out, err = octavo("cite", "--data-dir", tmp_path / "desk", "--document", damaged)
        assert code == 3
        assert "lease.pdf" in err
    code, _out, err = octavo("cite", "--data-dir", tmp_path / "desk", "--document", tmp_path / "gone.pdf")
    assert (code, "gone.pdf" in err) == (3, True)
