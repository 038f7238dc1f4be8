"""A sentence for each error code: what happened, where, and what to do next."""

from __future__ import annotations

import re
from pathlib import PurePath

from app.core.documents.document import RefusedKind
from app.core.errors import Code, Problem
from app.wording import refusals
from app.wording.i18n import _
from app.wording.units import count, duration, printable, rate, size

MAX_DETAIL_CHARACTERS = 300
_PLAIN_NUMBERS = frozenset({"status", "signal", "found", "known"})
_FORMATS = {
    "pdf": "PDF",
    "epub": "EPUB",
    "doc": "Word 97 document",
    "docx": "Word document",
    "odt": "OpenDocument text",
    "rtf": "RTF",
    "markdown": "Markdown",
    "text": "plain text",
    "html": "web page",
    "eml": "e-mail",
    "csv": "CSV table",
    "xlsx": "Excel workbook",
    "pptx": "PowerPoint presentation",
    "odp": "OpenDocument presentation",
    "xls": "Excel 97 workbook",
    "ods": "OpenDocument spreadsheet",
    "msg": "Outlook message",
    "mbox": "mailbox",
    "ipynb": "Jupyter notebook",
    "srt": "subtitles",
    "fb2": "FictionBook",
    "image": "image",
    "tex": "LaTeX",
    "mobi": "Kindle book",
    "org": "Org",
    "zip": "ZIP",
    "png": "PNG",
    "jpeg": "JPEG",
    "webp": "WebP",
    "gif": "GIF",
    "tiff": "TIFF",
    "bmp": "BMP",
    "avif": "AVIF",
    "mp4": "MP4",
    "matroska": "Matroska or WebM",
    "avi": "AVI",
    "mpegts": "MPEG transport stream",
    "mpegps": "MPEG",
    "ogg": "Ogg",
    "flv": "Flash video",
    "asf": "Windows Media",
}
_EXCESSES = {
    "characters": "more than {value} characters of text",
    "pages": "more than {value} pages",
    "chapters": "more than {value} chapters",
    "archive_members": "more than {value} files packed into it",
    "inner_depth": "a file packed into more than {value} others",
    "archive_bytes": "more than {value} once unpacked",
    "archive_member_bytes": "a packed file of more than {value}",
    "expansion": "files that grow to more than {value} times their size when unpacked",
    "page_objects": "more than {value} objects on one page",
    "xml_depth": "elements nested more than {value} deep",
    "xml_attributes": "more than {value} attributes of one element",
    "group_depth": "groups nested more than {value} deep",
    "mail_parts": "more than {value} parts in one e-mail",
    "cues": "more than {value} subtitles",
    "mails": "more than {value} e-mails",
    "mail_containers": "more than {value} groups of parts in one e-mail",
    "sheets": "more than {value} sheets",
    "streams": "more than {value} parts",
    "rows": "more than {value} rows in one table",
    "columns": "more than {value} columns in one table",
    "cells": "more than {value} cells up to the last one of a sheet",
    "pixels": "more than {value} pixels",
    "side": "more than {value} pixels on one side",
    "file_bytes": "more than {value} in its file",
    "profile_bytes": "a colour profile of more than {value}",
    "header_bytes": "a header of more than {value}",
    "keys": "more than {value} keys",
    "key_bytes": "the name of a key of more than {value}",
    "text_bytes": "a name of more than {value}",
    "tensors": "more than {value} tensors",
    "array_length": "a list of more than {value} entries",
    "layers": "more than {value} layers",
    "files": "more than {value} files",
}
_OTHER_EXCESS = "more than {value} ({limit})"
_OTHER_REFUSAL = {"refused": "a kind of file", "way_out": "Open it in its program and save it as PDF."}
_FLAWS = {
    "alignment": "its alignment is invalid",
    "architecture": "it does not name its architecture",
    "key_nameless": "a key has no name",
    "key_twice": "a key occurs twice",
    "value": "a number or a name is invalid",
    "value_type": "a value has an unknown type",
    "layer_numbers": "it does not have one number for each layer",
    "tensor_name": "the name of a tensor is too long",
    "tensor_twice": "a tensor occurs twice",
    "tensor_dimensions": "a tensor has an impossible shape",
    "tensor_size": "a tensor is impossibly large",
    "tensor_offset": "a tensor does not follow the one before",
    "packed_record": "its record is missing or invalid",
    "packed_name": "a file in it has a name that leads outside the folder",
    "packed_kind": "it contains something other than ordinary files",
    "packed_unnamed": "a file in it is not listed in its record",
    "packed_twice": "a file occurs in it twice",
    "packed_size": "a file in it does not have the size in its record",
    "packed_missing": "a file listed in its record is missing",
    "packed_cut": "it ends too early",
    "template_size": "it is too long",
    "template_syntax": "it has an error",
    "template_reach": "it asks for things that no template needs",
    "template_running": "it fails on an ordinary conversation",
    "template_declined": "it refuses an ordinary conversation",
    "template_steps": "it never comes to an end",
    "template_time": "it takes too long",
    "template_memory": "it takes too much memory",
    "template_output": "it writes too much",
    "template_contents": "it does not write all messages in their order and as they are",
    "template_turns": "it writes earlier messages in another way once others follow",
    "template_crash": "the process that tried it crashed",
}
_OTHER_FLAW = "it contradicts itself"
_BOUND = re.compile(r"Expected `(?P<kind>int|float)` (?P<bound><=|>=) (?P<limit>-?[\d.]+)")
_BOUNDS = {
    ("int", ">="): "a whole number of at least {n}",
    ("int", "<="): "a whole number of at most {n}",
    ("float", ">="): "a number of at least {n}",
    ("float", "<="): "a number of at most {n}",
}
_SENTENCES: dict[Code, str] = {
    Code.FILE_MISSING: "There is no file “{path}”. Check its name and folder.",
    Code.FILE_IS_FOLDER: "“{path}” is a folder. Choose the files in it that you want to read.",
    Code.FOLDER_TOO_LARGE: (
        "There are more than {limit} files in the folder “{path}”. Choose a folder in it, one after the other."
    ),
    Code.FOLDER_WITHOUT_DOCUMENTS: (
        "There is no document in the folder “{path}” that Octavo could read. Check the folder, or choose another one."
    ),
    Code.FILE_NOT_REGULAR: "“{path}” is not an ordinary file, so Octavo did not open it. Choose a file on a disk.",
    Code.FILE_UNREADABLE: (
        "“{path}” could not be read. Check that you have permission to read it and that its disk is connected."
    ),
    Code.FILE_NEWER: (
        "“{path}” was written by a newer Octavo, and nothing was read from it. Update Octavo, then try again."
    ),
    Code.FILE_EMPTY: "“{path}” is empty. Choose another file.",
    Code.FILE_TOO_LARGE: (
        "“{path}” is {size_bytes}. Octavo opens files up to {limit_bytes}. Split it and open the part you need."
    ),
    Code.FORMAT_UNKNOWN: (
        "Octavo cannot read this kind of file: “{path}”. It reads PDF, EPUB, Word, PowerPoint, OpenDocument,"
        " RTF, web pages, e-mail, Excel, CSV, Markdown and plain text."
    ),
    Code.FORMAT_REFUSED: "“{path}” is {refused}, which Octavo does not read. {way_out}",
    Code.FORMAT_MISMATCH: (
        "“{path}” is named like {expected}, but contains {found}. If you trust the file, correct its extension and"
        " open it again."
    ),
    Code.DOCUMENT_DAMAGED: (
        "“{path}” ({format}) is damaged or incomplete, and could not be read. Get the file again from its source."
    ),
    Code.DOCUMENT_ENCRYPTED: (
        "Octavo cannot open “{path}”: it has copy protection or a kind of password that Octavo does not support. Save"
        " an unprotected copy and open that."
    ),
    Code.DOCUMENT_PASSWORD_NEEDED: "“{path}” needs a password. Enter it, or save an unprotected copy.",
    Code.DOCUMENT_PASSWORD_WRONG: (
        "This is not the password of “{path}”. Check capital letters and the keyboard language, and try again."
    ),
    Code.DOCUMENT_NO_TEXT: (
        "“{path}” has no text: its pages are empty or are pictures without readable writing. Open a better scan, or a"
        " version with text."
    ),
    Code.RECOGNITION_FAILED: (
        "“{path}” contains only pictures, and recognising their text failed. Add it again. If that fails too, open a"
        " better scan or a version with text."
    ),
    Code.DOCUMENT_LIMIT: (
        "“{path}” was refused for safety: it contains {excess}. Split it into smaller files, or get it from a source"
        " that you trust."
    ),
    Code.READER_CRASHED: (
        "Reading “{path}” failed; nothing else is affected. The file is probably damaged: get it again, or open"
        " another version."
    ),
    Code.READER_ENDED: (
        "Reading “{path}” was ended by something else on this computer, perhaps because memory ran out; nothing else is"
        " affected. Close other programs, and open the file again."
    ),
    Code.READER_OUT_OF_MEMORY: (
        "“{path}” needs more memory than Octavo allows for one document, so reading it was stopped. Split the file, or"
        " open a simpler version."
    ),
    Code.READER_TIMEOUT: (
        "Reading “{path}” took more than {seconds}, so it was stopped. Split the file, or open a simpler version."
    ),
    Code.FILE_NOT_UTF8: (
        "“{path}” is not plain text in UTF-8, so its questions cannot be read. Save it as UTF-8 text, one question per"
        " line."
    ),
    Code.QUESTION_NONE: (
        "There is no question to ask. Write one question per line. Lines that start with # are ignored."
    ),
    Code.QUESTION_LIMIT: (
        "There are {wanted} questions, and a table can have up to {limit}. Split them into several tables."
    ),
    Code.QUESTION_TOO_LONG: (
        "Question {number} has {characters} characters. The limit is {limit}. Shorten it, or split it in two."
    ),
    Code.QUESTION_KIND: (
        "Question {number} begins with “[{kind}]”, which is no kind of answer. The kinds are: {known}. A choice names"
        " what can be chosen, as in “[choice: tenant, landlord]”."
    ),
    Code.QUESTION_CHOICES: (
        "Question {number} is a choice. Name 2 to {limit} answers between commas, each of up to {characters}"
        " characters, as in “[choice: tenant, landlord]”."
    ),
    Code.QUESTION_CELLS: (
        "That would be {wanted} cells. A table can have up to {limit}. Split the documents into several tables."
    ),
    Code.SCHEMA_TOO_LARGE: (
        "The schema “{path}” is {size_bytes}. The model reads all of it, so it can have up to {limit_bytes}. Leave out"
        " what the answer does not need."
    ),
    Code.SCHEMA_NOT_JSON: (
        "The schema “{path}” is not JSON in UTF-8: the mistake is in line {line}, column {column}. Correct it there."
    ),
    Code.SCHEMA_INVALID: (
        "“{path}” is not a JSON Schema. What is wrong at {where}, in the words of the library that checks it: {detail}"
    ),
    Code.SCHEMA_ELSEWHERE: (
        "At {where}, the schema “{path}” refers to “{address}”. Octavo fetches nothing. Copy that part into the schema,"
        " under “$defs”, and refer to it as “#/$defs/NAME”."
    ),
    Code.SCHEMA_FORMAT: (
        "At {where}, the schema “{path}” wants the format “{format}”, which Octavo does not know. Remove it, or use"
        " “pattern” instead."
    ),
    Code.SCHEMA_IMPOSSIBLE: (
        "The model cannot be held to the schema “{path}”. The reason, in the words of the library that holds it:"
        " {detail}"
    ),
    Code.ANSWER_SCHEMA_CHECKED: (
        "The model is not held to “{keyword}” (at {where} of the schema) while it writes. The answer is checked for it"
        " afterwards."
    ),
    Code.QUESTION_NOT_BEGUN: (
        "Octavo found nothing to resume for this, so it asks from the beginning. Only the same questions to the same"
        " documents can be resumed."
    ),
    Code.PROMPT_INVALID: (
        "The prompt “{name}” needs a name and a text. A name has up to 80 characters, a text up to {limit}. Nothing was"
        " saved."
    ),
    Code.PROMPTS_NOT_UTF8: (
        "“{path}” is not plain text in UTF-8, so no prompts were read. Save it as UTF-8 text and import it again."
    ),
    Code.BIN_ENTRY_UNKNOWN: "The bin has no item “{name}”, or several that begin so. “octavo bin” lists them.",
    Code.MATTER_UNKNOWN: "There is no matter “{name}”. “octavo matters” lists them.",
    Code.MATTER_EXISTS: "There is a matter “{name}” already. Choose another name.",
    Code.MATTER_NAME: "A matter needs a name of 1 to {limit} characters.",
    Code.MATTER_MISSING: (
        "The file of “{name}”, “{path}”, is not there. Put it back from a copy of your data, or delete the matter."
    ),
    Code.MATTER_IN_USE: (
        "“{name}” is open in another window or terminal, so it was left as it is. Close it there, then try again."
    ),
    Code.MATTER_FILE: (
        "“{path}” is not an exported matter, or it is damaged. Nothing was imported. Choose a file that Octavo"
        " exported, or export it again."
    ),
    Code.MATTER_PASSPHRASE: (
        "This passphrase does not open “{path}”. Enter the passphrase that was chosen when the matter was exported."
    ),
    Code.BACKUP_FILE: (
        "“{path}” is not a backup of Octavo, or it is damaged or incomplete. Nothing was restored. Copy it again from"
        " where it was kept, or choose another backup."
    ),
    Code.BACKUP_PASSPHRASE: (
        "This passphrase does not open “{path}”. Nothing was restored. Enter the passphrase that was chosen when the"
        " backup was made."
    ),
    Code.BACKUP_INCOMPLETE: (
        "These matters could not be read and are not in “{path}”: {names}. Keep an earlier backup that has them."
    ),
    Code.BACKUP_INSIDE: (
        "“{path}” is in the data folder, which the backup is made of. Choose another folder, best on another disk."
    ),
    Code.BACKUP_NOT_PROVED: (
        "The backup was written, but what was read back from “{path}” is different, so it was deleted. The disk may be"
        " faulty. Choose another disk and make the backup again."
    ),
    Code.BACKUP_NO_ROOM: (
        "There is no room at “{path}”: {needed_bytes} are needed, and {free_bytes} are free. Free some space, or choose"
        " another disk."
    ),
    Code.BACKUP_TOO_LARGE: (
        "The disk with “{path}” takes no file as large as this backup: FAT, as on many USB sticks, takes 4 GB at most."
        " Choose another disk, or one that is formatted as exFAT."
    ),
    Code.DATA_THERE: (
        "“{path}” already holds data of Octavo, which was not changed. Restore the backup into a new or empty folder"
        " with --data-dir."
    ),
    Code.TEMPLATE_UNKNOWN: "There is no template “{name}”. The templates are: {known}.",
    Code.SEARCH_FILTER_UNKNOWN: (
        "There is no filter “{name}”. The filters are: {known}. To search for these words themselves, put them in"
        ' quotation marks: "{written}".'
    ),
    Code.SEARCH_FILTER_WITHOUT: (
        "A minus sign works before words and phrases, not before the filter “{name}”. Remove the minus sign."
    ),
    Code.SEARCH_VALUE_UNKNOWN: "The filter “{name}” does not know “{value}”. Type one of these after it: {known}.",
    Code.SEARCH_VALUE_MISSING: "Type after “{name}:” what you are looking for, such as: {known}.",
    Code.SEARCH_DATE_INVALID: (
        "“{value}” is not a date that the filter “{name}” can use. Type a year, a month or a day: 2024, 2024-03 or"
        " 2024-03-15."
    ),
    Code.PAGES_INVALID: (
        "“{path}” has {pages} pages; {wanted} are not among them. Choose from 1 to {pages}, counted from the first"
        " page. The page numbers in the document do not count here."
    ),
    Code.BOOK_FILE_CHANGED: (
        "“{path}” has changed since “{title}” was imported from it, so the document was not changed. To use the new"
        " file, add it as another document."
    ),
    Code.PAGE_UNAVAILABLE: (
        "Page {page} of “{path}” cannot be displayed. Its file was probably moved, changed or deleted since it was"
        " added: put it back, or add the document again."
    ),
    Code.IMAGE_UNKNOWN: (
        "Octavo does not know this kind of image: “{path}”. It takes PNG, JPEG, WebP, GIF, TIFF, BMP and AVIF, but not"
        " HEIC or SVG. Save the image in one of these formats and attach that."
    ),
    Code.IMAGE_DAMAGED: (
        "“{path}” ({format}) is damaged or incomplete, and could not be read. Get the image again from its source."
    ),
    Code.IMAGE_LIMIT: (
        "“{path}” was refused for safety: it contains {excess}. Save a smaller version, or cut out the part"
        " that you need."
    ),
    Code.IMAGE_MISSING: "The image “{path}” is no longer stored. Attach it again.",
    Code.IMAGE_WANTED: (
        "Octavo does not know this kind of image: “{path}”. For a document, use --document; for a video, choose frames"
        " in the window; save other images as PNG."
    ),
    Code.VIDEO_UNKNOWN: (
        "Octavo does not know this kind of video: “{path}”. It takes MP4, MOV, MKV, WebM, AVI, MPEG, Ogg, Flash and"
        " Windows Media. Save the video as MP4 and choose frames from that."
    ),
    Code.VIDEO_EMPTY: (
        "“{path}” has no moving pictures, only sound or a cover image. Choose a video, or attach the cover as an image."
    ),
    Code.VIDEO_CODEC: (
        "Octavo cannot decode the video format of “{path}” ({codec}). Save the video as MP4 with H.264, and choose"
        " frames from that."
    ),
    Code.VIDEO_DAMAGED: (
        "“{path}” is damaged or incomplete, and no frames could be read from it as {format}. Get the video again from"
        " its source."
    ),
    Code.VIDEO_LIMIT: (
        "“{path}” was refused for safety: each frame contains {excess}. Save a smaller version, and choose"
        " frames from that."
    ),
    Code.VIDEO_CHANGED: (
        "“{path}” was changed after it was opened, so its frames may be different now. Open the video again."
    ),
    Code.MODEL_BLIND: (
        "The model “{path}” cannot see images: there is no projector in its folder (a file whose name starts with"
        " mmproj). Put it there, choose it in the settings, or ask without the image."
    ),
    Code.MODEL_PROJECTOR_FAILED: (
        "The projector “{path}” could not be loaded ({detail}), so the model cannot see images. Copy or download it"
        " again, or choose another one in the settings."
    ),
    Code.MODEL_PROJECTOR_MISMATCH: (
        "The projector “{path}” belongs to another model: its embeddings have {found} numbers, and this model needs"
        " {expected}. Choose the projector that came with the model."
    ),
    Code.MODEL_PROJECTOR_UNSUPPORTED: (
        "Octavo does not support projectors of the type {kind}, such as “{path}”. Choose another model for images;"
        " text works as before."
    ),
    Code.MODEL_PROJECTOR_SLICE: (
        "Images from the projector “{path}” are read in one step, of up to {needed} tokens, and the batch size is"
        " {slice}. Set the batch size to {needed} or more in the settings and load the model again; text works as"
        " before."
    ),
    Code.MODEL_PROJECTOR_UNSOUND: (
        "The projector “{path}” failed its self-test ({check}), so images are switched off: the model would not see"
        " what you show it. Choose another projector; text works as before."
    ),
    Code.MODEL_MISSING: "There is no model file “{path}”. Choose another model, or put the file back.",
    Code.MODEL_NOT_GGUF: "“{path}” is not a GGUF file, so it cannot be a model. Choose a file in GGUF format.",
    Code.MODEL_TRUNCATED: "The model file “{path}” is incomplete. Copy or download it again.",
    Code.MODEL_INCOMPLETE: (
        "The last {missing_bytes} of the model file “{path}” are missing: a download or a copy ended too early. Resume"
        " it, or get the file again."
    ),
    Code.MODEL_BYTE_ORDER: (
        "The model file “{path}” was written for computers of the other byte order (big-endian). Choose a file made"
        " for this kind of computer."
    ),
    Code.MODEL_VERSION: (
        "The model file “{path}” has version {found} of the GGUF format. Octavo reads versions 2 and 3. Choose a newer"
        " file of this model, or update Octavo."
    ),
    Code.MODEL_TYPE_UNKNOWN: (
        "The model file “{path}” uses a number format ({number}) that this version of Octavo does not support. Choose"
        " another quantization, or update Octavo."
    ),
    Code.MODEL_DAMAGED: (
        "The header of the model file “{path}” is damaged: {fault}. Get the file again from a source that you trust."
    ),
    Code.MODEL_LIMIT: (
        "The model file “{path}” was refused for safety: it contains {excess}. Get the model from a source"
        " that you trust."
    ),
    Code.MODEL_PART_MISSING: (
        "“{path}” is missing. It is one of {parts} files that form one model. Put all of them into one folder with"
        " their original names."
    ),
    Code.MODEL_PARTS_DIFFER: (
        "“{path}” belongs to a model of {parts} files, but the files next to it are not the other parts. Put all parts"
        " into one folder with their original names, or get them again from one source."
    ),
    Code.MODEL_UNREADABLE: (
        "The header of the model file “{path}” could not be read: the process that reads it crashed. Nothing else is"
        " affected. Get the file again from a source that you trust."
    ),
    Code.MODEL_UNSUPPORTED: (
        "“{path}” is a model of the type “{architecture}”, which this version of Octavo cannot run. Choose another"
        " model."
    ),
    Code.MODEL_FAILED: (
        "The model “{path}” could not be loaded: {detail}. Check that the file is complete, or choose another model."
    ),
    Code.MODEL_NO_TEMPLATE: (
        "The model “{path}” has no chat template, so it cannot answer. Choose a model made for conversation (often"
        " called “instruct” or “chat”)."
    ),
    Code.MODEL_TEMPLATE_REFUSED: (
        "Octavo does not know the conversation format of the model “{path}”, and could not find it out from the model's"
        " chat template: {fault}. Get the model from another source, or choose another model."
    ),
    Code.MODEL_OUT_OF_MEMORY: (
        "The model “{path}” needs {needed_bytes} of memory, and {free_bytes} are free. Close other programs, or choose"
        " a smaller context, a smaller KV type or a smaller model."
    ),
    Code.MODEL_CARD_FULL: (
        "The model “{path}” does not fit into the memory of the graphics card: there was no room for {needed_bytes} of"
        " it. Close other programs that use the card, or choose a smaller context, a smaller KV type or a smaller"
        " model."
    ),
    Code.MODEL_TOO_LARGE: (
        "The model “{path}” does not fit into the memory of this computer: {missing_bytes} are missing. Close other"
        " programs, or choose a smaller quantization or a smaller model."
    ),
    Code.MODEL_LARGER_THAN_MEMORY: (
        "The model “{path}” does not fit into the memory of this computer: {missing_bytes} are missing. Close other"
        " programs, or choose a smaller quantization or a smaller model. It also loads with --mapping mapped (in the"
        " window: Advanced model settings, Weights, on the disk), but slowly: for each token {token_bytes} of experts"
        " are read from disk, so it writes about {tokens_a_second} tokens a second."
    ),
    Code.MODEL_CONTEXT_TOO_LARGE: (
        "With a context of {context_tokens} tokens ({kv_type}), the model “{path}” does not fit into the memory of"
        " this computer: {missing_bytes} are missing. It fits with {largest_tokens} tokens. Choose a smaller context"
        " or a smaller KV type, or close other programs."
    ),
    Code.ADAPTER_WANTED: (
        "“{path}” is not a LoRA adapter. Choose a GGUF file that was made as an adapter for the model, or remove it"
        " from the settings."
    ),
    Code.ADAPTER_MISMATCH: (
        "The adapter “{path}” was made for models of the type “{found}”, and this model is “{expected}”. Choose the"
        " model that it was made for, or remove the adapter from the settings."
    ),
    Code.ADAPTER_FAILED: (
        "The adapter “{path}” does not fit this model: {detail}. Choose exactly the model that it was made for, or"
        " remove the adapter from the settings."
    ),
    Code.NO_MODEL: (
        "There is no model to answer with. Choose a GGUF file in the model menu of the window, or with --model in the"
        " terminal."
    ),
    Code.MODEL_HEADER_UNKNOWN: (
        "The parts of “{path}” are not known until its header is read. Ask the model hub for the header, then"
        " plan again."
    ),
    Code.MODEL_THERE: ("“{path}” already exists and was not overwritten. To replace it, remove it first."),
    Code.MODEL_TOO_SMALL: (
        "“{path}” is too small to write notes on documents. Choose a larger model, or ask with the most relevant"
        " excerpts."
    ),
    Code.MODEL_LISTS_NOTHING: "“{path}” is too small to list events and names. Choose a larger model, then ask again.",
    Code.MODEL_IS_STARTER: (
        "“{path}” is the model that comes with Octavo and cannot be removed by itself. To remove it, uninstall Octavo."
    ),
    Code.MODEL_IS_LOADED: "“{path}” is the model in use, so it was not removed. Load another model first.",
    Code.MODEL_UNPROVED: (
        "Octavo cannot tell whether “{file}” of “{path}” is intact: no hash of it was recorded. Put the SHA256SUMS"
        " file of its source into the same folder, or get the model again with its record."
    ),
    Code.MODEL_CHANGED: (
        "“{path}” does not match its record: the content of “{file}” is different. Get the model again from a source"
        " that you trust."
    ),
    Code.MODEL_FOLDER_EMPTY: "There is no model in the folder “{path}”. Choose a folder that contains a GGUF file.",
    Code.MODEL_FOLDER_SEVERAL: (
        "There are {models} models in the folder “{path}”. Choose the file of the one that you want."
    ),
    Code.MODEL_NOT_IN_FOLDER: (
        "“{path}” is not in the models folder, {folder}, so Octavo does not remove it. Delete it as you delete any"
        " other file."
    ),
    Code.PACKED_UNSOUND: (
        "The packed model “{path}” is not valid: {fault}. Nothing was kept. Pack it and copy it again."
    ),
    Code.LICENCE_NOT_ACCEPTED: (
        "“{path}” comes under the {licence}. Read and accept it before you download: in the window, or in the terminal"
        " with --accept-licence."
    ),
    Code.OFFER_UNKNOWN: "“{path}” is not in the catalogue. The catalogue has: {known}.",
    Code.OFFER_SEVERAL: "“{path}” contains several models. Add a colon and the one that you want: {known}.",
    Code.FETCH_RUNNING: "“{path}” is being downloaded already. Wait for it, or stop it first.",
    Code.HUB_UNREACHABLE: (
        "The model hub at {host} cannot be reached, or is too busy. Check the network and the address in the settings,"
        " and try again."
    ),
    Code.HUB_INTERRUPTED: (
        "The connection to {host} broke off several times. What has arrived is kept: start the download again, and it"
        " continues from there."
    ),
    Code.HUB_ANSWER_STRANGE: (
        "The server at {host} does not answer like a model hub. Perhaps this network wants you to sign in first."
        " Nothing was kept. Sign in to the network, check the address in the settings, and try again."
    ),
    Code.HUB_ADDRESS_INSECURE: (
        "The connection to the model hub at {host} would not be encrypted. Octavo allows that only on this computer."
        " Choose an address that starts with https in the settings."
    ),
    Code.HUB_REPOSITORY_INVALID: (
        "“{repository}” is not the name of a repository. Write it as owner/name, as the model hub shows it."
    ),
    Code.HUB_NOT_FOUND: (
        "The model hub has no repository “{repository}”, or shows it to members only. Check its name. If it is"
        " private, enter a token of your account."
    ),
    Code.HUB_FILE_MISSING: (
        "The repository “{repository}” no longer has the file “{file}”. Look up the repository again, and choose from"
        " what it has now."
    ),
    Code.HUB_GATED: (
        "Only people approved by its owner can use “{repository}”. Ask for access on its page at the model hub, then"
        " enter a token of your account."
    ),
    Code.HUB_TOKEN_REFUSED: (
        "{host} does not accept the stored token: it may have expired or been revoked. Create a new one at the model"
        " hub and enter that."
    ),
    Code.HUB_TOKEN_NOT_KEPT: (
        "The token was not saved: no keyring is available on this system, and Octavo stores tokens nowhere else."
        " Unlock or set up the system keyring, and enter the token again."
    ),
    Code.HUB_NAME_UNSAFE: (
        "The model hub lists a file “{name}”, which is not a valid file name here or could lead outside the models"
        " folder. Nothing was downloaded. Choose another repository."
    ),
    Code.HUB_HASH_MISSING: (
        "The model hub does not give the SHA-256 of “{file}”, so the file could not be verified and was not"
        " downloaded. Choose another repository."
    ),
    Code.HUB_HASH_DIFFERS: (
        "At the model hub, “{file}” is not the file that Octavo knows under this name: its SHA-256 or size is"
        " different. It was not downloaded. If you trust the owner, look up the repository by name."
    ),
    Code.HUB_LICENCE_DIFFERS: (
        "The catalogue says that “{repository}” has the licence {known}; the model hub says {found}. Nothing was"
        " downloaded. Look up the repository by name to see and use it under its own licence."
    ),
    Code.HUB_MODEL_DIFFERS: (
        "At the model hub, “{repository}” is another model than the catalogue describes. Nothing was downloaded. Look"
        " up the repository by name to see what it has."
    ),
    Code.HUB_PROJECTOR_LACKS: (
        "The model cannot see images with “{file}”: the file lacks {parts}. Nothing was downloaded. Choose another"
        " repository."
    ),
    Code.HUB_HASH_WRONG: (
        "“{file}” arrived with a wrong SHA-256, so it was deleted. Try again. If it happens again, use another network"
        " or another mirror."
    ),
    Code.DISK_TOO_SMALL: (
        "The disk with “{path}” has {free_bytes} free, and this needs {needed_bytes}. Nothing was written. Free some"
        " space, or choose another disk with --data-dir."
    ),
    Code.DISK_FILE_LIMIT: (
        "The disk with “{path}” cannot store a file of {size_bytes}: its format (often FAT32) allows only small files,"
        " or it has a limit. Choose another disk."
    ),
    Code.ENGINE_EXITED: (
        "The model stopped unexpectedly (status {status}). The answer so far is kept. Ask again, and the model"
        " restarts."
    ),
    Code.ENGINE_CRASHED: (
        "The model was stopped (signal {signal}). The answer so far is kept. Ask again, and the model restarts."
    ),
    Code.ENGINE_HUNG: (
        "The model did not respond for {seconds} and was stopped. The answer so far is kept. Ask again, and the model"
        " restarts."
    ),
    Code.ENGINE_OUT_OF_MEMORY: (
        "The system stopped the model because memory ran out. The answer so far is kept. Close other programs, or"
        " choose a smaller context, KV type or model, and ask again."
    ),
    Code.ENGINE_CARD_FULL: (
        "The memory of the graphics card ran out. The answer so far is kept. Close other programs that use the card, or"
        " choose a smaller context, KV type or model, and ask again."
    ),
    Code.ENGINE_CARD_LOST: (
        "The graphics card stopped responding to its driver. The answer so far is kept. Ask again: the model is loaded"
        " again, on the processor if the card still does not respond."
    ),
    Code.ENGINE_ON_PROCESSOR: (
        "The graphics card does not respond, so Octavo computes on the processor, which is slower. Restart the"
        " computer, or load the model again in the model menu once the card works."
    ),
    Code.ENGINE_GAVE_UP: (
        "The model stopped {attempts} times in a row, so Octavo does not restart it automatically. Choose another"
        " model or a smaller context, or load the model again in the model menu."
    ),
    Code.ENGINE_PROTOCOL: (
        "The model sent a reply that Octavo does not understand ({detail}). This is a fault in Octavo. The answer so"
        " far is kept. Ask again, and please report it."
    ),
    # a remote engine
    Code.REMOTE_ADDRESS_INVALID: (
        "“{address}” is not an address of a server. Use the form https://models.example.org, or http://127.0.0.1:8080"
        " for a server on this computer. Correct it in the settings."
    ),
    Code.REMOTE_ADDRESS_INSECURE: (
        "The connection to {host} would not be encrypted, so Octavo sends nothing there. Use an address that starts"
        " with https. Plain http works only for this computer (127.0.0.1 or localhost)."
    ),
    Code.REMOTE_CA_UNREADABLE: (
        "Octavo can read no certificates in “{path}”. In the settings, choose a PEM file from your organisation, or no"
        " file."
    ),
    Code.REMOTE_UNREACHABLE: (
        "The server at {host} does not answer. Check that it is running, that this computer is on its network, and"
        " that the address in the settings is right. Then load the model again."
    ),
    Code.REMOTE_CERTIFICATE: (
        "The certificate of {host} is not trusted ({detail}), so nothing was sent. If your organisation has its own"
        " certificates, choose their file in the settings."
    ),
    Code.REMOTE_REDIRECTED: (
        "{host} redirects to another address, which Octavo does not follow. Enter the final address of the server in"
        " the settings."
    ),
    Code.REMOTE_KEY_NEEDED: (
        "{host} needs a key. Ask the person who runs the server for one, and enter it in the settings, or in"
        " OCTAVO_REMOTE_KEY for the terminal."
    ),
    Code.REMOTE_KEY_REFUSED: (
        "{host} does not accept the key. Enter the right one in the settings, or ask the person who runs the"
        " server for a new one."
    ),
    Code.REMOTE_NOT_FOUND: (
        "{host} answers, but does not know {asked}. Check that the address in the settings belongs to an"
        " OpenAI-compatible server (vLLM, SGLang, llama-server)."
    ),
    Code.REMOTE_TOO_LARGE: (
        "These documents are too large for one request to {host}. Ask the person who runs the server to allow larger"
        " requests, or choose some of the pages."
    ),
    Code.REMOTE_ASKED_AGAIN: (
        "{host} does not answer at the moment. Octavo asks it again until it does, and goes on where it was."
    ),
    Code.REMOTE_BUSY: ("{host} is busy, or is still loading its model. Ask again in a while."),
    Code.REMOTE_REFUSED: (
        "{host} refused the request (status {status}). The answer so far is kept. Ask again. If it happens again, show"
        " this sentence to the person who runs the server."
    ),
    Code.REMOTE_STALLED: (
        "{host} did not respond for {seconds}, so the connection was closed. The answer so far is kept. Ask again, or"
        " check whether the server is overloaded."
    ),
    Code.REMOTE_CUT: ("The connection to {host} broke off during the answer. The answer so far is kept. Ask again."),
    Code.REMOTE_TOO_LONG: (
        "The server at {host} wrote far more than the {tokens} tokens that it was asked for, so Octavo stopped it. The"
        " answer so far is kept. Raise “Maximum length of an answer” in the settings, or ask those who run the server"
        " why it ignores “max_tokens”."
    ),
    Code.REMOTE_ANSWER_STRANGE: (
        "The reply of {host} is not from an OpenAI-compatible server; it may be a sign-in page or an error. The answer"
        " so far is kept. Check the address in the settings."
    ),
    Code.REMOTE_CONTEXT_EXCEEDED: (
        "{host} reports that this is longer than its context. Load the model again, so that Octavo learns the size of"
        " the context. If the documents do not fit, choose some of the pages."
    ),
    Code.REMOTE_NO_TOKENIZER: (
        "Octavo cannot count tokens on {host}, and does not guess whether documents fit. Use vLLM, SGLang, llama-server"
        " or llama_cpp.server, without a gateway that hides their own paths."
    ),
    Code.REMOTE_NO_CONTEXT: (
        "{host} does not report the size of its context. Enter the size that the server was started with in the"
        " settings (Context), or with --context."
    ),
    Code.REMOTE_NO_FORMAT: (
        "Octavo does not recognise the chat format of {host}, and does not guess it. Run the model with llama-server"
        " or vLLM, or use another model."
    ),
    Code.REMOTE_MODEL_UNKNOWN: ("{host} has no model “{wanted}”. It has: {known}. Choose one of them in the settings."),
    Code.REMOTE_MODEL_UNDECIDED: ("{host} has several models: {known}. Choose one of them in the settings."),
    Code.REMOTE_MODEL_CHANGED: (
        "The model on {host} has changed since it was loaded. Load it again in the model menu, and ask again."
    ),
    Code.REMOTE_NOT_SET: ("No server is set. Name one (octavo doctor --server ADDRESS), or enter one in the settings."),
    Code.REMOTE_UNSOUND: (
        "{host} does not do what Octavo needs of a server: look at the rows with “no”. Its answers may be cut off or"
        " wrong. Show this list to whoever runs the server."
    ),
    Code.REMOTE_SERVER_UNKNOWN: (
        "The settings have no server “{name}”. Add it there, or choose another server for this matter."
    ),
    Code.REMOTE_NOT_OF_MATTER: (
        "The texts of this matter go to “{name}”, and to no other server. Ask without --server and --remote, or choose"
        " another server for the matter (octavo servers use NAME --matter MATTER)."
    ),
    Code.REMOTE_NONE_OF_MATTER: (
        "The texts of this matter stay on this computer. Ask without --server and --remote, or choose a server for the"
        " matter (octavo servers use NAME --matter MATTER)."
    ),
    Code.REMOTE_BLIND: (
        "The model on {host} cannot see images. Ask without the image, or choose a model that sees images."
    ),
    Code.REMOTE_NAMES: (
        "Names and numbers are to be replaced before texts go to {host}, and this Octavo cannot replace them. Nothing"
        " was sent. In the settings you can choose to send them as they are."
    ),
    Code.REMOTE_IMAGES_KEPT: (
        "The settings say that no image goes to a server. Ask without the image, or choose a model on this computer"
        " that sees images."
    ),
    Code.REMOTE_IMAGES_UNDECIDED: (
        "This conversation has images, and you have not decided whether images may go to {host}. Choose it in the"
        " settings, then ask again."
    ),
    Code.REMOTE_IMAGES_REFUSED: (
        "{host} refused this question with its images (HTTP {status}). Its model may take fewer images at once, or"
        " none. Ask with fewer images, or have the person who runs the server look at its log."
    ),
    Code.REMOTE_IMAGES_TOO_LARGE: (
        "The images of this conversation are too large for one request to {host}. Ask with fewer images, or in a new"
        " conversation."
    ),
    Code.DOES_NOT_FIT: (
        "This needs {needed_tokens} tokens, and the context has {context_tokens}: the documents take"
        " {documents_tokens}, the conversation with this question {conversation_tokens}, and {reserve_tokens} are"
        " reserved for the answer. Nothing was cut. Leave out old questions or start a new conversation; choose fewer"
        " documents or pages; choose a larger context, with a smaller KV type if memory is short; read the documents in"
        " parts; or show the model only the relevant excerpts."
    ),
    Code.CONTEXT_FULL: (
        "The answer reached the end of the context of {context_tokens} tokens and stops here. Take pages or documents"
        " off the desk, start a new conversation, or choose a larger context."
    ),
    Code.ANSWER_ALL_THOUGHT: (
        "The model used the whole length of the answer for thinking. Allow longer answers in the settings, or choose a"
        " model that does not think."
    ),
    Code.ANSWER_VERBATIM_REMOTE: (
        "A model on {host} cannot be held to the documents’ own words. Let it write freely, or choose a model on this"
        " computer."
    ),
    Code.ANSWER_SCHEMA_STARTER: (
        "The starter model is too small to fill a schema from documents. Choose a larger model."
    ),
    Code.ANSWER_NOT_JSON: (
        "The answer is not whole JSON, so it is not what the schema asks for. Use --max-tokens N if it was cut off."
        " Otherwise ask again, or choose another model."
    ),
    Code.ANSWER_AGAINST_SCHEMA: (
        "The answer is JSON, but the schema does not allow it. What is wrong at {where}, in the words of the library"
        " that checks it: {detail}"
    ),
    Code.ANSWER_SCHEMA_LIMIT: (
        "The model could no longer be held to the schema: it is too complex. Simplify it. The reason, in the words of"
        " the library that holds it: {detail}"
    ),
    Code.ANSWER_LOST: (
        "This answer was in a damaged place of your data and could not be saved. Ask the question again if you need it."
    ),
    Code.ANSWER_MISSING: (
        "The model thought about the question, but gave no answer. Ask again, or choose a model that does not think."
    ),
    Code.WEIGHING_REMOTE: (
        "Octavo checks this answer word for word only: {host} does not say how sure its model is. For sentences in"
        " other words, choose a model on this computer."
    ),
    Code.WEIGHING_STARTER: (
        "Octavo checks answers word for word only: the starter model is too small to judge sentences in other words."
        " Choose a larger model for that."
    ),
    Code.WEIGHING_NO_ROOM: (
        "Octavo checks this answer word for word only: there was not enough memory to ask the model about sentences in"
        " other words. Choose a smaller context in the settings, or close other programs."
    ),
    Code.WEIGHING_UNSOUND: (
        "Octavo checks answers of this model word for word only: in a test, the model could not tell true sentences"
        " from nearly true ones. Choose a larger model, or have answers written in the documents’ words."
    ),
    Code.CONTEXT_INVALID: (
        "This model cannot use a context of {wanted} tokens: it was trained for up to {trained}. Choose a smaller"
        " context."
    ),
    Code.READING_DAMAGED: ("A saved reading was damaged. Octavo deleted it and reads the documents again."),
    Code.READING_PASSED_OVER: (
        "A saved reading does not match what this computer computes now, so Octavo reads the documents again. The saved"
        " reading stays: it may match again when the model is loaded with its earlier settings."
    ),
    Code.READING_NO_MEMORY: (
        "A saved reading could not be used: it needs {needed_bytes} of memory, and {free_bytes} are free. The model"
        " reads the documents again. Close other programs to use it next time."
    ),
    Code.READING_NOT_SAVED: (
        "This reading was not saved: it needs {needed_bytes}, and {free_bytes} are free. The answer is not affected,"
        " but the model will read the documents again next time. Free disk space or memory, delete saved readings, or"
        " allow more space for them in the settings."
    ),
    Code.OUTPUT_FULL: (
        "The output is not complete: the disk that it is written to is full. Free some space and run the command again."
    ),
    Code.DISK_FULL: "The disk with “{path}” is full; nothing was half-written. Free some space and try again.",
    Code.FOLDER_READ_ONLY: (
        "Octavo has no permission to write to “{path}”. Change its permissions, or choose another folder with"
        " --data-dir."
    ),
    Code.NAME_NOT_UTF8: (
        "The name “{path}” contains bytes that are not text (shown as �), so Octavo cannot use it. Rename the file or"
        " folder, or choose another one."
    ),
    Code.DATABASE_NEWER: (
        "The data in “{path}” was written by a newer Octavo (format {found}; this version supports {known}), so it was"
        " not changed. Update Octavo, or choose another folder with --data-dir."
    ),
    Code.DATABASE_LOCKED: (
        "Another program is using the data in “{path}”, probably another Octavo. Close it, or choose another folder"
        " with --data-dir."
    ),
    Code.DATABASE_KEY: (
        "The data in “{path}” cannot be opened: its key is wrong or missing. Nothing was changed. Restore the key or"
        " enter the right passphrase, or choose another folder with --data-dir."
    ),
    Code.DATABASE_KEY_AWAY: (
        "The key of “{path}” is in the system keyring of the computer and account that the data were made on, and this"
        " keyring does not have it, or is locked. Nothing was changed. If the folder was copied from another computer,"
        " make a backup there with “octavo backup”, and restore it here with “octavo restore”. Otherwise unlock the"
        " keyring and try again."
    ),
    Code.DATABASE_DAMAGED: (
        "The data in “{path}” is damaged in places; nothing was changed. Close Octavo and open it again, or run “octavo"
        " rescue”, to save what can be saved; or restore a backup."
    ),
    Code.PASSPHRASE_MEMORY: (
        "There is not enough free memory to open “{path}” with its passphrase: it takes up to half a gigabyte for a"
        " second. Close other programs, then try again."
    ),
    Code.PASSPHRASE_UNSUPPORTED: (
        "The OpenSSL of this computer cannot protect anything with a passphrase: it has no Argon2id. Nothing was"
        " changed. Install OpenSSL 3.2 or newer, or Octavo's own package, which brings it along."
    ),
    Code.PASSPHRASE_WEAK: (
        "This passphrase is too easy to guess. Nothing was changed. Take four or five unrelated words: they are easy to"
        " keep and hard to guess."
    ),
    Code.PASSPHRASE_NEEDED: "The data in “{path}” is locked with a passphrase. Enter the passphrase to open it.",
    # the installation and its updates
    Code.INSTALLATION_UNSOUND: (
        "The files in “{path}” do not match the Octavo packages: {changed} changed, {missing} missing, {unnamed} from"
        " no package. Remove Octavo and install it again from a package that you trust. Your data is stored elsewhere"
        " and stays."
    ),
    Code.INSTALLATION_MIXED: (
        "The package {package} has version {version}, and Octavo itself {wanted}. Install the same version of both."
    ),
    Code.CARD_ADD_ON_MISSING: (
        "The {name} in this computer is not used, because this installation has no library for this card and its driver"
        " (version {version}). Install the package {package} in the same version as Octavo; if you run from source,"
        " install a CUDA compiler (nvcc) that the driver supports, with cuBLAS, and start again."
    ),
    Code.CARD_DRIVER_MISSING: (
        "This computer has an NVIDIA card, but the NVIDIA driver is not loaded. Install version {needed} or newer, and"
        " restart the computer. Until then, Octavo uses the processor."
    ),
    Code.CARD_DRIVER_OLD: (
        "The driver of the {name} in this computer has version {version}. For this card, Octavo needs version {needed}"
        " or newer, which you find in NVIDIA’s own package archive, and the package {package}. Until then, Octavo uses"
        " the processor."
    ),
    Code.CARD_DRIVER_REPLACED: (
        "The driver of the NVIDIA card in this computer was replaced by another version since the computer was"
        " started. Restart the computer. Until then, Octavo uses the processor."
    ),
    Code.CARD_TOO_OLD: (
        "The {name} in this computer is older than the Ampere generation, which Octavo does not use by CUDA, and Vulkan"
        " finds no card either, so Octavo uses the processor. Check the output of vulkaninfo --summary."
    ),
    Code.CARD_SILENT: (
        "The NVIDIA card in this computer does not respond ({detail}). Check the output of nvidia-smi, and whether"
        " your account may use the card. Until then, Octavo uses the processor."
    ),
    Code.CARD_BY_VULKAN: (
        "Octavo uses the {name} by Vulkan. With the package {package} in the same version as Octavo, it uses the card"
        " by CUDA, which is usually faster."
    ),
    Code.CARD_VULKAN_MISSING: (
        "The graphics card in this computer ({name}) is not used. Install the package {package} in the same version as"
        " Octavo, with which Octavo uses it by Vulkan. Until then, Octavo uses the processor."
    ),
    Code.CARD_VULKAN_SILENT: (
        "The graphics card in this computer ({maker}) does not respond to Vulkan. Install its Vulkan driver (Debian and"
        " Ubuntu: mesa-vulkan-drivers), and check that vulkaninfo --summary names the card. Until then, Octavo uses the"
        " processor."
    ),
    Code.RELEASE_KEY_MISSING: (
        "This build of Octavo has no key to check releases with, so it cannot verify any update. Use a build that has"
        " one, or compare the SHA-256 of the package with one that you get from its publisher in another way."
    ),
    Code.RELEASE_KEY_DAMAGED: (
        "The key for checking releases, “{path}”, cannot be used, so nothing was checked. Install Octavo again."
    ),
    Code.RELEASE_UNSIGNED: (
        "“{path}” has no signature next to it, so it was not checked. Download the file of the same name that ends in"
        " .sig too, and put it into the same folder."
    ),
    Code.RELEASE_SIGNATURE_WRONG: (
        "The signature of “{path}” is wrong: the file was not published by the makers of this Octavo, or it was"
        " changed on the way. Do not install anything that came with it. Download both files again."
    ),
    Code.RELEASE_STRANGE: (
        "“{path}” is not a release manifest of Octavo. Choose the file whose name ends in .release.json."
    ),
    Code.RELEASE_PACKAGE_CHANGED: (
        "“{path}” is not the package of this release: its SHA-256 is different. Do not install it. Download it again."
    ),
    Code.EXPORT_FORMAT: "“{path}” was not written: its name must end in {known}. Choose such a name.",
    Code.EXPORT_NOT_WRITTEN: (
        "“{path}” could not be written. Check that its folder exists and that you have permission to write"
        " there, or choose another folder."
    ),
    Code.COPY_NOT_PDF: (
        "“{title}” is not a PDF, so there is no copy of it with highlights. Export its notes as Markdown instead."
    ),
    Code.COPY_IN_PLACE: (
        "“{path}” is the document itself, which Octavo never changes. Choose another name for the copy."
    ),
    Code.NOTE_UNKNOWN: (
        "There is no note “{name}”, or several begin with that. “octavo notes” lists the notes with their names."
    ),
    Code.PRINT_FAILED: (
        "The printer “{printer}” did not accept the pages. Check that it is switched on and connected, then print"
        " again."
    ),
    Code.USAGE: "Octavo does not understand this: {detail}. “octavo --help” lists the commands.",
    Code.OPTION_INVALID: "{option} cannot be {value}: {detail} is needed. “octavo --help” lists the commands.",
    Code.RECORD_FILE: (
        "“{path}” is no record that Octavo exported, or it is damaged. Choose one that “octavo record --export” wrote."
    ),
    Code.RECORD_CHANGED: (
        "The record is not as it was written, from entry {number} on. Compare it with an earlier export, and tell the"
        " person responsible for security."
    ),
    Code.SETTING_HELD: (
        "The setting “{name}” is set by your administrator, so it was not changed. “octavo settings” shows the policy."
    ),
    Code.REMOTE_FORBIDDEN: (
        "Your administrator does not allow Octavo to send texts to {host}. Nothing was sent. Let a model on this"
        " computer answer, or ask your administrator."
    ),
    Code.HUB_FORBIDDEN: (
        "Your administrator does not allow Octavo to get models from {host}. Nothing was sent. Import a model from a"
        " file, or ask your administrator."
    ),
    Code.MCP_FORBIDDEN: (
        "Your administrator does not allow Octavo to answer the program “{name}”. Nothing was shown to it."
    ),
    Code.MCP_NOT_ALLOWED: (
        "The program “{name}” may not read in Octavo yet. Open Octavo and allow it there, or type “octavo mcp allow"
        " NAME” with its name in a terminal; then ask again."
    ),
    Code.MCP_UNDECIDED: (
        "Octavo’s window asks whether the program “{name}” may read, and nobody has answered yet. Answer there, then"
        " ask again."
    ),
    Code.MCP_REFUSED: (
        "The program “{name}” was refused, so nothing was shown to it. To allow it, open the settings of Octavo, or"
        " type “octavo mcp allow NAME” with its name in a terminal."
    ),
    Code.MCP_NO_NAME: "The program does not say its name, so nobody can allow it. Nothing was shown to it.",
    Code.MCP_NO_MATTER: (
        "There is no matter “{matter}” that the program “{name}” may see. “list_matters” names those that it may see."
    ),
    Code.MCP_NO_DOCUMENT: "There is no document “{document}” here. “list_documents” and “search” give the ids.",
    Code.MCP_ARGUMENTS: "The tool “{tool}” cannot be used so: {detail}.",
    Code.MCP_CONVERSATION: (
        "The program did not begin this conversation, or it is not in this matter. Ask without “conversation”."
    ),
    Code.MCP_LOCKED: "Octavo is locked. Unlock it in its window, then ask again.",
    Code.MCP_TEXTS: (
        "The model is on the server {host}, and nobody has decided whether names and numbers are replaced on the way"
        " there. Decide it in the settings of Octavo, then ask again."
    ),
    Code.MCP_CLIENT_UNKNOWN: "No program “{name}” has asked. “octavo mcp list” lists those that have.",
    Code.PASSPHRASE_REQUIRED: (
        "Your administrator requires a passphrase for the data in “{path}”. Choose one, in the window or at a"
        " terminal, to go on."
    ),
    Code.POLICY_DAMAGED: (
        "Octavo does not understand the policy in “{path}” ({detail}). Until it is corrected, nothing leaves this"
        " computer. Ask your administrator."
    ),
    Code.POLICY_UNREADABLE: (
        "Octavo cannot read the policy in “{path}” ({detail}). Until it can, nothing leaves this computer. Ask your"
        " administrator."
    ),
    Code.POLICY_UNSAFE: (
        "Others than the administrator can change the policy in “{path}”, or its folder. Until that is corrected,"
        " nothing leaves this computer. Ask your administrator."
    ),
    Code.SETTING_INVALID: "The setting “{name}” cannot have this value: {detail}. The setting was not changed.",
    Code.WINDOW_SILENT: (
        "Octavo is already open with the data in “{path}”, but its window does not respond. Wait, or close the window"
        " or end its process, and start Octavo again."
    ),
    Code.NO_DISPLAY: ('There is no display for the window. Use the terminal: octavo ask --document FILE "QUESTION".'),
    Code.BUG: ("Something went wrong inside Octavo ({where}). Your data is safe. Try again, and please report it."),
    Code.PROBLEM_UNKNOWN: (
        "This failed for a reason that only another version of Octavo knows ({name}). Ask again to see whether it"
        " still fails."
    ),
}
_NO_SUCH_PAGE = "“{path}” has no page {wanted}. Choose another page."
_NO_TERMINAL = "“{path}” needs a password. Enter it in a terminal, or save an unprotected copy."
_NAMELESS_FILE = "(no name)"


_NAME_ENOUGH = (
    "model_",
    "disk_",
    "format_",
    "document_",
    "reader_",
    "recognition_",
    "image_",
    "video_",
    "file_empty",
    "file_too_",
)
"""The beginnings of the codes whose sentences say the name of a file alone: the folders above it say nothing more."""


def sentence(problem: Problem) -> str:
    """Say what went wrong, where, and what to do next. Unknown parameters are left out, missing ones shown as `?`."""
    template = _SENTENCES[problem.code]
    if problem.code is Code.PAGES_INVALID and not problem.params.get("pages"):
        template = _NO_SUCH_PAGE
    if problem.code is Code.DOCUMENT_PASSWORD_NEEDED and problem.params.get("unasked"):
        template = _NO_TERMINAL
    return _(template).format_map(_Words(problem))


def flaw_words(problem: Problem) -> str:
    """Say what is wrong with a file, but not which file it is, nor what to do."""
    return _(_FLAWS.get(str(problem.params.get("flaw")), _OTHER_FLAW))


def format_name(value: str) -> str:
    """Return the name of a format of documents, images or videos, as its enumeration has it."""
    return _(_FORMATS.get(value, printable(value) or "?"))


class _Words:
    """The parameters of a problem as they are shown."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._params = problem.params

    def __getitem__(self, name: str) -> str:
        if name == "excess":
            return self._excess()
        if name == "fault":
            return flaw_words(self._problem)
        if name in ("refused", "way_out"):
            return self._refusal(name)
        value = self._params.get(name, "?")
        if name == "path" and isinstance(value, str) and self._problem.code.startswith(_NAME_ENOUGH):
            value = PurePath(value).name or value
        if name in ("expected", "found", "format") and isinstance(value, str):
            return format_name(value)
        if isinstance(value, str):
            return printable(_wanted(value)[:MAX_DETAIL_CHARACTERS] if name == "detail" else value) or (
                _(_NAMELESS_FILE) if name == "path" else "?"
            )
        return _number(name, value)

    def _refusal(self, name: str) -> str:
        kind = str(self._params.get("kind"))
        if kind not in set(RefusedKind):
            return _(_OTHER_REFUSAL[name])
        return refusals.what(kind) if name == "refused" else refusals.way_out(kind)

    def _excess(self) -> str:
        limit, value = str(self._params.get("limit", "?")), self._params.get("value", "?")
        shown = printable(value) if isinstance(value, str) else _number(limit, value)
        return _(_EXCESSES.get(limit, _OTHER_EXCESS)).format(value=shown, limit=printable(limit).replace("_", " "))


def _wanted(detail: str) -> str:
    """Put msgspec's words on what a number must be as a person says it; return any other detail as it is."""
    if (found := _BOUND.fullmatch(detail)) is None:
        return detail
    template = _BOUNDS[found["kind"], found["bound"]]
    number = float(found["limit"])
    return _(template).format(n=count(int(number)) if number.is_integer() else f"{number:g}")


def _number(name: str, value: int | float) -> str:
    if name.endswith("_bytes"):
        return size(value)
    if name == "seconds":
        return duration(value)
    if name == "tokens_a_second":
        return rate(value)
    if name in _PLAIN_NUMBERS or isinstance(value, float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return count(value)
