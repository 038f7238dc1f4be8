"""The schema, as the steps that led to it: append a script, never change one that was released."""

from __future__ import annotations

from pathlib import Path

import apsw

from app.core.errors import AppError, Code

_V1 = """
CREATE TABLE books (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    path BLOB NOT NULL,              -- as the system encodes it
    added_at REAL NOT NULL,
    page_count INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    language TEXT NOT NULL,
    outline TEXT NOT NULL,           -- JSON: tuple[Section, ...]
    flagged_pages INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pages (
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    text TEXT NOT NULL,
    chapter TEXT NOT NULL,
    flags TEXT NOT NULL,             -- JSON: tuple[Flag, ...]
    PRIMARY KEY (book_id, number)
) STRICT;

-- Passages cut the pages up, all of each and in their order; a book's ids are consecutive.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,          -- in characters of the page's text
    stop INTEGER NOT NULL
) STRICT;
CREATE INDEX passages_of_book ON passages (book_id, page);

-- What is searched, by the passages' ids: folded text, each script in the one table that suits it.
CREATE VIRTUAL TABLE passage_words USING fts5 (words, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE passage_signs USING fts5 (signs, tokenize = 'trigram');

CREATE TRIGGER a_deleted_passage_is_not_found AFTER DELETE ON passages BEGIN
    DELETE FROM passage_words WHERE rowid = old.id;
    DELETE FROM passage_signs WHERE rowid = old.id;
END;

-- Words of deleted rows stay in the index until its segments are merged. FTS5's own "secure-delete" is no remedy: it
-- leaves words behind in the %_idx tables, and takes fifty times as long.
CREATE TRIGGER a_deleted_book_leaves_no_words AFTER DELETE ON books BEGIN
    INSERT INTO passage_words (passage_words) VALUES ('optimize');
    INSERT INTO passage_signs (passage_signs) VALUES ('optimize');
END;

CREATE TABLE book_tokens (
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    vocabulary TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (book_id, vocabulary)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation_books (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    book_id TEXT NOT NULL,
    first_page INTEGER,              -- both NULL: the whole book
    last_page INTEGER,
    PRIMARY KEY (conversation_id, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER a_deleted_book_leaves_the_desks AFTER DELETE ON books BEGIN
    DELETE FROM conversation_books WHERE book_id = old.id;
END;

-- Questions and answers are a tree: an answer hangs below its question, a question below the answer it follows.
-- Siblings are variants of each other; of each family at most one is shown, and it stays so while others are looked at.
CREATE TABLE questions (
    seq INTEGER PRIMARY KEY,         -- the order in which they were asked
    id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- Deferred instead of cascading: a cascade down a long conversation would exceed SQLite's depth of triggers.
    parent_id TEXT REFERENCES answers (id) DEFERRABLE INITIALLY DEFERRED,
    text TEXT NOT NULL,
    books TEXT NOT NULL,             -- JSON: tuple[BookRef, ...]; a record, of books that are gone too
    created_at REAL NOT NULL,
    shown INTEGER NOT NULL
) STRICT;
CREATE INDEX questions_of_conversation ON questions (conversation_id, parent_id);
CREATE INDEX questions_below_answer ON questions (parent_id);
CREATE UNIQUE INDEX one_question_is_shown ON questions (conversation_id, ifnull(parent_id, '')) WHERE shown;

CREATE TABLE answers (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    question_id TEXT NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    ending TEXT NOT NULL,
    model TEXT NOT NULL,
    created_at REAL NOT NULL,
    citations TEXT NOT NULL,         -- JSON: tuple[Citation, ...]
    usage TEXT NOT NULL,             -- JSON: Usage
    timings TEXT NOT NULL,           -- JSON: Timings
    problem TEXT NOT NULL,           -- JSON: Problem | None
    passages TEXT NOT NULL,          -- JSON: tuple[PassageRef, ...]
    excerpts INTEGER NOT NULL,
    shown INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_of_question ON answers (question_id);
CREATE UNIQUE INDEX one_answer_is_shown ON answers (question_id) WHERE shown;

CREATE TABLE images (
    sha256 TEXT NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE question_images (
    question_id TEXT NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sha256 TEXT NOT NULL REFERENCES images (sha256),
    name TEXT NOT NULL,
    PRIMARY KEY (question_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX questions_of_image ON question_images (sha256);

CREATE TRIGGER an_unused_image_goes AFTER DELETE ON question_images BEGIN
    DELETE FROM images WHERE sha256 = old.sha256
        AND NOT EXISTS (SELECT 1 FROM question_images WHERE sha256 = old.sha256);
END;

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,  -- such as engine.threads
    value TEXT NOT NULL              -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
"""

_V2 = """
ALTER TABLE pages ADD COLUMN hidden TEXT NOT NULL DEFAULT '';  -- what was left out of a page's text, to be shown
ALTER TABLE books ADD COLUMN hidden_read INTEGER NOT NULL DEFAULT 0;  -- whether the model reads that too

-- A sheet is a conversation whose rows are its first questions, siblings of each other. It is listed apart.
CREATE TABLE sheets (
    conversation_id TEXT NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    excerpts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Before the book leaves the desks, or nothing would tell which sheets it lay on.
CREATE TRIGGER a_deleted_book_takes_its_sheets_along BEFORE DELETE ON books BEGIN
    DELETE FROM conversations WHERE id IN (
        SELECT s.conversation_id FROM sheets s JOIN conversation_books b ON b.conversation_id = s.conversation_id
            WHERE b.book_id = old.id
    );
END;

ALTER TABLE pages ADD COLUMN confidence REAL;
ALTER TABLE pages ADD COLUMN picture TEXT NOT NULL DEFAULT '';
CREATE INDEX pages_of_picture ON pages (picture) WHERE picture != '';

-- What was recognised in pictures of pages while their document is being opened; then it is in the pages themselves.
CREATE TABLE recognitions (
    picture TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL,
    confidence REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER a_recognition_is_kept_once AFTER INSERT ON pages WHEN new.picture != '' BEGIN
    DELETE FROM recognitions WHERE picture = new.picture;
END;
"""

_V3 = """
ALTER TABLE images ADD COLUMN thumbnail BLOB NOT NULL DEFAULT x'';  -- RGB, rows from the top, no padding
ALTER TABLE images ADD COLUMN thumbnail_width INTEGER NOT NULL DEFAULT 0;
ALTER TABLE question_images ADD COLUMN book_id TEXT NOT NULL DEFAULT '';  -- the book whose page it shows
CREATE INDEX images_of_book ON question_images (book_id) WHERE book_id != '';

CREATE TRIGGER a_deleted_book_takes_its_images_along AFTER DELETE ON books BEGIN
    DELETE FROM question_images WHERE book_id = old.id;
END;
"""

# Endings of answers have a new word, "closed".
_V4 = """
ALTER TABLE books ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';  -- JSON: of all pages; none if the book counts them
UPDATE books SET labels = (
    SELECT json_group_array(iif(label = '', CAST(number AS TEXT), label) ORDER BY number)
        FROM pages WHERE book_id = books.id
) WHERE EXISTS (SELECT 1 FROM pages WHERE book_id = books.id AND label NOT IN ('', CAST(number AS TEXT)));

ALTER TABLE answers ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;  -- what follows is asked without this turn
ALTER TABLE answers ADD COLUMN from_search INTEGER NOT NULL DEFAULT 0;  -- a search chose its sentences, no model

-- What is written in a conversation and not asked yet; of an earlier question that is being edited, too.
CREATE TABLE drafts (
    conversation_id TEXT NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    question_id TEXT REFERENCES questions (id) ON DELETE SET NULL,
    edited TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_V5 = """
ALTER TABLE books ADD COLUMN reading INTEGER NOT NULL DEFAULT 1;  -- which version of the reader made its pages
"""

_V6 = """
-- What was read before is read again as it was: with the first rules, and nothing but passages beside a question.
ALTER TABLE conversations ADD COLUMN rules INTEGER NOT NULL DEFAULT 1;
ALTER TABLE conversations ADD COLUMN instructions TEXT NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN outlines TEXT NOT NULL DEFAULT '[]';  -- JSON: tuple[OutlineRef, ...]
ALTER TABLE answers ADD COLUMN instructions TEXT NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';  -- JSON: tuple[Part, ...]

-- The rows of some sheets collect notes for a question; those go with it.
ALTER TABLE sheets ADD COLUMN question_id TEXT NOT NULL DEFAULT '';
CREATE TRIGGER a_deleted_question_takes_its_notes_along BEFORE DELETE ON questions BEGIN
    DELETE FROM conversations WHERE id IN (SELECT conversation_id FROM sheets WHERE question_id = old.id);
END;

-- What a person asks often, by a name.
CREATE TABLE saved_prompts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    shortcut TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_V7 = """
ALTER TABLE books ADD COLUMN cut INTEGER NOT NULL DEFAULT 1;  -- the rules that its passages were cut by
ALTER TABLE books ADD COLUMN embedder TEXT NOT NULL DEFAULT '';  -- the model that its vectors are of
ALTER TABLE books ADD COLUMN embedded INTEGER NOT NULL DEFAULT 0;  -- 0 until it has all, then a number drawn anew
ALTER TABLE passages ADD COLUMN heading TEXT NOT NULL DEFAULT '';

-- What is said in other words is found by these.
CREATE TABLE passage_vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    vector BLOB NOT NULL             -- MessagePack: TextVectors
) STRICT;
ALTER TABLE answers ADD COLUMN weighed TEXT NOT NULL DEFAULT '[]';  -- JSON: its sentences, each with what the page has
ALTER TABLE answers ADD COLUMN words_alone INTEGER NOT NULL DEFAULT 0;  -- 1: not all books were searched by meaning

-- What may be asked of a book that was just opened.
CREATE TABLE suggested_questions (
    book_id TEXT NOT NULL PRIMARY KEY REFERENCES books (id) ON DELETE CASCADE,
    rules INTEGER NOT NULL,          -- the version of those that they were made by
    questions TEXT NOT NULL          -- JSON: tuple[SuggestedQuestion, ...]
) STRICT, WITHOUT ROWID;
"""

_V8 = """
-- What a book looks like on the shelf: its first page, drawn small.
CREATE TABLE covers (
    book_id TEXT NOT NULL PRIMARY KEY REFERENCES books (id) ON DELETE CASCADE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    pixels BLOB NOT NULL             -- zlib: RGB, rows from the top
) STRICT, WITHOUT ROWID;

-- What was deleted and can still be had back: rows that are marked with an entry are in no list and in no search.
CREATE TABLE bin (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    item_id TEXT NOT NULL,           -- of the conversation, book or sheet
    title TEXT NOT NULL,
    deleted_at REAL NOT NULL,
    desks TEXT NOT NULL              -- JSON: tuple[DeskPlace, ...]; where a book was
) STRICT, WITHOUT ROWID;
ALTER TABLE books ADD COLUMN bin_id TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN bin_id TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
CREATE INDEX books_of_bin ON books (bin_id) WHERE bin_id != '';
CREATE INDEX conversations_of_bin ON conversations (bin_id) WHERE bin_id != '';
"""

_V9 = """
-- Of each trigram the places where it stands: so one and two characters are found by the trigrams that they begin. What
-- is indexed ends with two spaces, so that the last characters begin some too.
CREATE VIRTUAL TABLE passage_sign_places USING fts5vocab (passage_signs, instance);
UPDATE passage_signs SET signs = signs || '  ';
INSERT INTO passage_signs (passage_signs) VALUES ('optimize');
"""

# ---- version 10, which makes a case file of the desk: a part for each of the things that it brings

_MATTERS = """
-- A matter has a database of its own, of this same schema. These two are used in the main database alone.
CREATE TABLE matters (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,     -- the name as it is looked for
    created_at REAL NOT NULL,
    opened_at REAL NOT NULL,
    archived INTEGER NOT NULL,
    secret TEXT NOT NULL             -- of the key of its database
) STRICT, WITHOUT ROWID;

-- Whose keys are gone, and whose files may still be there.
CREATE TABLE deleted_matters (id TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
"""

_FOLDERS = """
-- Folders and files that were added as a whole.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,       -- of the system, absolute
    added_at REAL NOT NULL,
    watched INTEGER NOT NULL DEFAULT 0,
    scanned_at REAL NOT NULL DEFAULT 0
) STRICT;

-- Where documents are. Size, time and hash are those of the file when it was read last.
CREATE TABLE places (
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    path BLOB NOT NULL,              -- below the source
    member TEXT NOT NULL,            -- its key in a file that holds others; empty: the file itself
    name TEXT NOT NULL,              -- of the member
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    book_id TEXT NOT NULL,           -- empty: none yet
    state TEXT NOT NULL,
    problem TEXT NOT NULL,           -- JSON: Problem | None
    seen_at REAL NOT NULL,
    digest BLOB NOT NULL,            -- of path and name
    PRIMARY KEY (source_id, path, member)
) STRICT, WITHOUT ROWID;

-- Places whose book was deleted for good, as digests, which say nothing: a scan does not bring it back.
CREATE TABLE left_out (
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    PRIMARY KEY (source_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_of_book ON places (book_id) WHERE book_id != '';

ALTER TABLE books ADD COLUMN newer_id TEXT NOT NULL DEFAULT '';  -- what its file has become since
ALTER TABLE books ADD COLUMN parent_id TEXT NOT NULL DEFAULT '';  -- the book of the file that holds this one's
ALTER TABLE books ADD COLUMN member TEXT NOT NULL DEFAULT '';  -- and which part of that file it is
CREATE INDEX books_with_newer ON books (newer_id) WHERE newer_id != '';
CREATE INDEX books_of_parent ON books (parent_id) WHERE parent_id != '';

CREATE TRIGGER a_deleted_book_leaves_its_places AFTER DELETE ON books BEGIN
    INSERT OR IGNORE INTO left_out (source_id, digest) SELECT source_id, digest FROM places WHERE book_id = old.id;
    DELETE FROM places WHERE book_id = old.id;
    UPDATE books SET newer_id = old.newer_id WHERE newer_id = old.id;
    UPDATE books SET parent_id = '' WHERE parent_id = old.id;
END;
"""

_FACTS = """
ALTER TABLE books ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';  -- JSON: Facts, so that `facts ->> 'date'` sorts
"""

_LIBRARY_SEARCH = """
-- So that pages are found by their flags without a look at their texts.
CREATE INDEX pages_with_flags ON pages (flags, book_id, number) WHERE flags != '[]';
"""

_GRID = """
ALTER TABLE questions ADD COLUMN form TEXT NOT NULL DEFAULT '{}';  -- JSON: AnswerForm

-- A sheet asks each of its columns of each of its rows: a cell is a question. Numbers are never given again.
CREATE TABLE sheet_columns (
    sheet_id TEXT NOT NULL REFERENCES sheets (conversation_id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    question TEXT NOT NULL,
    form TEXT NOT NULL,              -- JSON: AnswerForm
    PRIMARY KEY (sheet_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE sheet_rows (
    sheet_id TEXT NOT NULL REFERENCES sheets (conversation_id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    books TEXT NOT NULL,             -- JSON: tuple[BookRef, ...]
    PRIMARY KEY (sheet_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE sheet_cells (
    question_id TEXT NOT NULL PRIMARY KEY REFERENCES questions (id) ON DELETE CASCADE,
    sheet_id TEXT NOT NULL,
    row_number INTEGER NOT NULL,
    column_number INTEGER NOT NULL,
    correction TEXT NOT NULL DEFAULT '',
    comment TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX cells_of_row ON sheet_cells (sheet_id, row_number, column_number);

-- The sheets of before: a column for each question, and one row; of notes, a row for each part.
INSERT INTO sheet_columns SELECT s.conversation_id, 1, '', '', '{}' FROM sheets s WHERE s.question_id != '';
INSERT INTO sheet_columns
    SELECT s.conversation_id, row_number() OVER (PARTITION BY q.conversation_id ORDER BY q.seq), '', q.text, '{}'
        FROM sheets s JOIN questions q ON q.conversation_id = s.conversation_id AND q.parent_id IS NULL
        WHERE s.question_id = '';
INSERT INTO sheet_rows
    SELECT s.conversation_id, row_number() OVER (PARTITION BY q.conversation_id ORDER BY q.seq), q.books
        FROM sheets s JOIN questions q ON q.conversation_id = s.conversation_id AND q.parent_id IS NULL
        WHERE s.question_id != ''
        OR q.seq = (SELECT min(f.seq) FROM questions f WHERE f.conversation_id = q.conversation_id);
INSERT INTO sheet_cells (question_id, sheet_id, row_number, column_number)
    SELECT q.id, s.conversation_id, iif(s.question_id = '', 1, place), iif(s.question_id = '', place, 1)
        FROM sheets s JOIN (
            SELECT id, conversation_id, row_number() OVER (PARTITION BY conversation_id ORDER BY seq) AS place
                FROM questions WHERE parent_id IS NULL
        ) q ON q.conversation_id = s.conversation_id;

CREATE TRIGGER a_deleted_row_takes_its_cells_along BEFORE DELETE ON sheet_rows BEGIN
    DELETE FROM questions WHERE id IN (
        SELECT question_id FROM sheet_cells WHERE sheet_id = old.sheet_id AND row_number = old.number
    );
END;
CREATE TRIGGER a_deleted_column_takes_its_cells_along BEFORE DELETE ON sheet_columns BEGIN
    DELETE FROM questions WHERE id IN (
        SELECT question_id FROM sheet_cells WHERE sheet_id = old.sheet_id AND column_number = old.number
    );
END;

-- A book takes along the rows that ask it, and the sheets that have no other; notes on it go whole.
DROP TRIGGER a_deleted_book_takes_its_sheets_along;
CREATE TRIGGER a_deleted_book_takes_its_rows_along BEFORE DELETE ON books BEGIN
    DELETE FROM sheet_rows WHERE EXISTS (SELECT 1 FROM json_each(books) j WHERE j.value ->> 'book_id' = old.id);
    DELETE FROM conversations WHERE id IN (
        SELECT s.conversation_id FROM sheets s JOIN conversation_books b ON b.conversation_id = s.conversation_id
            WHERE b.book_id = old.id
            AND (s.question_id != '' OR NOT EXISTS (SELECT 1 FROM sheet_rows r WHERE r.sheet_id = s.conversation_id))
    );
END;
"""

_NOTES = """
-- What a person marked on a page, wrote about it, or kept of an answer.
CREATE TABLE notes (
    id TEXT NOT NULL PRIMARY KEY,
    words TEXT NOT NULL,             -- of the page, or of the answer
    text TEXT NOT NULL,              -- of the person
    book_id TEXT REFERENCES books (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,          -- in characters of the page's text
    stop INTEGER NOT NULL,
    lost INTEGER NOT NULL,           -- 1: the words are on no page any more
    marker TEXT NOT NULL,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    created_at REAL NOT NULL,
    changed_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notes_of_book ON notes (book_id, page);
"""

_TIMELINE = """
-- The chronology: what books were looked through, events and where they stand, persons and organisations and where.
CREATE TABLE timeline_books (
    book_id TEXT NOT NULL PRIMARY KEY REFERENCES books (id) ON DELETE CASCADE,
    rules INTEGER NOT NULL DEFAULT 0,    -- the version of those that it was looked through by; 0: it was not
    asked TEXT NOT NULL DEFAULT '',      -- the model that was asked about it
    asked_pages INTEGER NOT NULL DEFAULT 0   -- that it has answered about, from the first one on
) STRICT, WITHOUT ROWID;
CREATE TABLE timeline_events (
    id TEXT NOT NULL PRIMARY KEY,
    first_day TEXT NOT NULL,             -- ISO 8601, as exactly as it is known: 2024-03-05, 2024-03, 2024
    last_day TEXT NOT NULL,              -- '' for one day, month or year
    text TEXT NOT NULL,                  -- '' where its quotation says it
    edited INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE timeline_event_places (
    id INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL REFERENCES timeline_events (id) ON DELETE CASCADE,
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    quote TEXT NOT NULL,
    words TEXT NOT NULL,                 -- of the quotation, that name the date
    source TEXT NOT NULL,
    reckoned INTEGER NOT NULL
) STRICT;
CREATE INDEX timeline_places_of_event ON timeline_event_places (event_id);
CREATE INDEX timeline_places_of_book ON timeline_event_places (book_id);
CREATE TRIGGER an_event_goes_with_its_last_place AFTER DELETE ON timeline_event_places
WHEN NOT EXISTS (SELECT 1 FROM timeline_event_places WHERE event_id = old.event_id) BEGIN
    DELETE FROM timeline_events WHERE id = old.event_id;
END;
CREATE TABLE timeline_entities (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    edited INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE timeline_names (            -- whom a name means, so that two that were made one stay so
    key TEXT NOT NULL PRIMARY KEY,
    entity_id TEXT NOT NULL REFERENCES timeline_entities (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX timeline_names_of_entity ON timeline_names (entity_id);
CREATE TABLE timeline_entity_places (
    entity_id TEXT NOT NULL REFERENCES timeline_entities (id) ON DELETE CASCADE,
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    name TEXT NOT NULL,                  -- as the page has it
    count INTEGER NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (entity_id, book_id, page, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX timeline_entities_of_book ON timeline_entity_places (book_id);
CREATE TRIGGER an_entity_goes_with_its_last_place AFTER DELETE ON timeline_entity_places
WHEN NOT EXISTS (SELECT 1 FROM timeline_entity_places WHERE entity_id = old.entity_id) BEGIN
    DELETE FROM timeline_entities WHERE id = old.entity_id;
END;
CREATE TABLE timeline_left_out (         -- digests of what a person deleted, so that it is not found again
    digest TEXT NOT NULL,
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    PRIMARY KEY (digest, book_id)
) STRICT, WITHOUT ROWID;
"""

_ASKING = """
ALTER TABLE conversations ADD COLUMN scope TEXT NOT NULL DEFAULT 'null';  -- JSON: MatterScope | None
ALTER TABLE questions ADD COLUMN plan TEXT NOT NULL DEFAULT 'null';  -- JSON: MatterPlan | None
"""

_V10 = "".join((_MATTERS, _FOLDERS, _FACTS, _LIBRARY_SEARCH, _GRID, _NOTES, _TIMELINE, _ASKING))

_RECORD = """
-- What was asked of which documents by which model, with what outcome; `app.core.record` says how it is chained.
CREATE TABLE record_entries (
    number INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    kind TEXT NOT NULL,
    item TEXT NOT NULL,              -- id of the conversation, book, sheet or matter that it is about
    documents TEXT NOT NULL,         -- SHA-256, parted by spaces
    model TEXT NOT NULL,
    model_hash TEXT NOT NULL,
    engine TEXT NOT NULL,
    ending TEXT NOT NULL,
    tokens_read INTEGER NOT NULL,
    tokens_written INTEGER NOT NULL,
    detail TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    sha256 TEXT NOT NULL
) STRICT;
CREATE TABLE record_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    secret BLOB NOT NULL,
    count INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    mac TEXT NOT NULL
) STRICT;

-- Texts, where a person allows them; they go with what they are about, and the entry stays.
CREATE TABLE record_texts (
    number INTEGER PRIMARY KEY REFERENCES record_entries (number),
    item TEXT NOT NULL,
    salt TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX record_texts_of_item ON record_texts (item);
CREATE TRIGGER a_deleted_conversation_takes_its_recorded_texts_along AFTER DELETE ON conversations BEGIN
    DELETE FROM record_texts WHERE item = old.id;
END;
CREATE TRIGGER a_deleted_book_takes_its_recorded_texts_along AFTER DELETE ON books BEGIN
    DELETE FROM record_texts WHERE item = old.id;
END;
"""

_PSEUDONYMS = """
-- What stands in for names and numbers on the way to a server, and in which texts they were looked for.
ALTER TABLE conversations ADD COLUMN sent_as_is INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answers ADD COLUMN sent TEXT NOT NULL DEFAULT 'null';  -- JSON: Sent | None
CREATE TABLE pseudonyms (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    stand_in TEXT NOT NULL,
    use TEXT NOT NULL,
    PRIMARY KEY (conversation_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE replaced_texts (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    known INTEGER NOT NULL,              -- the last pseudonym that is used in it
    book_id TEXT NOT NULL,               -- '' for what was said
    PRIMARY KEY (conversation_id, digest)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER a_deleted_book_takes_its_pseudonyms_along BEFORE DELETE ON books BEGIN
    DELETE FROM pseudonyms WHERE conversation_id IN (SELECT conversation_id FROM replaced_texts WHERE book_id = old.id);
    DELETE FROM replaced_texts WHERE conversation_id IN (
        SELECT conversation_id FROM replaced_texts WHERE book_id = old.id
    );
END;
"""

_V11 = "".join((_RECORD, _PSEUDONYMS))

_THOUGHTS = """
ALTER TABLE answers ADD COLUMN thought TEXT NOT NULL DEFAULT 'null';  -- JSON: Thought | None
"""

_MCP = """
-- Other programs that asked for the desk, by the names that they give themselves. Used in the main database alone.
CREATE TABLE mcp_clients (
    name TEXT NOT NULL PRIMARY KEY,
    standing TEXT NOT NULL,          -- McpStanding
    program TEXT NOT NULL,
    library INTEGER NOT NULL,
    asked_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE mcp_matters (
    name TEXT NOT NULL REFERENCES mcp_clients (name) ON DELETE CASCADE,
    matter_id TEXT NOT NULL REFERENCES matters (id) ON DELETE CASCADE,
    PRIMARY KEY (name, matter_id)
) STRICT, WITHOUT ROWID;
"""

_V12 = "".join((_THOUGHTS, _MCP))

_V13 = """
-- What was said of sentences before was not always true, and goes. What the program found of itself besides the marks
-- and quotations of an answer goes too.
ALTER TABLE answers DROP COLUMN weighed;
ALTER TABLE answers ADD COLUMN verdicts TEXT NOT NULL DEFAULT '[]';  -- JSON: SentenceVerdict of each sentence
UPDATE answers SET citations = (
    SELECT json_group_array(json(each.value)) FROM json_each(answers.citations) AS each
    WHERE each.value ->> 'state' NOT IN ('found', 'related') AND
        (each.value ->> 'state' <> 'differs' OR each.value ->> 'start' >= 0)
);
UPDATE answers SET citations = (
    SELECT json_group_array(
        json(
            CASE each.value ->> 'state' WHEN 'differs' THEN json_set(each.value, '$.state', 'page', '$.quote', '')
            ELSE each.value END
        )
    ) FROM json_each(answers.citations) AS each
) WHERE citations LIKE '%differs%';
"""

MIGRATIONS: tuple[str, ...] = (_V1, _V2, _V3, _V4, _V5, _V6, _V7, _V8, _V9, _V10, _V11, _V12, _V13)
"""Script n, counted from 1, leads from version n - 1 to version n. They run with foreign keys unchecked.

What is kept as JSON in a column belongs to the version too: an older Octavo could not read a new word of an
enumeration. So such a change comes with a script, which may be empty; then an older Octavo refuses the desk, instead of
failing later.
"""


def is_older(connection: apsw.Connection, path: Path) -> bool:
    """Whether an older Octavo wrote this database; an empty one is not older. Raises AppError DATABASE_NEWER."""
    return 0 < _version(connection, path, len(MIGRATIONS)) < len(MIGRATIONS)


def migrate(connection: apsw.Connection, path: Path, scripts: tuple[str, ...] = MIGRATIONS) -> None:
    """Bring a database to the newest version in one transaction: all pending scripts, or none.

    Raises AppError DATABASE_NEWER, with the database untouched, when a newer Octavo wrote it.
    """
    if _version(connection, path, len(scripts)) == len(scripts):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = _version(connection, path, len(scripts))  # another process may have been first
        for script in scripts[found:]:
            connection.execute(script)
        connection.pragma("user_version", len(scripts))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: apsw.Connection, path: Path, known: int) -> int:
    found = int(connection.pragma("user_version"))
    if found > known:
        raise AppError(Code.DATABASE_NEWER, path=str(path), found=found, known=known)
    return found
