"""A server on loopback that answers as vLLM, SGLang or llama-server document it, over a toy tokenizer; and whose routes
a test can replace by whatever a hostile or broken server would do.

Its tokens are bytes, and control tokens of Llama 4 one token each, which it takes out of any text, as the tokenizers of
vLLM and SGLang do. Its answers are the words of `answer`, one in each event.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.engine.remote.transport import ENGINE_HEADER

CONTROL = ("<|begin_of_text|>", "<|header_start|>", "<|header_end|>", "<|eot|>")
FIRST_CONTROL = 256
MODEL = "organisation/toy"
CONTEXT_TOKENS = 4096
IMAGE_TOKENS = 64
"""That each image takes, whatever its size."""

WAIT_S = 20.0
"""The longest that a route waits for the test; a test that needs it fails."""

_SPLIT = re.compile("(" + "|".join(map(re.escape, CONTROL)) + ")")

Route = Callable[["Handler"], None]


def tokenize(text: str) -> list[int]:
    tokens: list[int] = []
    for part in _SPLIT.split(text):
        tokens += [FIRST_CONTROL + CONTROL.index(part)] if part in CONTROL else part.encode()
    return tokens


def detokenize(tokens: list[int]) -> str:
    text = b"".join(CONTROL[t - FIRST_CONTROL].encode() if t >= FIRST_CONTROL else bytes([t]) for t in tokens)
    return text.decode()


def render(messages: list[dict[str, Any]]) -> str:
    """Llama 4's format, up to where the answer begins; images are left out."""
    turns = [f"<|header_start|>{m['role']}<|header_end|>\n\n{_text(m['content']).strip()}<|eot|>" for m in messages]
    return "<|begin_of_text|>" + "".join(turns) + "<|header_start|>assistant<|header_end|>\n\n"


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def images_of(body: Any) -> list[str]:
    """The addresses of all images in what a server was asked."""
    messages = (body or {}).get("messages", ())
    contents = [message["content"] for message in messages if not isinstance(message["content"], str)]
    return [part["image_url"]["url"] for content in contents for part in content if part["type"] == "image_url"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else what follows a header waits 40 ms for its acknowledgement
    server: ToyServer

    def setup(self) -> None:
        super().setup()
        self.server.connections.append(self.connection)

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def log_message(self, *_arguments: object) -> None:
        """Nothing into the tests' output."""

    def _handle(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        self.raw = self.rfile.read(size) if size else None
        self.body: Any = json.loads(self.raw) if self.raw else None
        self.server.asked.append((self.path, self.body, dict(self.headers)))
        engines, wanted = self.server.engines, int(self.headers.get(ENGINE_HEADER, 0))
        if engines and wanted >= engines:
            told = f"data_parallel_rank {wanted} is out of range [0, {engines})."
            self.send_json({"error": {"message": told, "type": "BadRequestError", "code": 400}}, 400)
            return
        route = self.server.route(self.path, self.body)
        if route is None:
            self.send_json({"detail": "Not Found"}, 404)
        else:
            route(self)

    # ---- what routes are made of

    def send_json(self, content: object, status: int = 200, **headers: str) -> None:
        self.send_whole(json.dumps(content).encode(), "application/json", status, **headers)

    def send_whole(self, content: bytes, kind: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def send_event(self, content: object) -> None:
        words = content if isinstance(content, str) else json.dumps(content)
        self.send_bytes(f"data: {words}\n\n".encode())

    def send_bytes(self, content: bytes) -> None:
        self.wfile.write(content)
        self.wfile.flush()

    def wait_for_hang_up(self) -> None:
        """Until the other side closes the connection, with what it had not read or without."""
        self.connection.settimeout(WAIT_S)
        with contextlib.suppress(ConnectionError):
            while self.connection.recv(1 << 16):
                pass
        self.server.hung_up.set()


class ToyServer(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128  # of five, as the library has it, the sixth connection at a time is broken off

    def __init__(self, kind: str, tls: ssl.SSLContext | None = None, *, sees: bool = False) -> None:
        """`sees`: it takes images; else it refuses them as vLLM does."""
        super().__init__(("127.0.0.1", 0), Handler)
        self._secure = tls is not None
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.answer: list[str] = ["The ", "tenant ", "pays."]
        self.slots = 1
        self.context_tokens = CONTEXT_TOKENS
        self.cached_tokens: int | None = 7
        self.sees = sees
        self.holds = ""
        """The field of a request by which this server holds an answer to a form; empty if it ignores them all."""
        self.tries_refused = False
        self.engines = 0
        """The number of engines behind this server, one of which a request may ask for; 0 if it takes no such wish."""
        self.kind = kind
        self.asked: list[tuple[str, Any, dict[str, str]]] = []
        self.connections: list[socket.socket] = []
        self.hung_up = threading.Event()
        self.routes: dict[str, Route] = {
            "/v1/models": models,
            "/v1/completions": complete,
            "/v1/chat/completions": chat,
            **{"vllm": _VLLM, "sglang": _SGLANG, "llama-server": _LLAMA, "bare": {}}[kind],
        }
        self._thread = threading.Thread(target=lambda: self.serve_forever(poll_interval=0.01), name="toy-server")
        self._thread.start()

    @property
    def address(self) -> str:
        return f"{'https' if self._secure else 'http'}://localhost:{self.server_address[1]}"

    def handle_error(self, *_arguments: object) -> None:
        """A client that goes away in the middle is what some tests are about."""

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        for connection in self.connections:  # else their threads would wait for what a client says next
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def route(self, path: str, body: Any) -> Route | None:
        """Return what answers a request; None if nothing does."""
        return try_form if _tries_form(path, body) else self.routes.get(path)

    def chats(self) -> list[Any]:
        """The requests for answers to conversations."""
        return [body for path, body, _headers in self.asked if path == "/v1/chat/completions" and "stream" in body]

    def prompts(self) -> list[Any]:
        """Return the prompts that completions were asked of, without those that tried a form."""
        asked = ((path, body) for path, body, _headers in self.asked if not _tries_form(path, body))
        return [body["prompt"] for path, body in asked if path == "/v1/completions"]


def models(handler: Handler) -> None:
    handler.send_json(
        {"object": "list", "data": [{"id": MODEL, "object": "model", "max_model_len": handler.server.context_tokens}]}
    )


def _tries_form(path: str, body: Any) -> bool:
    """Whether a request is the short one by which a client finds out whether an answer is held to a form."""
    return path == "/v1/completions" and not body.get("stream") and "logprobs" not in body


def try_form(handler: Handler) -> None:
    if handler.server.tries_refused:
        handler.send_json({"error": "busy"}, 503)
        return
    holds = handler.server.holds
    handler.send_json({"choices": [{"text": "zq7" if holds and holds in handler.body else " half"}]})


def complete(handler: Handler) -> None:
    if (tokens := prompt_tokens(handler)) is not None:
        _write(handler, len(tokens), lambda word: {"text": word})


def prompt_tokens(handler: Handler) -> list[int] | None:
    """Return the tokens of a prompt; None if it was refused, as llama-server refuses tokens where its model sees."""
    prompt = handler.body["prompt"]
    if isinstance(prompt, str):
        return tokenize(f"{CONTROL[0]}{prompt}")
    if handler.server.kind == "llama-server" and handler.server.sees:
        handler.send_json({"error": {"code": 400, "message": "type must be string, but is array"}}, 400)
        return None
    tokens: list[int] = prompt
    return tokens


def chat(handler: Handler) -> None:
    images = images_of(handler.body)
    if images and not handler.server.sees:
        handler.send_json({"object": "error", "message": "At most 0 image(s) may be provided in one request."}, 400)
        return
    tokens = len(tokenize(render(handler.body["messages"]))) + IMAGE_TOKENS * len(images)
    if "stream" in handler.body:
        _write(handler, tokens, lambda word: {"delta": {"content": word}})
        return
    message = {"role": "assistant", "content": "T"}
    usage = {"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1}
    handler.send_json({"choices": [{"index": 0, "message": message, "finish_reason": "length"}], "usage": usage})


def _write(handler: Handler, prompt_tokens: int, choice: Callable[[str], dict[str, Any]]) -> None:
    handler.begin_stream()
    words = handler.server.answer[: handler.body["max_tokens"]]
    for word in words:
        handler.send_event({"choices": [choice(word) | {"finish_reason": None}]})
    reason = "stop" if len(words) == len(handler.server.answer) else "length"
    handler.send_event({"choices": [choice("") | {"finish_reason": reason}]})
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": len(words),
        "total_tokens": prompt_tokens + len(words),
    }
    told = handler.server.cached_tokens  # None: vLLM without --enable-prompt-tokens-details
    details = {"cached_tokens": told} if told is not None else None
    handler.send_event({"choices": [], "usage": usage | {"prompt_tokens_details": details}})
    handler.send_event("[DONE]")


def _vllm_tokenize(handler: Handler) -> None:
    body = handler.body
    text = render(body["messages"]) if "messages" in body else body["prompt"]
    tokens = tokenize(text)
    handler.send_json({"count": len(tokens), "max_model_len": CONTEXT_TOKENS, "tokens": tokens})


def _vllm_detokenize(handler: Handler) -> None:
    handler.send_json({"prompt": detokenize(handler.body["tokens"])})


def _sglang_tokenize(handler: Handler) -> None:
    if "prompt" not in handler.body:
        handler.send_json({"object": "error", "message": "Field required"}, 422)
        return
    _vllm_tokenize(handler)


def _llama_props(handler: Handler) -> None:
    settings = {
        "default_generation_settings": {"n_ctx": handler.server.context_tokens},
        "total_slots": handler.server.slots,
    }
    handler.send_json(settings | {"modalities": {"vision": handler.server.sees, "audio": False}})


def _llama_tokenize(handler: Handler) -> None:
    body = handler.body
    tokens = tokenize(body["content"]) if body["parse_special"] else list(body["content"].encode())
    handler.send_json({"tokens": [FIRST_CONTROL] * body["add_special"] + tokens})


def _llama_template(handler: Handler) -> None:
    handler.send_json({"prompt": render(handler.body["messages"])})


_VLLM: dict[str, Route] = {"/tokenize": _vllm_tokenize, "/detokenize": _vllm_detokenize}
_SGLANG: dict[str, Route] = {"/tokenize": _sglang_tokenize}
_LLAMA: dict[str, Route] = {"/props": _llama_props, "/tokenize": _llama_tokenize, "/apply-template": _llama_template}
