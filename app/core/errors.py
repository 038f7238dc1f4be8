"""One exception for everything that can go wrong: a code and its parameters.

Below the faces an error carries no sentence. `app.wording` turns a code and its parameters into a sentence
in the person's language that says what, where and what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self, TypeAlias

import msgspec

Parameter: TypeAlias = str | int | float


class Blame(StrEnum):
    """The place where the remedy of an error is to be found; the terminal's exit code follows from it."""

    USAGE = "usage"  # the command line or a setting
    INPUT = "input"  # a document, a page range, a question
    MODEL = "model"  # a model file, the engine, memory
    FIT = "fit"  # everything is sound, but it does not fit into the context
    MACHINE = "machine"  # disk, permissions, database, keyring
    OCTAVO = "octavo"  # our own fault


class Code(StrEnum):
    """Names each thing that can go wrong. The comment names the parameters that come with a code."""

    # documents: `path` always, and what is named here
    FILE_MISSING = "file_missing"
    FILE_IS_FOLDER = "file_is_folder"
    FOLDER_TOO_LARGE = "folder_too_large"  # path, limit: files and folders that are looked at
    FOLDER_WITHOUT_DOCUMENTS = "folder_without_documents"  # path
    FILE_NOT_REGULAR = "file_not_regular"
    FILE_UNREADABLE = "file_unreadable"
    FILE_NEWER = "file_newer"  # a backup or an exported matter
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"  # size_bytes, limit_bytes
    FORMAT_UNKNOWN = "format_unknown"
    FORMAT_MISMATCH = "format_mismatch"  # expected, found
    FORMAT_REFUSED = "format_refused"  # kind: one that is known, and not read
    DOCUMENT_DAMAGED = "document_damaged"  # format
    DOCUMENT_ENCRYPTED = "document_encrypted"  # in a way that no password of ours opens
    DOCUMENT_PASSWORD_NEEDED = "document_password_needed"  # noqa: S105 -- a code, not a secret
    DOCUMENT_PASSWORD_WRONG = "document_password_wrong"  # noqa: S105 -- a code, not a secret
    DOCUMENT_NO_TEXT = "document_no_text"  # pages
    RECOGNITION_FAILED = "recognition_failed"  # pages
    DOCUMENT_LIMIT = "document_limit"  # limit (its name), value
    READER_CRASHED = "reader_crashed"  # signal
    READER_ENDED = "reader_ended"  # by a signal that something else sent
    READER_OUT_OF_MEMORY = "reader_out_of_memory"
    READER_TIMEOUT = "reader_timeout"  # seconds
    PAGES_INVALID = "pages_invalid"  # wanted, pages
    FILE_NOT_UTF8 = "file_not_utf8"  # a list of questions
    BOOK_FILE_CHANGED = "book_file_changed"  # title; the file is another one than the book was made of
    PAGE_UNAVAILABLE = "page_unavailable"  # page; the file moved or changed since it was read

    # images: `path` always, which is the name of one that is no file
    IMAGE_UNKNOWN = "image_unknown"
    IMAGE_DAMAGED = "image_damaged"  # format
    IMAGE_LIMIT = "image_limit"  # limit (its name), value
    IMAGE_MISSING = "image_missing"  # it was kept once, and is gone
    IMAGE_WANTED = "image_wanted"  # the terminal was given something else

    # videos: `path` always
    VIDEO_UNKNOWN = "video_unknown"
    VIDEO_EMPTY = "video_empty"  # there are no moving pictures in it
    VIDEO_CODEC = "video_codec"  # codec: what cannot be decoded
    VIDEO_DAMAGED = "video_damaged"  # format
    VIDEO_LIMIT = "video_limit"  # limit (its name), value
    VIDEO_CHANGED = "video_changed"  # since it was looked through

    # question sheets
    QUESTION_NONE = "question_none"
    QUESTION_LIMIT = "question_limit"  # wanted, limit
    QUESTION_TOO_LONG = "question_too_long"  # number, characters, limit
    QUESTION_NOT_BEGUN = "question_not_begun"
    QUESTION_KIND = "question_kind"  # number, kind, known
    QUESTION_CHOICES = "question_choices"  # number, limit, characters
    QUESTION_CELLS = "question_cells"  # wanted, limit

    # a JSON Schema that an answer is held to: `path` always; `where`: a JSON pointer
    SCHEMA_TOO_LARGE = "schema_too_large"  # size_bytes, limit_bytes
    SCHEMA_NOT_JSON = "schema_not_json"  # line, column
    SCHEMA_INVALID = "schema_invalid"  # where, detail (the words of the library that checks it)
    SCHEMA_ELSEWHERE = "schema_elsewhere"  # where, address: a reference to another file
    SCHEMA_FORMAT = "schema_format"  # where, format: one that is not known
    SCHEMA_IMPOSSIBLE = "schema_impossible"  # detail (llguidance's own words)

    TEMPLATE_UNKNOWN = "template_unknown"  # name, known
    BIN_ENTRY_UNKNOWN = "bin_entry_unknown"  # name
    PROMPT_INVALID = "prompt_invalid"  # name, limit
    PROMPTS_NOT_UTF8 = "prompts_not_utf8"  # path
    MATTER_UNKNOWN = "matter_unknown"  # name
    MATTER_EXISTS = "matter_exists"  # name
    MATTER_NAME = "matter_name"  # limit: characters
    MATTER_MISSING = "matter_missing"  # name, path
    MATTER_IN_USE = "matter_in_use"  # name: another process has it open
    MATTER_FILE = "matter_file"  # path: no exported matter
    MATTER_PASSPHRASE = "matter_passphrase"  # noqa: S105 -- a code, not a secret; path
    BACKUP_FILE = "backup_file"  # path: no backup, or damaged
    BACKUP_PASSPHRASE = "backup_passphrase"  # noqa: S105 -- a code, not a secret; path
    BACKUP_INCOMPLETE = "backup_incomplete"  # path, names: of matters
    BACKUP_INSIDE = "backup_inside"  # path: in the data folder
    BACKUP_NOT_PROVED = "backup_not_proved"  # path
    BACKUP_NO_ROOM = "backup_no_room"  # path, needed_bytes, free_bytes
    BACKUP_TOO_LARGE = "backup_too_large"  # path: for the file system there
    DATA_THERE = "data_there"  # path: where a backup cannot be restored

    # search terms
    SEARCH_FILTER_UNKNOWN = "search_filter_unknown"  # name, written, known
    SEARCH_FILTER_WITHOUT = "search_filter_without"  # name
    SEARCH_VALUE_UNKNOWN = "search_value_unknown"  # name, value, known
    SEARCH_VALUE_MISSING = "search_value_missing"  # name, known: an example, or all there are
    SEARCH_DATE_INVALID = "search_date_invalid"  # name, value

    # models: `path` always
    MODEL_MISSING = "model_missing"
    MODEL_NOT_GGUF = "model_not_gguf"
    MODEL_TRUNCATED = "model_truncated"
    MODEL_INCOMPLETE = "model_incomplete"  # missing_bytes; its header is whole
    MODEL_BYTE_ORDER = "model_byte_order"
    MODEL_VERSION = "model_version"  # found
    MODEL_TYPE_UNKNOWN = "model_type_unknown"  # number: of a tensor's type
    MODEL_DAMAGED = "model_damaged"  # flaw (its name)
    MODEL_LIMIT = "model_limit"  # limit (its name), value
    MODEL_PART_MISSING = "model_part_missing"  # parts: of the whole model; `path` is that of the missing one
    MODEL_PARTS_DIFFER = "model_parts_differ"  # parts
    MODEL_UNREADABLE = "model_unreadable"  # the process that read its header broke down
    MODEL_UNSUPPORTED = "model_unsupported"  # architecture
    MODEL_FAILED = "model_failed"  # detail (llama.cpp's own last error line)
    MODEL_NO_TEMPLATE = "model_no_template"
    MODEL_TEMPLATE_REFUSED = "model_template_refused"  # flaw: what `app.wording` has words for
    MODEL_OUT_OF_MEMORY = "model_out_of_memory"  # needed_bytes, free_bytes
    MODEL_CARD_FULL = "model_card_full"  # needed_bytes: that the graphics card did not have in one piece
    MODEL_TOO_LARGE = "model_too_large"  # missing_bytes; for any context
    MODEL_LARGER_THAN_MEMORY = (
        "model_larger_than_memory"  # missing_bytes, tokens_a_second, token_bytes: if it is mapped
    )
    MODEL_CONTEXT_TOO_LARGE = "model_context_too_large"  # context_tokens, kv_type, missing_bytes, largest_tokens
    ADAPTER_WANTED = "adapter_wanted"  # the file is something else
    ADAPTER_MISMATCH = "adapter_mismatch"  # expected, found: architectures
    ADAPTER_FAILED = "adapter_failed"  # detail (llama.cpp's own last error line)
    NO_MODEL = "no_model"  # nothing to load was found

    # models that see images; `path` is the projector's, for the first code the model's
    MODEL_BLIND = "model_blind"  # there is no projector
    MODEL_TOO_SMALL = "model_too_small"  # to write notes on books
    MODEL_LISTS_NOTHING = "model_lists_nothing"  # too small to list events
    MODEL_PROJECTOR_FAILED = "model_projector_failed"  # detail
    MODEL_PROJECTOR_MISMATCH = "model_projector_mismatch"  # expected, found: widths of embeddings
    MODEL_PROJECTOR_UNSUPPORTED = "model_projector_unsupported"  # kind
    MODEL_PROJECTOR_SLICE = "model_projector_slice"  # needed, slice: tokens
    MODEL_PROJECTOR_UNSOUND = "model_projector_unsound"  # check: the part of the self-test that failed

    # models from elsewhere; `path`: a file or folder, or an offer: its repository and first file
    MODEL_HEADER_UNKNOWN = "model_header_unknown"
    MODEL_THERE = "model_there"  # already, where it would be put
    MODEL_IS_STARTER = "model_is_starter"  # it belongs to Octavo, and is not deleted
    MODEL_IS_LOADED = "model_is_loaded"  # so it is not deleted
    MODEL_UNPROVED = "model_unproved"  # file: its name; there is nothing to compare it with
    MODEL_CHANGED = "model_changed"  # file: its name; its bytes are not those that were recorded
    MODEL_FOLDER_EMPTY = "model_folder_empty"  # there is no model in it
    MODEL_FOLDER_SEVERAL = "model_folder_several"  # models; there is more than one in it
    MODEL_NOT_IN_FOLDER = "model_not_in_folder"  # folder: that of the models; what is elsewhere is not deleted
    PACKED_UNSOUND = "packed_unsound"  # flaw (its name)
    LICENCE_NOT_ACCEPTED = "licence_not_accepted"  # licence (its name); `path`
    OFFER_UNKNOWN = "offer_unknown"  # path: what was asked for; known: what there is
    OFFER_SEVERAL = "offer_several"  # path: what was asked for; known: which there are
    FETCH_RUNNING = "fetch_running"  # the same model is being fetched already

    # the model hub; `host` is the address that was spoken to
    HUB_UNREACHABLE = "hub_unreachable"  # host
    HUB_INTERRUPTED = "hub_interrupted"  # host; what arrived is kept
    HUB_ANSWER_STRANGE = "hub_answer_strange"  # host; it is no hub that answers, or not as one does
    HUB_ADDRESS_INSECURE = "hub_address_insecure"  # host; neither https nor this machine
    HUB_REPOSITORY_INVALID = "hub_repository_invalid"  # repository
    HUB_NOT_FOUND = "hub_not_found"  # repository
    HUB_FILE_MISSING = "hub_file_missing"  # repository, file
    HUB_GATED = "hub_gated"  # repository
    HUB_TOKEN_REFUSED = "hub_token_refused"  # noqa: S105 -- a code, not a secret; host
    HUB_TOKEN_NOT_KEPT = "hub_token_not_kept"  # noqa: S105 -- a code, not a secret
    HUB_NAME_UNSAFE = "hub_name_unsafe"  # name
    HUB_HASH_MISSING = "hub_hash_missing"  # file
    HUB_HASH_DIFFERS = "hub_hash_differs"  # file; the hub's is not the catalogue's
    HUB_LICENCE_DIFFERS = "hub_licence_differs"  # repository, known, found
    HUB_MODEL_DIFFERS = "hub_model_differs"  # repository; its files have another shape than the catalogue's model
    HUB_PROJECTOR_LACKS = "hub_projector_lacks"  # file, parts: names of tensors
    HUB_HASH_WRONG = "hub_hash_wrong"  # file; what arrived is not what the hub announced
    DISK_TOO_SMALL = "disk_too_small"  # path, needed_bytes, free_bytes
    DISK_FILE_LIMIT = "disk_file_limit"  # path, size_bytes; its file system takes no file that large

    # the engine's process
    ENGINE_EXITED = "engine_exited"  # status
    ENGINE_CRASHED = "engine_crashed"  # signal
    ENGINE_HUNG = "engine_hung"  # seconds
    ENGINE_OUT_OF_MEMORY = "engine_out_of_memory"
    ENGINE_CARD_FULL = "engine_card_full"  # no memory left on the graphics card
    ENGINE_CARD_LOST = "engine_card_lost"  # the driver lost the graphics card
    ENGINE_ON_PROCESSOR = "engine_on_processor"  # instead of a graphics card that did not answer
    ENGINE_GAVE_UP = "engine_gave_up"  # attempts
    ENGINE_PROTOCOL = "engine_protocol"  # detail

    # a remote engine: `host` always, and what is named here
    REMOTE_ADDRESS_INVALID = "remote_address_invalid"  # address, and no host
    REMOTE_ADDRESS_INSECURE = "remote_address_insecure"  # http to another machine
    REMOTE_CA_UNREADABLE = "remote_ca_unreadable"  # path, and no host
    REMOTE_UNREACHABLE = "remote_unreachable"
    REMOTE_CERTIFICATE = "remote_certificate"  # detail (OpenSSL's own words)
    REMOTE_REDIRECTED = "remote_redirected"
    REMOTE_KEY_NEEDED = "remote_key_needed"
    REMOTE_KEY_REFUSED = "remote_key_refused"
    REMOTE_NOT_FOUND = "remote_not_found"  # asked: the path
    REMOTE_TOO_LARGE = "remote_too_large"
    REMOTE_BUSY = "remote_busy"  # wait_s: that the server asks for; 0 where it asks for nothing
    REMOTE_ASKED_AGAIN = "remote_asked_again"  # after an outage, by itself
    REMOTE_REFUSED = "remote_refused"  # status; engines, where one was asked for that is not there
    REMOTE_STALLED = "remote_stalled"  # seconds
    REMOTE_CUT = "remote_cut"
    REMOTE_TOO_LONG = "remote_too_long"  # tokens
    REMOTE_ANSWER_STRANGE = "remote_answer_strange"
    REMOTE_CONTEXT_EXCEEDED = "remote_context_exceeded"
    REMOTE_NO_TOKENIZER = "remote_no_tokenizer"
    REMOTE_NO_CONTEXT = "remote_no_context"
    REMOTE_NO_FORMAT = "remote_no_format"
    REMOTE_MODEL_UNKNOWN = "remote_model_unknown"  # wanted, known
    REMOTE_MODEL_UNDECIDED = "remote_model_undecided"  # known
    REMOTE_MODEL_CHANGED = "remote_model_changed"
    REMOTE_NOT_SET = "remote_not_set"  # and no host
    REMOTE_UNSOUND = "remote_unsound"  # a check of the server found what makes answers wrong
    REMOTE_SERVER_UNKNOWN = "remote_server_unknown"  # name, and no host
    REMOTE_NOT_OF_MATTER = "remote_not_of_matter"  # name: the matter's server; no host
    REMOTE_NONE_OF_MATTER = "remote_none_of_matter"
    REMOTE_BLIND = "remote_blind"
    REMOTE_NAMES = "remote_names"  # they are to be replaced, and nothing can do that
    REMOTE_IMAGES_KEPT = "remote_images_kept"
    REMOTE_IMAGES_UNDECIDED = "remote_images_undecided"
    REMOTE_IMAGES_REFUSED = "remote_images_refused"  # status
    REMOTE_IMAGES_TOO_LARGE = "remote_images_too_large"

    # the context
    # needed_tokens, context_tokens, documents_tokens, conversation_tokens, reserve_tokens
    DOES_NOT_FIT = "does_not_fit"
    ANSWER_ALL_THOUGHT = "answer_all_thought"  # the limit of its length came before the model had begun it
    ANSWER_LOST = "answer_lost"  # it was on a damaged page of the desk
    ANSWER_MISSING = "answer_missing"  # the model thought, and ended
    ANSWER_SCHEMA_STARTER = "answer_schema_starter"
    ANSWER_VERBATIM_REMOTE = "answer_verbatim_remote"  # host
    ANSWER_NOT_JSON = "answer_not_json"
    ANSWER_AGAINST_SCHEMA = "answer_against_schema"  # where, detail (the words of the library that checks it)
    ANSWER_SCHEMA_CHECKED = "answer_schema_checked"  # where, keyword: nothing holds an answer to it; it is checked
    ANSWER_SCHEMA_LIMIT = "answer_schema_limit"  # detail: llguidance's own words; the schema became too much for it
    WEIGHING_REMOTE = "weighing_remote"  # host
    WEIGHING_STARTER = "weighing_starter"
    WEIGHING_NO_ROOM = "weighing_no_room"
    WEIGHING_UNSOUND = "weighing_unsound"
    CONTEXT_FULL = "context_full"  # context_tokens; the answer ran into the end of the context
    CONTEXT_INVALID = "context_invalid"  # wanted, trained

    # saved readings; the answer goes on all the same
    READING_DAMAGED = "reading_damaged"  # a saved one was thrown away; the books are read again
    READING_PASSED_OVER = "reading_passed_over"  # a saved one gives something else here; it stays, the books are read
    READING_NO_MEMORY = "reading_no_memory"  # needed_bytes, free_bytes; a saved one could not be loaded
    READING_NOT_SAVED = "reading_not_saved"  # needed_bytes, free_bytes (of the quota, the disk, or memory)

    # storage
    DISK_FULL = "disk_full"  # path
    FOLDER_READ_ONLY = "folder_read_only"  # path
    NAME_NOT_UTF8 = "name_not_utf8"  # path: of a data folder or a model
    DATABASE_NEWER = "database_newer"  # path, found, known
    DATABASE_LOCKED = "database_locked"  # path
    DATABASE_KEY = "database_key"  # path; wrong key or not a database
    DATABASE_KEY_AWAY = "database_key_away"  # path; in the keyring of another account, or a locked one
    DATABASE_DAMAGED = "database_damaged"  # path
    PASSPHRASE_REQUIRED = "passphrase_required"  # noqa: S105 -- a code, not a secret; path: the administrator wants one
    PASSPHRASE_NEEDED = "passphrase_needed"  # noqa: S105 -- a code, not a secret; path
    PASSPHRASE_MEMORY = "passphrase_memory"  # noqa: S105 -- path; no memory left to derive the key
    PASSPHRASE_UNSUPPORTED = "passphrase_unsupported"  # noqa: S105 -- a code, not a secret; OpenSSL has no Argon2id
    PASSPHRASE_WEAK = "passphrase_weak"  # noqa: S105 -- words: so many more would make it strong enough

    # the policy of the machine's administrator
    POLICY_DAMAGED = "policy_damaged"  # path, detail
    POLICY_UNREADABLE = "policy_unreadable"  # path, detail
    POLICY_UNSAFE = "policy_unsafe"  # path: others than the administrator may write it, or where it is
    SETTING_HELD = "setting_held"  # name: the policy decides
    REMOTE_FORBIDDEN = "remote_forbidden"  # host
    HUB_FORBIDDEN = "hub_forbidden"  # host

    # other programs, which ask over MCP; name: what one calls itself
    MCP_FORBIDDEN = "mcp_forbidden"  # name
    MCP_NOT_ALLOWED = "mcp_not_allowed"  # name: nobody has decided, and no window is open
    MCP_UNDECIDED = "mcp_undecided"  # name: nobody has decided yet, and the window asks
    MCP_REFUSED = "mcp_refused"  # name
    MCP_NO_NAME = "mcp_no_name"
    MCP_NO_MATTER = "mcp_no_matter"  # name, matter: there is none of that name that it may see
    MCP_NO_DOCUMENT = "mcp_no_document"  # document: what was asked for
    MCP_ARGUMENTS = "mcp_arguments"  # tool, detail: what is wrong with them
    MCP_CONVERSATION = "mcp_conversation"  # the program did not begin it now
    MCP_LOCKED = "mcp_locked"
    MCP_TEXTS = "mcp_texts"  # host: nobody has decided what becomes of names and numbers
    MCP_CLIENT_UNKNOWN = "mcp_client_unknown"  # name

    # the record
    RECORD_FILE = "record_file"  # path: no exported record
    RECORD_CHANGED = "record_changed"  # number: of the first entry that is not as it was written

    # a graphics card that is in the machine and is not used, or not by the better way
    CARD_ADD_ON_MISSING = "card_add_on_missing"  # name, version: of the driver, package: that fits both
    CARD_DRIVER_MISSING = "card_driver_missing"  # needed: the first version that would do
    CARD_DRIVER_OLD = "card_driver_old"  # name, version, package: for this card, needed: the version for that
    CARD_DRIVER_REPLACED = "card_driver_replaced"  # by another version, since the machine was started
    CARD_TOO_OLD = "card_too_old"  # name
    CARD_SILENT = "card_silent"  # detail: who says so or what NVML says
    CARD_BY_VULKAN = "card_by_vulkan"  # name, package: by which NVIDIA's own way would be used
    CARD_VULKAN_MISSING = "card_vulkan_missing"  # name, package
    CARD_VULKAN_SILENT = "card_vulkan_silent"  # maker

    # the installation and its updates
    INSTALLATION_UNSOUND = "installation_unsound"  # path, changed, missing, unnamed: how many files
    INSTALLATION_MIXED = "installation_mixed"  # package, version, wanted: the version of the program
    RELEASE_KEY_MISSING = "release_key_missing"
    RELEASE_KEY_DAMAGED = "release_key_damaged"  # path
    RELEASE_UNSIGNED = "release_unsigned"  # path; there is no signature beside it
    RELEASE_SIGNATURE_WRONG = "release_signature_wrong"  # path
    RELEASE_STRANGE = "release_strange"  # path; it is no manifest of a release of Octavo
    RELEASE_PACKAGE_CHANGED = "release_package_changed"  # path

    # use
    EXPORT_FORMAT = "export_format"  # path, known
    EXPORT_NOT_WRITTEN = "export_not_written"  # path
    COPY_NOT_PDF = "copy_not_pdf"  # title
    COPY_IN_PLACE = "copy_in_place"  # path: the copy would replace the document that it is of
    NOTE_UNKNOWN = "note_unknown"  # name
    PRINT_FAILED = "print_failed"  # printer
    OUTPUT_FULL = "output_full"  # what stdout is written to
    USAGE = "usage"  # detail
    OPTION_INVALID = "option_invalid"  # option, value, detail
    SETTING_INVALID = "setting_invalid"  # name, detail
    NO_DISPLAY = "no_display"
    WINDOW_SILENT = "window_silent"  # path: of the desk whose window is open and does not answer
    BUG = "bug"  # where
    PROBLEM_UNKNOWN = "problem_unknown"  # name: the code of another version, kept with an answer


OUTAGES = frozenset({Code.REMOTE_UNREACHABLE, Code.REMOTE_BUSY, Code.REMOTE_CUT, Code.REMOTE_STALLED})
"""The problems with a server that another try may not meet, nor another address of it."""

_BLAME: dict[Blame, tuple[str, ...]] = {
    Blame.USAGE: (
        *(
            "usage",
            "template_unknown",
            "export_format",
            "option_invalid",
            "setting_",
            "passphrase_weak",
            *("remote_forbidden", "hub_forbidden", "mcp_"),
            "no_display",
            "context_invalid",
        ),
        *("remote_address_", "remote_ca_", "licence_", "offer_", "hub_address_", "hub_repository_"),
        "search_",
    ),
    Blame.FIT: ("does_not_fit", "context_full", "remote_context_exceeded"),
    Blame.MACHINE: (
        *(
            "reading_",
            "disk_",
            "output_",
            "print_",
            "folder_read_only",
            "name_not_utf8",
            "export_not_written",
            "window_silent",
            "database_",
            *("backup_no", "backup_too_large", "data_there"),
        ),
        *("record_changed", "policy_", "passphrase_", "card_", "installation_", "release_key_", "fetch_running"),
        *("hub_unreachable", "hub_interrupted", "hub_answer_strange", "hub_token_not_kept"),
    ),
    Blame.OCTAVO: ("bug", "engine_protocol", "problem_unknown"),
    Blame.MODEL: ("answer_", "weighing_", "model_", "adapter_", "engine_", "hub_", "no_model", "remote_"),
}
"""Beginnings of codes; the first that fits counts."""


def blame(code: Code) -> Blame:
    """Return where the remedy of `code` is to be found."""
    return next((who for who, beginnings in _BLAME.items() if code.startswith(beginnings)), Blame.INPUT)


class Problem(msgspec.Struct, frozen=True):
    """An error as data: it crosses pipes, is stored with an answer, and is put into words by the faces."""

    code: Code
    params: Mapping[str, Parameter] = {}


class AppError(Exception):
    """Raised by every layer for what a person must know; never for a cancelled task."""

    def __init__(self, code: Code, **params: Parameter) -> None:
        super().__init__(code.value, params)
        self.code = code
        self.params = params

    @property
    def problem(self) -> Problem:
        return Problem(self.code, dict(self.params))

    @classmethod
    def of(cls, problem: Problem) -> Self:
        return cls(problem.code, **problem.params)

    def __str__(self) -> str:
        detail = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code.value}({detail})"
