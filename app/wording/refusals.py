"""Says what a file is that Octavo does not read, and how a person gets at its text."""

from __future__ import annotations

from app.core.documents.document import RefusedKind
from app.wording.i18n import _


def what(kind: str) -> str:
    """Return the kind of a file, as it stands in a sentence."""
    return {
        RefusedKind.WORD: _("a document of Word before 1997"),
        RefusedKind.POWERPOINT: _("a presentation of PowerPoint 97 to 2003"),
        RefusedKind.PUBLISHER: _("a Publisher document"),
        RefusedKind.VISIO: _("a Visio drawing"),
        RefusedKind.OUTLOOK_DATA: _("an Outlook archive"),
        RefusedKind.ACCESS: _("an Access database"),
        RefusedKind.ONENOTE: _("a OneNote section"),
        RefusedKind.WORDPERFECT: _("a WordPerfect document"),
        RefusedKind.IWORK: _("a document of Pages, Numbers or Keynote"),
        RefusedKind.ARCHIVE: _("an archive"),
        RefusedKind.KINDLE: _("a Kindle book"),
        RefusedKind.DJVU: _("a DjVu document"),
        RefusedKind.HELP: _("a help file of Windows"),
        RefusedKind.WINMAIL: _("an attachment that Outlook packed"),
    }.get(RefusedKind(kind), "?")


def way_out(kind: str) -> str:
    """Return a sentence that says what to do instead."""
    pdf = _("Open it in its program and save it as PDF.")
    return {
        RefusedKind.WORD: _("Open it in Word or LibreOffice and save it as DOCX."),
        RefusedKind.POWERPOINT: _("Open it in PowerPoint or LibreOffice and save it as PPTX."),
        RefusedKind.OUTLOOK_DATA: _("Open it in Outlook and save the messages that you need as files."),
        RefusedKind.ACCESS: _("Open it in Access and export the tables that you need to Excel."),
        RefusedKind.WORDPERFECT: _("Open it in LibreOffice and save it as DOCX."),
        RefusedKind.ARCHIVE: _("Unpack it and add the files in it."),
        RefusedKind.KINDLE: _("If it has no copy protection, convert it to EPUB with Calibre."),
        RefusedKind.WINMAIL: _("Ask for the message as an Outlook message or as PDF."),
    }.get(RefusedKind(kind), pdf)
