"""What a server means that says no."""

from __future__ import annotations

import msgspec

from app.core.errors import AppError, Code
from app.engine.remote.wire import ErrorAnswer

_BY_STATUS = {
    400: Code.REMOTE_REFUSED,
    404: Code.REMOTE_NOT_FOUND,
    405: Code.REMOTE_NOT_FOUND,
    413: Code.REMOTE_TOO_LARGE,
    429: Code.REMOTE_BUSY,
    503: Code.REMOTE_BUSY,  # llama-server says so while it loads
}
_NO_KEY = (401, 403)
_CONTEXT_CODES = {"context_length_exceeded", "exceed_context_size_error"}
_CONTEXT_WORDS = ("maximum context length", "context window", "context size", "longer than the model")


def refusal(status: int, told: bytes, host: str, path: str, *, with_key: bool) -> AppError:
    """The error for an answer with such a status (RFC 9110), whose body, as far as it came, is `told`."""
    if status in _NO_KEY:
        return AppError(Code.REMOTE_KEY_REFUSED if with_key else Code.REMOTE_KEY_NEEDED, host=host)
    code = _BY_STATUS.get(status, Code.REMOTE_REFUSED)
    match code:
        case Code.REMOTE_NOT_FOUND:
            return AppError(code, host=host, asked=path)
        case Code.REMOTE_REFUSED if _says_full(told):
            return AppError(Code.REMOTE_CONTEXT_EXCEEDED, host=host)
        case Code.REMOTE_REFUSED:
            return AppError(code, host=host, status=status)
    return AppError(code, host=host)


def is_about_context(told: ErrorAnswer) -> bool:
    """Whether an error says that the prompt is longer than the context; servers have no common code for it."""
    error = told.error
    words = told.message if error is None else error if isinstance(error, str) else error.message
    codes = set() if error is None or isinstance(error, str) else {error.code, error.type}
    return bool(codes & _CONTEXT_CODES) or any(part in words.lower() for part in _CONTEXT_WORDS)


def _says_full(told: bytes) -> bool:
    try:
        return is_about_context(msgspec.json.decode(told, type=ErrorAnswer))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
