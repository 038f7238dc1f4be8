"""Codes into sentences, and the words of the interface into the person's language; for both faces, without Qt."""

from __future__ import annotations

import locale
import os
import unicodedata
from collections.abc import Iterator, Mapping

import polib

from app.core.errors import Code, Parameter, Problem
from app.core.paths import resources
from app.core.settings import GIGABYTE

ENGLISH = "en"
MAX_DETAIL_CHARACTERS = 300

_TRANSLATIONS: dict[str, str] = {}
_LANGUAGE = [ENGLISH]
_PLAIN_NUMBERS = frozenset({"status", "signal", "found", "known"})
_UNITS = ("B", "KB", "MB", "GB", "TB")

_FORMATS = {
    "pdf": "PDF",
    "epub": "EPUB",
    "docx": "Word document",
    "odt": "OpenDocument text",
    "rtf": "RTF",
    "markdown": "Markdown",
    "text": "plain text",
    "html": "web page",
    "eml": "e-mail",
    "csv": "CSV table",
    "xlsx": "Excel workbook",
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
    "archive_bytes": "more than {value} once unpacked",
    "archive_member_bytes": "a packed file of more than {value}",
    "expansion": "files that grow to more than {value} times their size when unpacked",
    "page_objects": "more than {value} objects on one page",
    "xml_depth": "elements nested more than {value} deep",
    "group_depth": "groups nested more than {value} deep",
    "mail_parts": "more than {value} parts in one e-mail",
    "mail_containers": "more than {value} groups of parts in one e-mail",
    "sheets": "more than {value} sheets",
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

_FLAWS = {
    "alignment": "its alignment is none",
    "architecture": "it does not say of what architecture it is",
    "key_nameless": "a key has no name",
    "key_twice": "a key stands in it twice",
    "value": "a number or a name is none",
    "value_type": "a value is of no known type",
    "layer_numbers": "it has not one number for each layer",
    "tensor_name": "the name of a tensor is too long",
    "tensor_twice": "a tensor stands in it twice",
    "tensor_dimensions": "a tensor has an impossible shape",
    "tensor_size": "a tensor is impossibly large",
    "tensor_offset": "a tensor does not follow the one before",
    "packed_record": "its record is missing or no sound one",
    "packed_name": "a file in it has a name that leads elsewhere",
    "packed_kind": "something in it is no ordinary file",
    "packed_unnamed": "a file in it is not named in its record",
    "packed_twice": "a file stands in it twice",
    "packed_size": "a file in it is not of the size that its record tells",
    "packed_missing": "a file that its record names is missing",
    "packed_cut": "it ends too early",
}
_OTHER_FLAW = "it contradicts itself"

_SENTENCES: dict[Code, str] = {
    Code.FILE_MISSING: "There is no file “{path}”. Check its name and where it lies.",
    Code.FILE_IS_FOLDER: "“{path}” is a folder. Choose the files in it that you want to read.",
    Code.FILE_NOT_REGULAR: "“{path}” is not an ordinary file, so it was not opened. Choose a file on a disk.",
    Code.FILE_UNREADABLE: "“{path}” could not be read. Check that you may read it and that its disk is connected.",
    Code.FILE_EMPTY: "“{path}” is empty: there is nothing in it to read. Choose another file.",
    Code.FILE_TOO_LARGE: (
        "“{path}” has {size_bytes}, and Octavo opens files up to {limit_bytes}. Split it and open the part you need."
    ),
    Code.FORMAT_UNKNOWN: "“{path}” is of no kind that Octavo reads. It reads PDF, EPUB, Word, ODT,"
    " RTF, web pages, e-mail, Excel, CSV, Markdown and plain text.",
    Code.FORMAT_MISMATCH: (
        "“{path}” is named like {expected}, but holds {found}. If you trust it, correct the name’s ending and open it"
        " again."
    ),
    Code.DOCUMENT_DAMAGED: (
        "“{path}” is damaged or cut short, and could not be read as {format}. Get the file again from where it came."
    ),
    Code.DOCUMENT_ENCRYPTED: (
        "“{path}” is protected in a way that Octavo cannot open, by copy protection or by a password of its own kind."
        " Save a copy without protection, and open that."
    ),
    Code.DOCUMENT_PASSWORD_NEEDED: (
        "“{path}” is protected by a password. Open it in the window or at a terminal, where Octavo asks for it, or save"
        " a copy without protection."
    ),
    Code.DOCUMENT_PASSWORD_WRONG: (
        "This is not the password of “{path}”. Mind capital letters and the keyboard’s language, and try again."
    ),
    Code.DOCUMENT_NO_TEXT: (
        "“{path}” holds no text: its pages are empty, or pictures in which no writing was found. Open a better scan of"
        " it, or a version with text."
    ),
    Code.RECOGNITION_FAILED: (
        "“{path}” holds only pictures, and recognising their text broke down. Add it again; if that fails too, open a"
        " better scan or a version with text."
    ),
    Code.DOCUMENT_LIMIT: (
        "“{path}” was refused for safety: it holds {excess}. Split it into smaller files, or get it from a source that"
        " you trust."
    ),
    Code.READER_CRASHED: (
        "The reader broke down on “{path}”; nothing else was harmed. The file is probably damaged: get it again, or"
        " open another version."
    ),
    Code.READER_OUT_OF_MEMORY: (
        "“{path}” needs more memory than a document may take, so its reading was ended. Split the file, or open a"
        " simpler version of it."
    ),
    Code.READER_TIMEOUT: (
        "“{path}” kept the reader busy for more than {seconds}, so its reading was ended. Split the file, or open a"
        " simpler version of it."
    ),
    Code.FILE_NOT_UTF8: (
        "“{path}” is not plain text in UTF-8, so its questions cannot be told. Save it as UTF-8 text, one question a"
        " line."
    ),
    Code.QUESTION_NONE: "There is no question to ask. Write one a line; lines that begin with # do not count.",
    Code.QUESTION_LIMIT: (
        "These are {wanted} questions, and a sheet holds up to {limit}. Split them into several sheets."
    ),
    Code.QUESTION_TOO_LONG: (
        "Question {number} has {characters} characters, and a question may have {limit}. Make it shorter, or two of it."
    ),
    Code.TEMPLATE_UNKNOWN: "There is no template “{name}”. There are: {known}.",
    Code.PAGES_INVALID: (
        "“{path}” has {pages} pages, and {wanted} are not among them. Choose from 1 to {pages}: pages are counted here,"
        " whatever the book calls them."
    ),
    Code.BOOK_FILE_CHANGED: (
        "“{path}” has changed since “{title}” was made of it, so the book stays as it is. Add the file to have it as a"
        " book of its own."
    ),
    Code.PAGE_UNAVAILABLE: (
        "Page {page} of “{path}” cannot be drawn. Its file was probably moved, changed or removed after it was read:"
        " put it back, or add the book again."
    ),
    Code.IMAGE_UNKNOWN: (
        "“{path}” is no image that Octavo knows. It takes PNG, JPEG, WebP, GIF, TIFF, BMP and AVIF, but not HEIC"
        " or SVG: save the image as one of these and attach that."
    ),
    Code.IMAGE_DAMAGED: (
        "“{path}” is damaged or cut short, and could not be read as {format}. Get the image again from where it came."
    ),
    Code.IMAGE_LIMIT: (
        "“{path}” was refused for safety: it holds {excess}. Save it smaller, or cut out the part that matters."
    ),
    Code.IMAGE_MISSING: "The image “{path}” is no longer kept. Attach it again.",
    Code.IMAGE_WANTED: (
        "“{path}” is no image that Octavo knows. Give a document with --document, choose frames of a video in the"
        " window, and save an image of another kind as PNG."
    ),
    Code.VIDEO_UNKNOWN: (
        "“{path}” is no video that Octavo knows. It takes MP4, MOV, MKV, WebM, AVI, MPEG, Ogg, Flash and Windows Media:"
        " save the video as MP4 and choose frames of that."
    ),
    Code.VIDEO_EMPTY: (
        "“{path}” holds no moving pictures, only sound or a cover. Choose a video, or attach the cover as an image."
    ),
    Code.VIDEO_CODEC: (
        "The pictures of “{path}” are packed in a way that Octavo does not decode ({codec}). Save the video as MP4 with"
        " H.264, and choose frames of that."
    ),
    Code.VIDEO_DAMAGED: (
        "“{path}” is damaged or cut short, and no frames could be read from it as {format}. Get the video again from"
        " where it came."
    ),
    Code.VIDEO_LIMIT: (
        "“{path}” was refused for safety: it holds {excess} in each frame. Save it smaller, and choose frames of that."
    ),
    Code.VIDEO_CHANGED: (
        "“{path}” was changed after it was opened, so its frames may be others now. Open the video again."
    ),
    Code.MODEL_BLIND: (
        "The model “{path}” sees no images: no projector lies beside it (a file whose name begins with mmproj). Put it"
        " there, choose it in the settings, or ask without the image."
    ),
    Code.MODEL_PROJECTOR_FAILED: (
        "The projector “{path}” could not be loaded ({detail}), so images cannot be shown. Copy or download it again,"
        " or choose another one in the settings."
    ),
    Code.MODEL_PROJECTOR_MISMATCH: (
        "The projector “{path}” belongs to another model: its embeddings have {found} numbers, and this model reads"
        " {expected}. Choose the projector that came with the model."
    ),
    Code.MODEL_PROJECTOR_UNSUPPORTED: (
        "The projector “{path}” is of the kind {kind}, whose positions Octavo cannot keep in its one sequence. Choose"
        " another model for images; text works as before."
    ),
    Code.MODEL_PROJECTOR_UNSOUND: (
        "The projector “{path}” failed its self-test ({check}), so images are switched off: the model would see"
        " something else than you show it. Choose another projector; text works as before."
    ),
    Code.MODEL_MISSING: "There is no model file “{path}”. Choose another model, or put the file back.",
    Code.MODEL_NOT_GGUF: "“{path}” is not a GGUF file, so it cannot be a model. Choose a file in GGUF format.",
    Code.MODEL_TRUNCATED: "The model file “{path}” is cut short. Copy or download it again, completely.",
    Code.MODEL_INCOMPLETE: (
        "The last {missing_bytes} of the model file “{path}” are missing: a download or a copy ended too early. Go on"
        " with it, or get the file again."
    ),
    Code.MODEL_BYTE_ORDER: (
        "The model file “{path}” was written for machines of the other byte order (big-endian). Choose a file made for"
        " this kind of machine."
    ),
    Code.MODEL_VERSION: (
        "The model file “{path}” has version {found} of the GGUF format, and Octavo reads 2 and 3. Choose a newer file"
        " of this model, or update Octavo."
    ),
    Code.MODEL_TYPE_UNKNOWN: (
        "The model file “{path}” holds tensors in a number format ({number}) that this version of Octavo does not know."
        " Choose another quantization, or update Octavo."
    ),
    Code.MODEL_DAMAGED: (
        "The header of the model file “{path}” is damaged: {fault}. Get the file again from a source that you trust."
    ),
    Code.MODEL_LIMIT: (
        "The model file “{path}” was refused for safety: it holds {excess}. Get the model from a source that you trust."
    ),
    Code.MODEL_PART_MISSING: (
        "“{path}” is missing, one of {parts} files that are one model. Put all of them into one folder, under the names"
        " that they came with."
    ),
    Code.MODEL_PARTS_DIFFER: (
        "“{path}” belongs to a model of {parts} files, and those beside it are not its other parts. Put all of them"
        " into one folder, under the names that they came with, or get them again from one source."
    ),
    Code.MODEL_UNREADABLE: (
        "The header of the model file “{path}” could not be read: the process that tried it broke down; nothing else"
        " was harmed. Get the file again from a source that you trust."
    ),
    Code.MODEL_UNSUPPORTED: (
        "“{path}” is a model of the kind “{architecture}”, which this version of Octavo cannot run. Choose another"
        " model."
    ),
    Code.MODEL_FAILED: (
        "The model “{path}” could not be loaded: {detail}. Check that the file is complete, or choose another model."
    ),
    Code.MODEL_NO_TEMPLATE: (
        "The model “{path}” does not say how a conversation is written for it, so it cannot answer. Choose a model made"
        " for conversation (often called “instruct” or “chat”)."
    ),
    Code.MODEL_OUT_OF_MEMORY: (
        "The model “{path}” needs {needed_bytes} of memory, and {free_bytes} are free. Close other programs, or choose"
        " a smaller context, a smaller KV type or a smaller model."
    ),
    Code.MODEL_TOO_LARGE: (
        "The model “{path}” does not fit into this machine’s memory: {missing_bytes} are missing. Close other programs,"
        " or choose a smaller quantization or a smaller model."
    ),
    Code.MODEL_CONTEXT_TOO_LARGE: (
        "With a context of {context_tokens} tokens ({kv_type}) the model “{path}” does not fit into this machine’s"
        " memory: {missing_bytes} are missing. It fits with {largest_tokens} tokens. Choose a smaller context or a"
        " smaller KV type, or close other programs."
    ),
    Code.ADAPTER_WANTED: (
        "“{path}” is not a LoRA adapter. Choose a GGUF file that was made as an adapter for the model, or take it out"
        " of the settings."
    ),
    Code.ADAPTER_MISMATCH: (
        "The adapter “{path}” was made for models of the kind “{found}”, and this model is “{expected}”. Choose the"
        " model that it was made for, or take the adapter out of the settings."
    ),
    Code.ADAPTER_FAILED: (
        "The adapter “{path}” does not fit this model: {detail}. Choose the very model that it was made for, or take"
        " the adapter out of the settings."
    ),
    Code.NO_MODEL: (
        "No model was found to answer with. Choose a GGUF file at the model chip in the window, or with --model in the"
        " terminal."
    ),
    Code.MODEL_HEADER_UNKNOWN: (
        "What “{path}” is made of is not known before its header was read. Ask the hub for it, and plan then."
    ),
    Code.MODEL_THERE: (
        "“{path}” is there already, and nothing was written over it. Remove it first if you want it anew."
    ),
    Code.MODEL_IS_STARTER: (
        "“{path}” is the model that comes with Octavo, so it is not removed. Remove Octavo itself to be rid of it."
    ),
    Code.MODEL_IS_LOADED: "“{path}” is the model in use, so it was not removed. Load another one first.",
    Code.MODEL_UNPROVED: (
        "Whether “{file}” of “{path}” is sound cannot be told: no hash of it was recorded. Put the SHA256SUMS of its"
        " source beside it, or get the model again with its record."
    ),
    Code.MODEL_CHANGED: (
        "“{path}” is not what its record says: “{file}” has other bytes. Get the model again from a source that you"
        " trust."
    ),
    Code.MODEL_FOLDER_EMPTY: "There is no model in the folder “{path}”. Choose a folder with a GGUF file in it.",
    Code.MODEL_FOLDER_SEVERAL: (
        "There are {models} models in the folder “{path}”. Choose the file of the one that you mean."
    ),
    Code.MODEL_NOT_IN_FOLDER: (
        "“{path}” does not lie in the models folder, {folder}, so it is not for Octavo to remove. Delete it as you"
        " delete any file."
    ),
    Code.PACKED_UNSOUND: (
        "“{path}” is not a sound packed model: {fault}. Nothing of it was kept. Have it packed and copied again."
    ),
    Code.LICENCE_NOT_ACCEPTED: (
        "“{path}” comes under the {licence}, which has to be read and accepted before it is fetched: in the window, or"
        " in the terminal, where --accept-licence says that you have."
    ),
    Code.OFFER_UNKNOWN: "“{path}” is not offered. There is: {known}.",
    Code.OFFER_SEVERAL: "“{path}” is more than one model. Say which, after a colon: {known}.",
    Code.FETCH_RUNNING: "“{path}” is being fetched already. Wait until that is done, or stop it first.",
    Code.HUB_UNREACHABLE: (
        "The model hub at {host} could not be reached, or is too busy to answer. Check the network and the address in"
        " the settings, and try again."
    ),
    Code.HUB_INTERRUPTED: (
        "The connection to {host} broke off again and again. What has arrived is kept: start the download again, and"
        " it goes on from there."
    ),
    Code.HUB_ANSWER_STRANGE: (
        "What answers at {host} is not a model hub, or does not answer as one does: perhaps a network that wants a"
        " sign-in first. Nothing of it was kept. Sign in to the network, check the address in the settings, and try"
        " again."
    ),
    Code.HUB_ADDRESS_INSECURE: (
        "The address of the model hub, {host}, would be spoken to without encryption, which Octavo does with this"
        " machine only. Choose an address that begins with https in the settings."
    ),
    Code.HUB_REPOSITORY_INVALID: (
        "“{repository}” is no name of a repository. Write it as owner/name, as the model hub shows it."
    ),
    Code.HUB_NOT_FOUND: (
        "The model hub has no repository “{repository}”, or shows it to members only. Check its name; if it is"
        " private, enter a token of your account there."
    ),
    Code.HUB_FILE_MISSING: (
        "The repository “{repository}” no longer has the file “{file}”. Look the repository up again, and choose from"
        " what it has now."
    ),
    Code.HUB_GATED: (
        "“{repository}” is given only to people whom its owner has admitted. Ask for access on its page at the model"
        " hub, then enter a token of your account."
    ),
    Code.HUB_TOKEN_REFUSED: (
        "{host} does not accept the token that is kept for it: it may have run out or been withdrawn. Make a new one"
        " at the model hub and enter that."
    ),
    Code.HUB_TOKEN_NOT_KEPT: (
        "The token was not kept: this system has no keyring that can be used now, and Octavo keeps tokens nowhere"
        " else. Unlock or set up the system’s keyring, and enter the token again."
    ),
    Code.HUB_NAME_UNSAFE: (
        "The model hub names a file “{name}”, which could lead out of the models folder or is no name for a file"
        " here. Nothing was fetched; choose another repository."
    ),
    Code.HUB_HASH_MISSING: (
        "The model hub does not say what the SHA-256 of “{file}” is, so it could not be verified and was not fetched."
        " Choose another repository."
    ),
    Code.HUB_HASH_DIFFERS: (
        "At the model hub “{file}” is not the file that Octavo knows under this name: its SHA-256 or its size is"
        " another. It was not fetched. Look its repository up by name if you trust its owner."
    ),
    Code.HUB_HASH_WRONG: (
        "What arrived as “{file}” is not what the model hub announced: its SHA-256 is wrong. It was deleted. Try"
        " again, on another network or from another mirror if it happens again."
    ),
    Code.DISK_TOO_SMALL: (
        "The disk that holds “{path}” has {free_bytes} free, and this needs {needed_bytes}. Nothing was written. Free"
        " some space, or choose another disk with --data-dir."
    ),
    Code.DISK_FILE_LIMIT: (
        "The disk that holds “{path}” takes no file of {size_bytes}: it is formatted in a way (FAT32, often) that"
        " allows small files only, or a limit is set. Choose another disk."
    ),
    Code.ENGINE_EXITED: (
        "The model’s process ended unexpectedly (status {status}). What was written so far is kept; ask again, and it"
        " starts anew."
    ),
    Code.ENGINE_CRASHED: (
        "The model’s process was ended (signal {signal}). What was written so far is kept; ask again, and it starts"
        " anew."
    ),
    Code.ENGINE_HUNG: (
        "The model’s process gave no sign of life for {seconds} and was ended. What was written so far is kept; ask"
        " again, and it starts anew."
    ),
    Code.ENGINE_OUT_OF_MEMORY: (
        "The system ended the model’s process because memory ran out. What was written so far is kept. Close other"
        " programs, or choose a smaller context, KV type or model, and ask again."
    ),
    Code.ENGINE_GAVE_UP: (
        "The model’s process ended {attempts} times in a row, so it is not started again by itself. Choose another"
        " model or a smaller context, or load the model again at the model chip."
    ),
    Code.ENGINE_PROTOCOL: (
        "The model’s process said something that Octavo does not understand ({detail}); this is a fault in Octavo."
        " What was written so far is kept; ask again, and please report it."
    ),
    # a remote engine
    Code.REMOTE_ADDRESS_INVALID: (
        "“{address}” is no address of a remote engine. It looks like https://models.example.org, or"
        " http://127.0.0.1:8080 for one on this machine; put it right in the settings."
    ),
    Code.REMOTE_ADDRESS_INSECURE: (
        "The remote engine at {host} would get your texts without encryption, so Octavo does not speak to it."
        " Use an address that begins with https; plain http is only for this machine itself (127.0.0.1 or"
        " localhost)."
    ),
    Code.REMOTE_CA_UNREADABLE: (
        "“{path}” holds no certificates that Octavo can read. Choose a file in PEM format that your"
        " organisation gives out, or none, in the settings."
    ),
    Code.REMOTE_UNREACHABLE: (
        "No server answers at {host}. Look whether it runs, whether this machine is on its network, and"
        " whether the address in the settings is right; then load again."
    ),
    Code.REMOTE_CERTIFICATE: (
        "The certificate of {host} is not trusted ({detail}), so nothing was sent. If your organisation has"
        " certificates of its own, name its file in the settings."
    ),
    Code.REMOTE_REDIRECTED: (
        "{host} sends Octavo on to another address, which is not followed. Type the address in the settings"
        " at which the server itself answers."
    ),
    Code.REMOTE_KEY_NEEDED: (
        "{host} asks for a key. Type the one that its operator gave you in the settings, or put it into"
        " OCTAVO_REMOTE_KEY for the terminal."
    ),
    Code.REMOTE_KEY_REFUSED: (
        "{host} does not accept the key. Type the right one in the settings, or ask its operator for a new one."
    ),
    Code.REMOTE_NOT_FOUND: (
        "{host} answers, but knows no {asked}. Look whether the address in the settings is that of an"
        " OpenAI-compatible server (vLLM, SGLang, llama-server)."
    ),
    Code.REMOTE_TOO_LARGE: (
        "{host} takes no request as large as these books. Ask its operator to allow larger ones, or choose"
        " some of the pages."
    ),
    Code.REMOTE_BUSY: ("{host} is busy, or still loading its model. Ask again in a while."),
    Code.REMOTE_REFUSED: (
        "{host} refused what was asked (status {status}). What was written so far is kept. Ask again, and if"
        " it stays so, show its operator this sentence."
    ),
    Code.REMOTE_STALLED: (
        "{host} gave no sign for {seconds}, and the connection was closed. What was written so far is kept;"
        " ask again, or look whether the server is overloaded."
    ),
    Code.REMOTE_CUT: ("The connection to {host} broke off in the middle. What was written so far is kept; ask again."),
    Code.REMOTE_ANSWER_STRANGE: (
        "{host} said something that is no answer of an OpenAI-compatible server: a sign-in page, perhaps, or"
        " a fault. What was written so far is kept. Look whether the address in the settings is right."
    ),
    Code.REMOTE_CONTEXT_EXCEEDED: (
        "{host} says that this is longer than its context. Load again, so that Octavo learns its size, and"
        " choose some of the pages if they do not fit."
    ),
    Code.REMOTE_NO_TOKENIZER: (
        "{host} has no way to count tokens that Octavo knows, and Octavo does not guess whether books fit."
        " Use vLLM, SGLang, llama-server or llama_cpp.server, without a gateway that hides their own paths."
    ),
    Code.REMOTE_NO_CONTEXT: (
        "{host} does not tell how large its context is. Set it in the settings (Context), or with --context,"
        " to what the server was started with."
    ),
    Code.REMOTE_NO_FORMAT: (
        "Octavo does not recognise the chat format that {host} uses, and does not guess it. Serve the model"
        " with llama-server or vLLM, or serve another model."
    ),
    Code.REMOTE_MODEL_UNKNOWN: ("{host} has no model “{wanted}”. It has: {known}. Name one of them in the settings."),
    Code.REMOTE_MODEL_UNDECIDED: (
        "{host} has not just one model, but these: {known}. Name one of them in the settings."
    ),
    Code.REMOTE_MODEL_CHANGED: (
        "{host} has another model now than when it was loaded. Load again at the model chip, and ask again."
    ),
    Code.REMOTE_BLIND: (
        "Images are not sent to a remote engine. Ask without the image, or choose a model on this machine"
        " that sees images."
    ),
    Code.DOES_NOT_FIT: (
        "This needs {needed_tokens} tokens, and the context holds {context_tokens}: the books take {documents_tokens},"
        " the conversation with this question {conversation_tokens}, and {reserve_tokens} are kept for the answer."
        " Nothing was cut. Leave out old questions or begin a new conversation, choose some of the pages or fewer"
        " books, or a larger context, with a smaller KV type if memory is short; or let the model see only the passages"
        " that belong to the question."
    ),
    Code.CONTEXT_FULL: (
        "The answer reached the end of the context of {context_tokens} tokens and stops here. Take pages or books off"
        " the desk, start a new conversation, or choose a larger context."
    ),
    Code.ANSWER_ALL_THOUGHT: (
        "The model used up the length of the answer with thinking. Allow longer answers in the settings, or choose a"
        " model that does not think."
    ),
    Code.ANSWER_MISSING: (
        "The model thought about the question, but gave no answer. Ask again, or choose a model that does not think."
    ),
    Code.CONTEXT_INVALID: (
        "A context of {wanted} tokens is not possible with this model, which was trained for up to {trained}. Choose a"
        " size within that."
    ),
    Code.READING_DAMAGED: ("A saved reading was damaged, so Octavo deleted it and reads the books again."),
    Code.READING_PASSED_OVER: (
        "A saved reading does not match what this machine computes now, so Octavo reads the books again. The saved"
        " reading stays: it may fit again when the model is loaded as it was before."
    ),
    Code.READING_NO_MEMORY: (
        "A saved reading could not be taken up: it needs {needed_bytes} of memory, and {free_bytes} are free. The books"
        " are read again. Close other programs to use it the next time."
    ),
    Code.READING_NOT_SAVED: (
        "This reading was not saved: it takes {needed_bytes}, and there is room for {free_bytes}. The answer is not"
        " affected, but the books will be read again next time. Free disk space or memory, delete saved readings, or"
        " allow them more space in the settings."
    ),
    Code.DISK_FULL: "The disk that holds “{path}” is full; nothing was half-written. Free some space and try again.",
    Code.FOLDER_READ_ONLY: (
        "Octavo may not write to “{path}”. Make it writable for you, or choose another folder with --data-dir."
    ),
    Code.NAME_NOT_UTF8: (
        "The name “{path}” has bytes in it that are no text (shown as �), so Octavo cannot use what is there. Rename"
        " the file or folder, or choose another one."
    ),
    Code.DATABASE_NEWER: (
        "The desk “{path}” was written by a newer Octavo (its format is {found}, this one knows {known}) and was left"
        " untouched. Update Octavo, or choose another folder with --data-dir."
    ),
    Code.DATABASE_LOCKED: (
        "The desk “{path}” is in use by another program, probably another Octavo. Close that, or choose another folder"
        " with --data-dir."
    ),
    Code.DATABASE_KEY: (
        "The desk “{path}” cannot be opened: its key does not fit or is missing. It was left untouched. Restore the"
        " key or give the right passphrase, or choose another folder with --data-dir."
    ),
    Code.DATABASE_DAMAGED: (
        "The desk “{path}” is damaged and was not changed. Restore it from a copy, or choose another folder with"
        " --data-dir."
    ),
    Code.PASSPHRASE_NEEDED: "The desk “{path}” is locked with a passphrase. Enter the passphrase to open it.",
    # the installation and its updates
    Code.INSTALLATION_UNSOUND: (
        "The files in “{path}” are not as the packages of Octavo brought them: {changed} changed, {missing} missing,"
        " {unnamed} of no package. Remove Octavo and install it again from a package that you trust; your desk lies"
        " elsewhere and stays."
    ),
    Code.INSTALLATION_MIXED: (
        "The package {package} is of version {version}, and Octavo itself of {wanted}. Install both in the same"
        " version."
    ),
    Code.CARD_ADD_ON_MISSING: (
        "There is an NVIDIA card in this machine, and this installation has no library for it. Install the package"
        " octavo-cuda in the version of Octavo; in a checkout, install CUDA's compiler (nvcc) and start again."
    ),
    Code.CARD_DRIVER_MISSING: (
        "There is an NVIDIA card in this machine, and NVIDIA's driver is not loaded. Install it in version {needed} or"
        " newer, and start the machine again; until then Octavo uses the processor."
    ),
    Code.CARD_DRIVER_OLD: (
        "There is an NVIDIA card in this machine, and NVIDIA's driver is of version {version}. Octavo needs {needed} or"
        " newer, which NVIDIA's own archive of packages has; until then Octavo uses the processor."
    ),
    Code.CARD_DRIVER_REPLACED: (
        "There is an NVIDIA card in this machine, and its driver was replaced by another version since the machine was"
        " started. Start the machine again; until then Octavo uses the processor."
    ),
    Code.CARD_TOO_OLD: (
        "The {name} in this machine is older than the Ampere generation, and Octavo has no code for it, so that it uses"
        " the processor."
    ),
    Code.CARD_SILENT: (
        "There is an NVIDIA card in this machine that does not answer ({detail}). See what nvidia-smi tells, and"
        " whether your account may use the card; until then Octavo uses the processor."
    ),
    Code.RELEASE_KEY_MISSING: (
        "This build of Octavo carries no key that releases are signed with, so it can vouch for no update. Use a build"
        " that carries one, or compare the SHA-256 of the package with the one that its publisher tells you in another"
        " way."
    ),
    Code.RELEASE_KEY_DAMAGED: (
        "The key that releases are signed with, “{path}”, cannot be used, so nothing was checked. Install Octavo again."
    ),
    Code.RELEASE_UNSIGNED: (
        "There is no signature of “{path}” beside it, so it was not looked at. Download the file of the same name that"
        " ends in .sig as well, and put it into the same folder."
    ),
    Code.RELEASE_SIGNATURE_WRONG: (
        "The signature of “{path}” does not hold: it is not what the makers of this Octavo published, or it was changed"
        " on its way. Do not install anything that came with it; download both files again."
    ),
    Code.RELEASE_STRANGE: (
        "“{path}” is no manifest of a release of Octavo. Choose the file whose name ends in .release.json."
    ),
    Code.RELEASE_PACKAGE_CHANGED: (
        "“{path}” is not the package of the release: its SHA-256 is another. Do not install it; download it again."
    ),
    Code.EXPORT_FORMAT: "“{path}” was not written: its name should end in one of {known}. Choose such a name.",
    Code.EXPORT_NOT_WRITTEN: (
        "“{path}” could not be written. Check that its folder exists and that you may write there, or choose another."
    ),
    Code.USAGE: "This is not understood: {detail}. “octavo --help” shows what can be asked for.",
    Code.SETTING_INVALID: "The setting “{name}” cannot have this value: {detail}. It stays as it was.",
    Code.WINDOW_SILENT: (
        "The desk in “{path}” is open already, but its window does not answer. Wait until it does, or close it or end"
        " its process, and start Octavo again."
    ),
    Code.NO_DISPLAY: ('There is no display for the window. Use the terminal: octavo ask --document FILE "QUESTION".'),
    Code.BUG: (
        "Something went wrong inside Octavo itself ({where}). What is stored is safe; try again, and please report it."
    ),
    Code.PROBLEM_UNKNOWN: (
        "This went wrong for a reason that another version of Octavo knows, and this one does not ({name}). Ask again"
        " to see whether it still does."
    ),
}
_NO_SUCH_PAGE = "“{path}” has no page {wanted}. Choose another page."
_NAMELESS_FILE = "(no name)"


def use_language(language: str) -> None:
    """Choose the language of all that follows: `en`, `ja`, or empty for the system's. Without a catalogue: English."""
    code = (language or _system_language()).casefold()[:2]
    catalogue = resources() / "translations" / f"{code}.po"
    _TRANSLATIONS.clear()
    _LANGUAGE[:] = [ENGLISH]
    if code != ENGLISH and code.isalpha() and catalogue.is_file():
        entries = polib.pofile(str(catalogue), encoding="utf-8").translated_entries()
        _TRANSLATIONS.update({entry.msgid: entry.msgstr for entry in entries})
        _LANGUAGE[:] = [code]


def language() -> str:
    """The language in force: `en` or `ja`."""
    return _LANGUAGE[0]


def _system_language() -> str:
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((name for name in names if name), "") or locale.getlocale()[0] or ENGLISH
    if chosen.split(".")[0] in ("C", "POSIX"):
        return ENGLISH
    return os.environ.get("LANGUAGE", "").split(":")[0] or chosen


def _(text: str) -> str:
    """A text of the interface in the person's language; the text itself where no translation is known."""
    return _TRANSLATIONS.get(text, text)


translate = _


def sentence(problem: Problem) -> str:
    """What went wrong, where, and what to do next. Unknown parameters are left out, missing ones shown as `?`."""
    template = _SENTENCES[problem.code]
    if problem.code is Code.PAGES_INVALID and not problem.params.get("pages"):
        template = _NO_SUCH_PAGE
    return _(template).format_map(_Words(problem.params))


class _Words(Mapping[str, str]):
    """The parameters of a problem as they are shown."""

    def __init__(self, params: Mapping[str, Parameter]) -> None:
        self._params = params

    def __getitem__(self, name: str) -> str:
        if name == "excess":
            return self._excess()
        if name == "fault":
            return _(_FLAWS.get(str(self._params.get("flaw")), _OTHER_FLAW))
        value = self._params.get(name, "?")
        if name in ("expected", "found", "format") and isinstance(value, str):
            return _(_FORMATS.get(value, printable(value) or "?"))
        if isinstance(value, str):
            return printable(value[:MAX_DETAIL_CHARACTERS] if name == "detail" else value) or (
                _(_NAMELESS_FILE) if name == "path" else "?"
            )
        return _number(name, value)

    def _excess(self) -> str:
        limit, value = str(self._params.get("limit", "?")), self._params.get("value", "?")
        shown = printable(value) if isinstance(value, str) else _number(limit, value)
        return _(_EXCESSES.get(limit, _OTHER_EXCESS)).format(value=shown, limit=printable(limit).replace("_", " "))

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)


def _number(name: str, value: int | float) -> str:
    if name.endswith("_bytes"):
        return size(value)
    if name == "seconds":
        return duration(value)
    if name in _PLAIN_NUMBERS or isinstance(value, float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return count(value)


def printable(untrusted_text: str) -> str:
    """A name or a detail as one line that cannot steer a terminal or turn the text around."""
    return "".join(
        character if character.isprintable() or unicodedata.category(character) == "Zs" else "\ufffd"
        for character in untrusted_text
    )


def size(bytes: float) -> str:
    """Bytes of files and of memory alike, in units of 1,000 (as GIGABYTE): `512 B`, `4.2 GB`, `120 MB`."""
    value, unit = float(bytes), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    shown = f"{value:.1f}".removesuffix(".0") if unit and value < 99.95 else f"{value:,.0f}"
    return f"{shown} {_UNITS[unit]}"


def gigabytes(bytes: float) -> str:
    """The number of GB alone, with one decimal, for where the unit stands beside a sum: `67.4`, `<0.1`."""
    value = bytes / GIGABYTE
    return "<0.1" if 0 < value < 0.05 else f"{value:,.1f}"


def count(n: int) -> str:
    """A number with its thousands set apart: `12,345`."""
    return f"{n:,}"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return _("{n} s").format(n=f"{max(0.0, seconds):.1f}".removesuffix(".0"))
    whole = round(seconds)
    if whole < 60:
        return _("{n} s").format(n=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("{minutes} min {n} s").format(minutes=minutes, n=rest) if rest else _("{n} min").format(n=minutes)
    hours, minutes = divmod(round(whole / 60), 60)
    return (
        _("{hours} h {n} min").format(hours=count(hours), n=minutes) if minutes else _("{n} h").format(n=count(hours))
    )
