"""Tokenizes many texts on several threads: llama.cpp lets go of the interpreter meanwhile, and only reads its
vocabulary."""

from __future__ import annotations

import threading
from array import array
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

_STACK_BYTES = 16 << 20
"""Twice what `llama.LONGEST_STRETCH` is measured for. A thread would get less than 8 MiB where the system says so."""

_CHARACTERS_AT_ONCE = 16_000
"""The characters of short texts that a thread is handed at once, not line by line: a hundredth of a second or so."""

_AHEAD = 3
"""Parts for each thread that wait or are done before the first of them is taken."""


def tokenize_in_parallel(
    tokenize: Callable[[str], array[int]], texts: Sequence[str], threads: int
) -> Generator[array[int]]:
    """Yield the tokens of each text, in the order of `texts`. `tokenize` is called by `threads` at once.

    Closed early, it waits for what is being tokenized at that moment, and begins nothing more.
    """
    parts = list(_parts(texts))
    if threads <= 1 or len(parts) <= 1:
        yield from map(tokenize, texts)
        return

    def tokenize_part(part: Sequence[str]) -> list[array[int]]:
        return [tokenize(text) for text in part]

    threads = min(threads, len(parts))
    ahead: deque[Future[list[array[int]]]] = deque()
    with _deep_stacks(), ThreadPoolExecutor(threads, thread_name_prefix="tokenizing") as pool:
        try:
            for part in parts:
                if len(ahead) == _AHEAD * threads:
                    yield from ahead.popleft().result()
                ahead.append(pool.submit(tokenize_part, part))
            while ahead:
                yield from ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = characters = 0
    for number, text in enumerate(texts):
        characters += len(text)
        if characters >= _CHARACTERS_AT_ONCE:
            yield texts[start : number + 1]
            start, characters = number + 1, 0
    if start < len(texts):
        yield texts[start:]


@contextmanager
def _deep_stacks() -> Iterator[None]:
    """Give threads that are started in the block deep stacks."""
    before = threading.stack_size(_STACK_BYTES)
    try:
        yield
    finally:
        threading.stack_size(before)
