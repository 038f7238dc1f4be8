"""The things that the kernel keeps on a desk, with their names and what would delete them, in words."""

from __future__ import annotations

from app.core.kept import CountedTable, Keeps, KeptKind, KeptWhere, RecordedThing, SearchedTable, TextSource
from app.wording.i18n import _

_OF_QUESTION = "(SELECT q.conversation_id FROM questions q WHERE q.id = t.question_id)"
_OF_CELLS = """
    SELECT c.id, concat_ws(' · ', nullif(c.title, ''), nullif((
            SELECT k.title FROM books k WHERE json_array_length(t.books) = 1 AND k.id = t.books -> 0 ->> 'book_id'
        ), '')) AS title, t.text, c.created_at AS time, c.created_at AS made, t.row AS place, t.question_id,
        NULL AS book_id, NULL AS page, NULL AS start, NULL AS stop
        FROM conversations c JOIN sheets s ON s.conversation_id = c.id JOIN (
            SELECT l.sheet_id, l.question_id, r.books, r.number AS row,
                concat_ws(char(10, 10), iif(l.correction = '', a.text, l.correction), nullif(l.comment, '')) AS text
                FROM sheet_cells l JOIN sheet_rows r ON r.sheet_id = l.sheet_id AND r.number = l.row_number
                LEFT JOIN answers a ON a.question_id = l.question_id AND a.shown WHERE NOT EXISTS (
                    SELECT 1 FROM json_each(r.books) j JOIN books k ON k.id = j.value ->> 'book_id' WHERE k.bin_id != ''
                )
            UNION ALL SELECT l.sheet_id, l.question_id, '[]', min(l.row_number), q.text
                FROM sheet_cells l JOIN questions q ON q.id = l.question_id GROUP BY l.sheet_id, l.column_number
        ) t ON t.sheet_id = c.id WHERE c.bin_id = '' AND NOT (s.excerpts AND s.question_id != '')"""
"""A cell has its correction, or else its answer, and its comment; the first cell of a column has its question, too.
Sheets that only make notes shorter are left out."""
_OF_NOTES = """
    SELECT n.id, ifnull(b.title, '') AS title, concat(n.text, char(10, 10), n.words) AS text, n.changed_at AS time,
        n.created_at AS made, 0 AS place, '' AS question_id, n.book_id, n.page, n.start, n.stop
        FROM notes n LEFT JOIN books b ON b.id = n.book_id WHERE ifnull(b.bin_id, '') = ''"""


def _delete_conversation() -> str:
    return _("Delete the conversation or the sheet and empty the bin.")


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
        KeptKind(KeptWhere.SHEETS, lambda: _("Question sheets and tables"), _delete_conversation, total="sheets"),
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
        SearchedTable("sheet_columns", KeptWhere.CONVERSATIONS, "t.sheet_id", ("name", "question", "form")),
        SearchedTable("sheet_cells", KeptWhere.CONVERSATIONS, "t.sheet_id", ("correction", "comment")),
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
        CountedTable("sheets", lambda: _("question sheets: {n}")),
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
        RecordedThing("grid", lambda: _("Table")),
        RecordedThing("matter", lambda: _("Matter")),
        RecordedThing("model", lambda: _("Model")),
        RecordedThing("sheet", lambda: _("Question sheet")),
        RecordedThing("table", lambda: _("Table")),
    ),
    texts=(
        TextSource(
            KeptWhere.SHEETS,
            lambda: _("Question sheets"),
            lambda: _("question sheets"),
            lambda: _("1 question sheet"),
            lambda: _("{n} question sheets"),
            lambda: _("question sheet “{title}”"),
            _OF_CELLS,
        ),
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
