"""The schema of a desk, version 1: all tables, indexes and triggers, in one piece."""

from __future__ import annotations

_DOCUMENTS = """
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
    flagged_pages INTEGER NOT NULL,
    hidden_read INTEGER NOT NULL DEFAULT 0,  -- whether the model reads that too
    labels TEXT NOT NULL DEFAULT '[]',  -- JSON: of all pages; none if the book counts them
    reading INTEGER NOT NULL DEFAULT 1,  -- which version of the reader made its pages
    cut INTEGER NOT NULL DEFAULT 1,  -- the rules that its passages were cut by
    embedder TEXT NOT NULL DEFAULT '',  -- the model that its vectors are of
    embedded INTEGER NOT NULL DEFAULT 0,  -- 0 until it has all, then a number drawn anew
    bin_id TEXT NOT NULL DEFAULT '',
    newer_id TEXT NOT NULL DEFAULT '',  -- what its file has become since
    parent_id TEXT NOT NULL DEFAULT '',  -- the book of the file that holds this one's
    member TEXT NOT NULL DEFAULT '',  -- and which part of that file it is
    facts TEXT NOT NULL DEFAULT '{}'  -- JSON: Facts, so that `facts ->> 'date'` sorts
) STRICT, WITHOUT ROWID;

CREATE TABLE pages (
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    text TEXT NOT NULL,
    chapter TEXT NOT NULL,
    flags TEXT NOT NULL,             -- JSON: tuple[Flag, ...]
    hidden TEXT NOT NULL DEFAULT '',  -- what was left out of a page's text, to be shown
    confidence REAL,
    picture TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (book_id, number)
) STRICT;

CREATE TABLE book_tokens (
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    vocabulary TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (book_id, vocabulary)
) STRICT, WITHOUT ROWID;

-- What was recognised in pictures of pages while their document is being opened; then it is in the pages themselves.
CREATE TABLE recognitions (
    picture TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL,
    confidence REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER a_recognition_is_kept_once AFTER INSERT ON pages WHEN new.picture != '' BEGIN
    DELETE FROM recognitions WHERE picture = new.picture;
END;

-- What a book looks like on the shelf: its first page, drawn small.
CREATE TABLE covers (
    book_id TEXT NOT NULL PRIMARY KEY REFERENCES books (id) ON DELETE CASCADE,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    pixels BLOB NOT NULL             -- zlib: RGB, rows from the top
) STRICT, WITHOUT ROWID;
CREATE INDEX pages_of_picture ON pages (picture) WHERE picture != '';

-- So that pages are found by their flags without a look at their texts.
CREATE INDEX pages_with_flags ON pages (flags, book_id, number) WHERE flags != '[]';
CREATE INDEX books_of_bin ON books (bin_id) WHERE bin_id != '';
CREATE INDEX books_with_newer ON books (newer_id) WHERE newer_id != '';
CREATE INDEX books_of_parent ON books (parent_id) WHERE parent_id != '';

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

CREATE TRIGGER a_deleted_book_leaves_its_places AFTER DELETE ON books BEGIN
    INSERT OR IGNORE INTO left_out (source_id, digest) SELECT source_id, digest FROM places WHERE book_id = old.id;
    DELETE FROM places WHERE book_id = old.id;
    UPDATE books SET newer_id = old.newer_id WHERE newer_id = old.id;
    UPDATE books SET parent_id = '' WHERE parent_id = old.id;
END;
"""
"""Documents, their pages, and where their files are."""

_SEARCH = """
-- Passages cut the pages up, all of each and in their order; a book's ids are consecutive.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    book_id TEXT NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,          -- in characters of the page's text
    stop INTEGER NOT NULL,
    heading TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX passages_of_book ON passages (book_id, page);

-- What is searched, by the passages' ids: folded text, each script in the one table that suits it.
CREATE VIRTUAL TABLE passage_words USING fts5 (words, tokenize = 'porter unicode61 remove_diacritics 2');

CREATE VIRTUAL TABLE passage_signs USING fts5 (signs, tokenize = 'trigram');

-- Of each trigram the places where it stands: so one and two characters are found by the trigrams that they begin. What
-- is indexed ends with two spaces, so that the last characters begin some too.
CREATE VIRTUAL TABLE passage_sign_places USING fts5vocab (passage_signs, instance);

-- What is said in other words is found by these.
CREATE TABLE passage_vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    vector BLOB NOT NULL             -- MessagePack: TextVectors
) STRICT;

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
"""
"""The tables that are searched: passages of pages, their words and signs, and their vectors."""

_CONVERSATIONS = """
CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    rules INTEGER NOT NULL DEFAULT 1,
    instructions TEXT NOT NULL DEFAULT '',
    bin_id TEXT NOT NULL DEFAULT '',
    pinned INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    scope TEXT NOT NULL DEFAULT 'null',  -- JSON: MatterScope | None
    sent_as_is INTEGER NOT NULL DEFAULT 0
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
CREATE INDEX conversations_of_bin ON conversations (bin_id) WHERE bin_id != '';

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
    shown INTEGER NOT NULL,
    form TEXT NOT NULL DEFAULT '{}',  -- JSON: AnswerForm
    plan TEXT NOT NULL DEFAULT 'null'  -- JSON: MatterPlan | None
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
    shown INTEGER NOT NULL,
    left_out INTEGER NOT NULL DEFAULT 0,  -- what follows is asked without this turn
    from_search INTEGER NOT NULL DEFAULT 0,  -- a search chose its sentences, no model
    outlines TEXT NOT NULL DEFAULT '[]',  -- JSON: tuple[OutlineRef, ...]
    instructions TEXT NOT NULL DEFAULT '',
    parts TEXT NOT NULL DEFAULT '[]',  -- JSON: tuple[Part, ...]
    words_alone INTEGER NOT NULL DEFAULT 0,  -- 1: not all books were searched by meaning
    sent TEXT NOT NULL DEFAULT 'null',  -- JSON: Sent | None
    thought TEXT NOT NULL DEFAULT 'null',  -- JSON: Thought | None
    verdicts TEXT NOT NULL DEFAULT '[]'  -- JSON: SentenceVerdict of each sentence
) STRICT;
CREATE INDEX answers_of_question ON answers (question_id);
CREATE UNIQUE INDEX one_answer_is_shown ON answers (question_id) WHERE shown;

CREATE TABLE images (
    sha256 TEXT NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    thumbnail BLOB NOT NULL DEFAULT x'',  -- RGB, rows from the top, no padding
    thumbnail_width INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE question_images (
    question_id TEXT NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sha256 TEXT NOT NULL REFERENCES images (sha256),
    name TEXT NOT NULL,
    book_id TEXT NOT NULL DEFAULT '',  -- the book whose page it shows
    PRIMARY KEY (question_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX questions_of_image ON question_images (sha256);
CREATE INDEX images_of_book ON question_images (book_id) WHERE book_id != '';

CREATE TRIGGER an_unused_image_goes AFTER DELETE ON question_images BEGIN
    DELETE FROM images WHERE sha256 = old.sha256
        AND NOT EXISTS (SELECT 1 FROM question_images WHERE sha256 = old.sha256);
END;

CREATE TRIGGER a_deleted_book_takes_its_images_along AFTER DELETE ON books BEGIN
    DELETE FROM question_images WHERE book_id = old.id;
END;

-- What is written in a conversation and not asked yet; of an earlier question that is being edited, too.
CREATE TABLE drafts (
    conversation_id TEXT NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    question_id TEXT REFERENCES questions (id) ON DELETE SET NULL,
    edited TEXT NOT NULL
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
"""
"""Conversations, with what is asked, answered and shown in them."""

_TABLES = """
-- A sheet is a conversation whose rows are its first questions, siblings of each other. It is listed apart.
CREATE TABLE sheets (
    conversation_id TEXT NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    excerpts INTEGER NOT NULL,
    question_id TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

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

CREATE TRIGGER a_deleted_question_takes_its_notes_along BEFORE DELETE ON questions BEGIN
    DELETE FROM conversations WHERE id IN (SELECT conversation_id FROM sheets WHERE question_id = old.id);
END;

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

CREATE TRIGGER a_deleted_book_takes_its_rows_along BEFORE DELETE ON books BEGIN
    DELETE FROM sheet_rows WHERE EXISTS (SELECT 1 FROM json_each(books) j WHERE j.value ->> 'book_id' = old.id);
    DELETE FROM conversations WHERE id IN (
        SELECT s.conversation_id FROM sheets s JOIN conversation_books b ON b.conversation_id = s.conversation_id
            WHERE b.book_id = old.id
            AND (s.question_id != '' OR NOT EXISTS (SELECT 1 FROM sheet_rows r WHERE r.sheet_id = s.conversation_id))
    );
END;
"""
"""Tables: sheets of questions, and the notes that are taken of a book that is read in parts."""

_SETTINGS = """
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,  -- such as engine.threads
    value TEXT NOT NULL              -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
"""
"""Settings, and what the window remembers."""

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
CREATE TABLE deleted_matters (
    id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
"""
"""Matters, which have databases of their own."""

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
"""The record."""

_FEATURES = """
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

-- What may be asked of a book that was just opened.
CREATE TABLE suggested_questions (
    book_id TEXT NOT NULL PRIMARY KEY REFERENCES books (id) ON DELETE CASCADE,
    rules INTEGER NOT NULL,          -- the version of those that they were made by
    questions TEXT NOT NULL          -- JSON: tuple[SuggestedQuestion, ...]
) STRICT, WITHOUT ROWID;

-- What a person asks often, by a name.
CREATE TABLE saved_prompts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    shortcut TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
"""The tables in which features keep their data. They are here, and not with the features, so that a desk has one schema
whatever features a program has: it opens with any, and what is kept goes with its document or conversation in any
case."""

SCHEMA = "".join((_DOCUMENTS, _SEARCH, _CONVERSATIONS, _TABLES, _SETTINGS, _MATTERS, _RECORD, _FEATURES))
