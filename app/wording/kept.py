"""The things that the kernel keeps on a desk, with their names and what would delete them, in words."""

from __future__ import annotations

from app.core.kept import CountedTable, Keeps, KeptKind, KeptWhere, RecordedThing, SearchedTable, TextSource
from app.wording.i18n import _

_OF_QUESTION = "(SELECT q.conversation_id FROM questions q WHERE q.id = t.question_id)"
_OF_NOTES = """
    SELECT n.id, ifnull(b.title, '') AS title, concat(n.text, char(10, 10), n.words) AS text, n.changed_at AS time,
        n.created_at AS made, 0 AS place, '' AS question_id, n.book_id, n.page, n.start, n.stop
        FROM notes n LEFT JOIN books b ON b.id = n.book_id WHERE ifnull(b.bin_id, '') = ''"""


def _delete_conversation() -> str:
    return _("Delete the conversation or the table and empty the bin.")


KEEPS = Keeps(
    kinds=(
        KeptKind(
            KeptWhere.DOCUMENTS,
            lambda: _("Documents"),
            lambda: _("Remove the document from the shelf and empty the bin: all that came of it goes along."),
            total="books",
            title="SELECT title, bin_id != '' FROM books WHERE id = ?",
        ),
        KeptKind(
            KeptWhere.CONVERSATIONS,
            lambda: _("Conversations"),
            _delete_conversation,
            total="conversations c WHERE NOT EXISTS (SELECT 1 FROM sheets s WHERE s.conversation_id = c.id)",
            title="SELECT title, bin_id != '' FROM conversations WHERE id = ?",
        ),
        KeptKind(
            KeptWhere.NOTES,
            lambda: _("Notes and highlights"),
            lambda: _("Delete the note."),
            total="notes",
            title="SELECT iif(words = '', text, words), 0 FROM notes WHERE id = ?",
        ),
        KeptKind(
            KeptWhere.READINGS,
            lambda: _("Saved readings"),
            lambda: _("Delete the saved reading in the settings, or remove its document."),
        ),
        KeptKind(
            KeptWhere.EXPORTS,
            lambda: _("Exports"),
            lambda: _(
                "Exported files are outside Octavo: delete them where they are. Their entries stay in the record."
            ),
            total="record_entries WHERE kind = 'export'",
        ),
        KeptKind(
            KeptWhere.RECORD,
            lambda: _("Record"),
            lambda: _("Entries stay, without texts once what they are about is deleted."),
            total="record_entries",
            title="SELECT kind || ' ' || time, 0 FROM record_entries WHERE number = ?",
        ),
        KeptKind(
            KeptWhere.FOLDERS,
            lambda: _("Added folders and files"),
            lambda: _("Remove its documents: the place goes with them. The files themselves are yours."),
            total="sources",
        ),
        KeptKind(
            KeptWhere.BIN,
            lambda: _("Bin"),
            lambda: _("Empty the bin."),
            total="bin",
            title="SELECT title, 1 FROM bin WHERE id = ?",
        ),
        KeptKind(KeptWhere.SETTINGS, lambda: _("Settings"), lambda: _("Change the setting."), total="settings"),
        KeptKind(
            KeptWhere.MATTERS,
            lambda: _("Matters"),
            lambda: _("Rename or delete the matter."),
            title="SELECT name, 0 FROM matters WHERE id = ?",
        ),
    ),
    tables=(
        SearchedTable("books", KeptWhere.DOCUMENTS, "t.id", ("title", "path", "outline", "labels", "member", "facts")),
        SearchedTable("pages", KeptWhere.DOCUMENTS, "t.book_id", ("label", "text", "chapter", "hidden")),
        SearchedTable("recognitions", KeptWhere.DOCUMENTS, "t.picture", ("text",)),
        SearchedTable("conversations", KeptWhere.CONVERSATIONS, "t.id", ("title", "instructions")),
        SearchedTable("questions", KeptWhere.CONVERSATIONS, "t.conversation_id", ("text", "form", "plan")),
        SearchedTable(
            "answers",
            KeptWhere.CONVERSATIONS,
            _OF_QUESTION,
            (
                "text",
                "citations",
                "passages",
                "outlines",
                "instructions",
                "parts",
                "verdicts",
                "problem",
                "sent",
                "thought",
            ),
        ),
        SearchedTable("question_images", KeptWhere.CONVERSATIONS, _OF_QUESTION, ("name",)),
        SearchedTable("drafts", KeptWhere.CONVERSATIONS, "t.conversation_id", ("text", "edited")),
        SearchedTable("notes", KeptWhere.NOTES, "t.id", ("words", "text")),
        SearchedTable("record_entries", KeptWhere.RECORD, "t.number", ("model", "engine", "detail")),
        SearchedTable("record_texts", KeptWhere.RECORD, "t.number", ("text",)),
        SearchedTable("sources", KeptWhere.FOLDERS, "t.path", ("path",)),
        SearchedTable("places", KeptWhere.FOLDERS, "t.path", ("path", "name", "problem")),
        SearchedTable("bin", KeptWhere.BIN, "t.id", ("title",)),
        SearchedTable("settings", KeptWhere.SETTINGS, "t.name", ("value",)),
        SearchedTable("blobs", KeptWhere.SETTINGS, "t.name", ("value",)),
        SearchedTable("matters", KeptWhere.MATTERS, "t.id", ("name",)),
    ),
    without_texts=frozenset(
        (
            *("book_tokens", "conversation_books", "covers", "deleted_matters", "images", "left_out"),
            *("passage_vectors", "record_head", "sheet_rows", "sheets"),
            "passages",  # with its indexes: they cut up the pages of books, which are looked through
        )
    ),
    counted=(
        CountedTable("books", lambda: _("documents: {n}")),
        CountedTable("pages", lambda: _("pages: {n}")),
        CountedTable("conversations", lambda: _("conversations: {n}")),
        CountedTable("questions", lambda: _("questions: {n}")),
        CountedTable("answers", lambda: _("answers: {n}")),
        CountedTable("notes", lambda: _("notes: {n}")),
        CountedTable("images", lambda: _("images: {n}")),
        CountedTable("matters", lambda: _("matters: {n}")),
        CountedTable("settings", lambda: _("settings: {n}")),
    ),
    recorded=(
        RecordedThing("answer", lambda: _("Answer")),
        RecordedThing("book", lambda: _("Document")),
        RecordedThing("conversation", lambda: _("Conversation")),
        RecordedThing("document", lambda: _("Document")),
        RecordedThing("matter", lambda: _("Matter")),
        RecordedThing("model", lambda: _("Model")),
        RecordedThing("table", lambda: _("Table")),
    ),
    texts=(
        TextSource(
            KeptWhere.NOTES,
            lambda: _("Notes"),
            lambda: _("notes"),
            lambda: _("1 note"),
            lambda: _("{n} notes"),
            lambda: _("note on “{title}”"),
            _OF_NOTES,
        ),
    ),
)
"""Everything that the kernel keeps on a desk."""
