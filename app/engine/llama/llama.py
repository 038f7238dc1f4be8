"""llama.cpp's models and contexts as owned objects."""

from __future__ import annotations

import ctypes
import mmap
import re
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.chat_template import ChatTemplate
from app.core.errors import AppError, Code
from app.core.settings import Adapter, KvType, Mapping
from app.engine.formats.chat_formats import from_table
from app.engine.llama.hardware import free_memory, physical_cores, used_cards
from app.engine.llama.listed_formats import rendered
from app.engine.llama.llama_loader import bindings, is_card_full, is_card_lost, last_errors, summary
from app.engine.llama.positions import SECTIONS, Positions
from app.engine.llama.repacking import kinds_of_memory
from app.engine.llama.tokenizing import tokenize_in_parallel
from app.engine.protocol import LoadSpec, NamelessVocabulary

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_SEQUENCE = 0
_GGML_TYPE = {KvType.F16: 1, KvType.Q8_0: 8, KvType.Q4_0: 2}  # ggml.h: enum ggml_type
_END_NAMES = ("<|eom|>",)
"""End tokens that llama.cpp takes for any other control token unless a key of the file names them, and its converter
writes none. `<|eom|>` ends a message of Llama 4 (`Tokenizer.stop_tokens` of its reference code)."""

_BEGINS_WITH_BOS = re.compile(rb"\s*\{\{-?\s*bos_token\b")
_NO_SLOT, _ABORTED = 1, 2  # llama_decode: no place left in the KV cache; the abort callback said so

_SIZES = {"Small": "_S", "Medium": "_M", "Large": "_L"}
_CPU = "CPU"
_HOST = "_Host"  # main memory that a card reads by itself
_REFUSED = re.compile(r"failed to allocate (?P<memory>\S+) buffer of size (?P<bytes>\d+)$", re.MULTILINE)
"""ggml-alloc.c: `alloc_tensor_range` for weights and caches, `ggml_gallocr_reserve_n_impl` for what is computed."""

CUTTING_VERSION = 2
"""Raised with every change to how a text is cut before it is tokenized (`safe_chunks`): tokens kept before it are of no
use."""

LONGEST_STRETCH = 8_000
"""Characters that a match may have: less than a third of what overflows a stack of 8 MiB. Each pattern that llama.cpp
knows survives twice as many (measured)."""

_BORDER = re.compile(r"\n(?=\S)")
"""No pattern of llama.cpp's matches beyond the line break before something that is no white space."""

_BEFORE_A_WORD = re.compile(r"(?<=\S) (?=\S)")
_BEFORE_A_SIGN = re.compile(r"(?<=[^\W_])(?=[^\w\s'’])")


@dataclass(frozen=True)
class Placing:
    """The place of a model's tensors in llama.cpp, beside how many layers go to GPUs.

    `kept` are patterns (C++'s ECMAScript) of tensor names that go to the memory called `kept_in` instead; one that
    cannot hold a tensor ends the process. `split` is the share of the layers on each GPU.

    `mapping` says how weights come into memory. `repacked` tells that the CPU may give weights another layout. `cards`
    is False if none is computed on. `dry_run` tells that nothing is read and nothing is allocated, only counted.
    """

    kept: tuple[str, ...] = ()
    kept_in: str = _CPU
    split: tuple[float, ...] = ()
    mapping: Mapping = Mapping.MAPPED
    repacked: bool = True
    dry_run: bool = False
    cards: bool = True

    @classmethod
    def of(cls, spec: LoadSpec, *, dry_run: bool = False) -> Placing:
        """Return where a load puts its tensors. Repacked weights would be held beside the file that they are mapped
        from."""
        repacked = spec.mapping is not Mapping.MAPPED
        return cls(
            spec.cpu_tensors,
            _CPU,
            spec.tensor_split,
            spec.mapping,
            repacked,
            dry_run,
            spec.cards and spec.gpu_layers != 0,
        )


class _Override(ctypes.Structure):
    """struct llama_model_tensor_buft_override; an array of them ends with one of nothing."""

    _fields_ = (("pattern", ctypes.c_char_p), ("kind", ctypes.c_void_p))


class LlamaModel:
    """A loaded GGUF model and its vocabulary. Free it by `close`, after its contexts.

    `threads` are those that tokenize many texts; one for each core, if nobody sets another number.
    """

    def __init__(
        self,
        path: Path,
        gpu_layers: int,
        on_progress: Callable[[float], bool],
        vocabulary_only: bool = False,
        placing: Placing | None = None,
        nameless: NamelessVocabulary | None = None,
    ) -> None:
        """Load `path`. `on_progress(fraction)` returns False to give up; then InterruptedError is raised. `nameless` is
        used instead of the file's own vocabulary, which takes longer to read than all else of a dry run.

        Raises AppError MODEL_* when the file cannot be used.
        """
        self._api = api = bindings()
        check_magic(path)
        last_errors()
        given_up = False

        def progress(fraction: float, _data: Any) -> bool:
            nonlocal given_up
            given_up = not on_progress(float(fraction))
            return not given_up

        params = api.llama_model_default_params()
        params.n_gpu_layers = gpu_layers
        params.vocab_only = vocabulary_only
        alive = _apply(placing or Placing(), params)
        if nameless is not None:
            alive.append(_leave_out_vocabulary(nameless, params))
        params.progress_callback = api.llama_progress_callback(progress)
        self._model = api.llama_model_load_from_file(str(path).encode(), params)
        del alive
        if not self._model:
            if given_up:
                raise InterruptedError
            raise _load_error(path, last_errors())
        self._vocab = api.llama_model_get_vocab(self._model)
        self.path = path
        self.vocabulary_size: int = api.llama_vocab_n_tokens(self._vocab)
        has_pattern = api.llama_vocab_type(self._vocab) == api.LLAMA_VOCAB_TYPE_BPE
        self._longest_stretch = LONGEST_STRETCH if has_pattern else 0
        self.threads = physical_cores()
        self._markers: set[str] = set()
        self._marker: re.Pattern[str] | None = None  # finds where one of them begins
        self._buffer, self._pieces = ctypes.create_string_buffer(256), dict[int, bytes]()
        self._ends = self._named_ends() if nameless is None else frozenset()

    @property
    def handle(self) -> Any:
        return self._model

    def close(self) -> None:
        if self._model:
            self._api.llama_model_free(self._model)
            self._model = None

    # ---- what the file says about itself

    def metadata(self, key: str) -> str:
        """Return the value of a GGUF key as text; empty if it is not there."""
        buffer = ctypes.create_string_buffer(1 << 16)
        length = self._api.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return "" if length < 0 else buffer.value.decode("utf-8", "replace")

    def integer(self, key: str, default: int = 0) -> int:
        """Return `metadata` of `<architecture>.<key>` as a number."""
        text = self.metadata(f"{self.architecture}.{key}")
        return int(text) if text.isdigit() else default

    @property
    def architecture(self) -> str:
        return self.metadata("general.architecture")

    @property
    def description(self) -> str:
        buffer = ctypes.create_string_buffer(256)
        self._api.llama_model_desc(self._model, buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    @property
    def quantization(self) -> str:
        """Return the quantization in the words of file names: `Q4_K_M` for what llama.cpp calls `Q4_K - Medium`."""
        text: bytes = self._api._lib.llama_ftype_name(self._api.llama_model_ftype(self._model)) or b""
        kind, _dash, size = text.decode("ascii", "replace").partition(" - ")
        return kind + _SIZES.get(size, "")

    @property
    def size_bytes(self) -> int:
        return int(self._api.llama_model_size(self._model))

    @property
    def parameters(self) -> int:
        return int(self._api.llama_model_n_params(self._model))

    @property
    def layers(self) -> int:
        return int(self._api.llama_model_n_layer(self._model))

    @property
    def trained_context(self) -> int:
        return int(self._api.llama_model_n_ctx_train(self._model))

    @property
    def window(self) -> int:
        """Tokens that a local layer sees; 0 when every layer sees everything."""
        return int(self._api.llama_model_n_swa(self._model))

    @property
    def embedding_width(self) -> int:
        """Numbers of an embedding that takes a token's place."""
        return int(self._api.llama_model_n_embd_inp(self._model))

    @property
    def sections(self) -> int:
        """Numbers of a position: several where images have rows and columns (`engine.positions`)."""
        api = self._api
        kinds = (api.LLAMA_ROPE_TYPE_MROPE, api.LLAMA_ROPE_TYPE_IMROPE)
        return SECTIONS if api.llama_model_rope_type(self._model) in kinds else 1

    @property
    def recurrent(self) -> bool:
        """True if the past is folded into a state that cannot be rolled back."""
        api = self._api
        return bool(api.llama_model_is_recurrent(self._model) or api.llama_model_is_hybrid(self._model))

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        """Write a conversation in the model's chat format, as llama.cpp knows it without running the template that came
        with the file.

        `messages` are (role, content); the text ends where the assistant begins. Raises AppError MODEL_NO_TEMPLATE.
        """
        template = self._template()
        text = rendered(template, messages) if template else ""
        if not text:
            raise AppError(Code.MODEL_NO_TEMPLATE, path=str(self.path))
        return text

    @property
    def listed_template(self) -> ChatTemplate | None:
        """The chat format that our table has for the model's template."""
        known = from_table(self.chat_template())
        return known.template if known is not None else None

    def written_out(self, template: ChatTemplate) -> ChatTemplate:
        """Return a format with the texts of this vocabulary's tokens; from now on, what ends its answers counts as an
        end."""
        eos = int(self._api.llama_vocab_eos(self._vocab))
        first, end = ("" if token is None or token < 0 else self._written(token) for token in (self.bos, eos))
        template = template.with_tokens(first, end)
        if not _opens_answer(template):
            ends = filter(self.is_control, self.tokenize(template.to_next_question, special=True))
            for token in islice(ends, 1):
                self._ends |= {token}
        return template

    def _written(self, token: int) -> str:
        return self.token_text(token).decode("utf-8", "replace")

    def _template(self) -> bytes:
        """Return the chat template that came with the file, which is never run; empty if there is none."""
        return self._api.llama_model_chat_template(self._model, None) or b""

    def chat_template(self) -> str:
        """Return the chat template as it stands in the file; empty if there is none."""
        return self._template().decode("utf-8", "replace")

    # ---- vocabulary

    def tokenize(self, text: str, *, special: bool) -> array[int]:
        """Return the token ids of `text`. Only with `special` may the text produce control tokens, or others that such
        a text produced before and that the file does not call control tokens (`_keep_apart`).

        Any text may come here, and from any thread: what llama.cpp could not survive in one piece is cut
        (`safe_chunks`).
        """
        tokens = array("i")
        for part in safe_chunks(text, self._longest_stretch):
            for inner in (part,) if special else cut_inside(part, self._marker):
                tokens.extend(self._tokenize(inner, special))
        if special:
            self._keep_apart(tokens)
        return tokens

    def _keep_apart(self, tokens: Iterable[int]) -> None:
        """Keep the markers of the chat format out of other texts. Some files call them a person's own tokens
        (USER_DEFINED), which llama.cpp finds in any text: a book could speak as somebody else."""
        for token in set(tokens):
            name = self.token_text(token).decode("utf-8", "replace")
            if (
                len(name) > 1
                and self._api.llama_vocab_get_attr(self._vocab, token) & self._api.LLAMA_TOKEN_ATTR_USER_DEFINED
            ):
                self._markers.add(name)
                names = sorted(map(re.escape, self._markers), key=len, reverse=True)
                self._marker = re.compile(f"(?={'|'.join(names)})")

    def tokenize_all(self, texts: Sequence[str]) -> Generator[array[int]]:
        """Return the tokens of each text, without control tokens; computed on `threads`, ahead of whoever takes
        them."""
        return tokenize_in_parallel(partial(self.tokenize, special=False), texts, self.threads)

    def _tokenize(self, text: str, special: bool) -> array[int]:
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 16
        while True:
            tokens = array("i", bytes(4 * room))
            target = ctypes.cast(tokens.buffer_info()[0], ctypes.POINTER(ctypes.c_int32))
            count = self._api.llama_tokenize(self._vocab, raw, len(raw), target, room, False, special)
            if count >= 0:
                return tokens[:count]
            room = -count  # some vocabularies need more tokens than bytes

    def piece(self, token: int) -> bytes:
        """Return the bytes that a token stands for; none for a control token. A character can span several tokens."""
        known = self._pieces.get(token)
        if known is None:
            buffer = self._buffer
            count = self._api.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
            if count < 0:
                buffer = ctypes.create_string_buffer(-count)
                count = self._api.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
            known = self._pieces[token] = buffer.raw[:count]
        return known

    def token_text(self, token: int) -> bytes:
        """Return a token as it is written in the vocabulary."""
        return bytes(self._api.llama_vocab_get_text(self._vocab, token) or b"")

    def _control(self, name: str) -> int | None:
        """Return the control token of this name, or None."""
        tokens = self.tokenize(name, special=True)
        return tokens[0] if len(tokens) == 1 and self.is_control(tokens[0]) else None

    def _named_ends(self) -> frozenset[int]:
        """Return the tokens that end an answer by their names. Only for a file with a vocabulary: to tokenize without
        one would end the process."""
        return frozenset(token for name in _END_NAMES if (token := self._control(name)) is not None)

    def is_control(self, token: int) -> bool:
        return bool(self._api.llama_vocab_is_control(self._vocab, token))

    def is_end(self, token: int) -> bool:
        """Return whether an answer ends with this token: one of llama.cpp's end tokens, or one that it does not know by
        its name."""
        return token in self._ends or bool(self._api.llama_vocab_is_eog(self._vocab, token))

    @property
    def end(self) -> int:
        """A token that ends an answer, to be written in the model's place."""
        api, vocab = self._api, self._vocab
        known = (int(api.llama_vocab_eot(vocab)), int(api.llama_vocab_eos(vocab)), *self._ends)
        return next(token for token in known if token >= 0 and self.is_end(token))

    @property
    def bos(self) -> int | None:
        """The token that a sequence begins with; None where the model wants none.

        It is wanted where the file says so, where its chat template begins with it, and by Llama 4 always
        (`encode_dialog_prompt` of its reference code): a file may lack the key, and llama.cpp then adds none.
        """
        api = self._api
        token = int(api.llama_vocab_bos(self._vocab))
        wanted = (
            api.llama_vocab_get_add_bos(self._vocab)
            or self.architecture == "llama4"
            or _BEGINS_WITH_BOS.match(self._template())
        )
        return token if wanted and token >= 0 else None


class LlamaContext:
    """The KV cache of one sequence, and decoding into it. Where a token is in the sequence is always given, never
    guessed; llama.cpp's own positions (`engine.positions`) are known here alone."""

    def __init__(
        self,
        model: LlamaModel,
        tokens: int,
        kv_type: KvType,
        threads: int,
        slice_tokens: int,
        outputs: int = 1,
        should_stop: Callable[[], bool] = lambda: False,
        slices_at_once: int = 0,
    ) -> None:
        """`tokens` is the room of the KV cache. `slice_tokens` is the most that one `decode` may take, `outputs` the
        most tokens of it that logits can be had for. `should_stop` is asked between the operations of a slice, on the
        CPU; True ends it. `slices_at_once` is how many slices llama.cpp keeps under way before `decode` waits for the
        oldest of them; with 0 it waits for each, and so does `decode` always if logits are wanted.

        Raises AppError MODEL_FAILED, MODEL_CARD_FULL, MODEL_OUT_OF_MEMORY when llama.cpp cannot make it.
        """
        self._api = api = bindings()
        self.slice_tokens = slice_tokens
        self._slices = self._synchronizations = 0
        self._slices_at_once, self._under_way = slices_at_once, 0
        params = api.llama_context_default_params()
        params.n_ctx = tokens
        params.n_batch = params.n_ubatch = slice_tokens
        params.n_seq_max = 1
        params.n_outputs_max = outputs  # the default reserves n_batch x vocabulary floats
        params.n_threads = params.n_threads_batch = threads
        params.type_k = params.type_v = _GGML_TYPE[kv_type]
        params.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_ENABLED  # a quantized V cache needs it
        params.swa_full = False
        params.no_perf = True
        last_errors()
        self._context = api.llama_init_from_model(model.handle, params)
        errors = last_errors()
        if not self._context:
            raise _load_error(model.path, errors)
        self._memory = api.llama_get_memory(self._context)
        self._row = ctypes.c_float * model.vocabulary_size
        self._batch = _new_batch(slice_tokens)
        self._embedded: Any = None
        self._embedding_width, self._sections = model.embedding_width, model.sections
        self._positions = Positions()
        self._wanted = range(0)
        self._should_stop = api.ggml_abort_callback(lambda _data: should_stop())
        self._never = api.ggml_abort_callback()

    @property
    def handle(self) -> Any:
        return self._context

    @property
    def size(self) -> int:
        """Tokens that fit; llama.cpp may round up what was asked for."""
        return int(self._api.llama_n_ctx(self._context))

    def close(self) -> None:
        if self._context:
            self._api.llama_batch_free(self._batch)
            if self._embedded is not None:
                self._api.llama_batch_free(self._embedded)
            self._api.llama_free(self._context)
            self._context = None

    def attach(self, model: LlamaModel, adapters: Sequence[Adapter]) -> None:
        """Put `adapters` over the weights of `model` in all that is evaluated from now on; several add up. They are
        freed with the model. Raises AppError ADAPTER_FAILED."""
        if not adapters:
            return
        handles = []
        for adapter in adapters:
            last_errors()
            handle = self._api.llama_adapter_lora_init(model.handle, adapter.path.encode())
            if not handle:
                raise AppError(Code.ADAPTER_FAILED, path=adapter.path, detail=summary(last_errors()))
            handles.append(ctypes.cast(handle, ctypes.c_void_p).value)
        pointers = (ctypes.c_void_p * len(handles))(*handles)
        scales = (ctypes.c_float * len(handles))(*(adapter.scale for adapter in adapters))
        if self._api._lib.llama_set_adapters_lora(self._context, pointers, len(handles), scales) != 0:
            raise AppError(Code.ADAPTER_FAILED, path=adapters[0].path, detail=summary(last_errors()))

    def decode(
        self, tokens: Sequence[int], position: int, *, outputs: int, stoppable: bool = False, filling: int = 0
    ) -> None:
        """Evaluate `tokens` (at most `slice_tokens`) from `position` on. If logits are wanted it waits until that is
        done; else the slice may be `under_way` still.

        `outputs` is how many of them, from the last one backwards, logits are wanted after. `filling` is how many more
        tokens are evaluated behind them and taken back (`kv.reuse.filling`). Raises AppError CONTEXT_FULL,
        ENGINE_CARD_FULL, MODEL_FAILED; if it is `stoppable`, InterruptedError when `should_stop` ended it: then the
        context holds what it held before.
        """
        batch, count = self._batch, len(tokens)
        whole = count + filling
        batch.n_tokens = whole
        ctypes.memmove(batch.token, (ctypes.c_int32 * whole)(*tokens, *[tokens[-1]] * filling), 4 * whole)
        first = self._positions.at_end(position)
        ctypes.memmove(batch.pos, (ctypes.c_int32 * whole)(*range(first, first + whole)), 4 * whole)
        for i in self._wanted:
            batch.logits[i] = 0
        self._wanted = range(count - outputs, count)
        for i in self._wanted:
            batch.logits[i] = 1
        self._evaluate(batch, stoppable=stoppable, logits=outputs > 0)
        if filling:
            self.remove_from(position + count)

    def decode_embeddings(
        self,
        rows: npt.NDArray[np.float32],
        position: int,
        *,
        causal: bool,
        stoppable: bool = False,
        columns: int = 0,
        first: int = 0,
    ) -> None:
        """Evaluate embeddings (n, width of the model's), at most `slice_tokens` of them, in the places of tokens from
        `position` on. If not `causal`, they see each other both ways. `columns` are those of the image that they belong
        to, if it is laid out in rows; they are its `first` one and the next. There are no logits after them. Raises as
        `decode` does.
        """
        count, width = rows.shape
        if width != self._embedding_width or count > self.slice_tokens:
            raise AppError(Code.ENGINE_PROTOCOL, detail=f"{count} embeddings of {width}, not {self._embedding_width}")
        if self._embedded is None:
            self._embedded = _new_batch(self.slice_tokens, width)
        batch = self._embedded
        batch.n_tokens = count
        import numpy as np

        ctypes.memmove(batch.embd, np.ascontiguousarray(rows, np.float32).ctypes.data, 4 * count * width)
        positions = self._embedded_positions(position, count, columns, first)
        own = ctypes.cast(batch.pos, ctypes.c_void_p)  # a pointer of its own: that of the field changes with it
        batch.pos = positions.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        if not causal:
            self._api.llama_set_causal_attn(self._context, False)
        try:
            self._evaluate(batch, stoppable=stoppable)
        finally:
            batch.pos = ctypes.cast(own, ctypes.POINTER(ctypes.c_int32))
            self._api.llama_set_causal_attn(self._context, True)

    def _embedded_positions(self, position: int, count: int, columns: int, first: int) -> npt.NDArray[np.int32]:
        """Return the positions of an image's embeddings: all of time, then all rows, and so on."""
        if columns:
            return self._positions.add_grid(position, first, count, columns)
        start = self._positions.at_end(position)
        import numpy as np

        return np.tile(np.arange(start, start + count, dtype=np.int32), self._sections)

    def _evaluate(self, batch: Any, *, stoppable: bool, logits: bool = False) -> None:
        # A call into Python for each operation is nothing beside a slice, but a good part of a token of the answer.
        self._api.llama_set_abort_callback(self._context, self._should_stop if stoppable else self._never, None)
        status = self._api.llama_decode(self._context, batch)
        if status == _ABORTED:
            raise InterruptedError
        if status == _NO_SLOT:
            raise AppError(Code.CONTEXT_FULL, context_tokens=self.size)
        if status != 0:
            raise _decode_error(status, last_errors())
        self._slices += 1
        self._under_way += 1
        if logits:
            self._api.llama_synchronize(self._context)
            self._under_way = 0
        elif not self._slices_at_once:
            self.synchronize()

    @property
    def under_way(self) -> int:
        """Slices, the last ones, that may not be evaluated yet: what came before them is."""
        return min(self._under_way, self._slices_at_once)

    def synchronize(self) -> None:
        """Wait for the slices that are under way. llama.cpp does so itself before it reads or writes a state."""
        if self._under_way:
            self._api.llama_synchronize(self._context)
            self._synchronizations += 1
            self._under_way = 0

    def take_counts(self) -> tuple[int, int]:
        """Return two counts since the last call: slices that were evaluated, those of single tokens too; and slices
        that were waited for although no logits were wanted after them."""
        counts = self._slices, self._synchronizations
        self._slices = self._synchronizations = 0
        return counts

    def logits(self, index: int = -1) -> npt.NDArray[np.float32]:
        """Return the logits after the batch's token `index` (-1: its last), one per token of the vocabulary.

        A view of llama.cpp's own memory: the next `decode` overwrites it.
        """
        pointer = self._api.llama_get_logits_ith(self._context, index)
        import numpy as np  # here and above: a vocabulary needs none

        return np.frombuffer(self._row.from_address(ctypes.addressof(pointer.contents)), np.float32)

    def position_min(self) -> int:
        """Return the oldest position of which every layer still has its keys; -1 if the cache is empty."""
        return self._positions.place(int(self._api.llama_memory_seq_pos_min(self._memory, _SEQUENCE)))

    def remove_from(self, position: int) -> None:
        """Forget `position` and all after it. Only `kv.reuse` knows whether the rest is sound to continue from."""
        if position == 0:
            self._api.llama_memory_clear(self._memory, False)
        elif not self._api.llama_memory_seq_rm(self._memory, _SEQUENCE, self._positions.of(position), -1):
            raise AppError(Code.ENGINE_PROTOCOL, detail=f"llama_memory_seq_rm refused {position}")
        self._positions.cut(position)

    def erase(self) -> None:
        """Forget everything, and overwrite the memory that it was in."""
        self.synchronize()
        self._api.llama_memory_clear(self._memory, True)
        self._positions.cut(0)

    # ---- its state as bytes

    def state_bytes(self, *, local_only: bool = False) -> int:
        """Return the size of `state`."""
        flags = self._api.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY if local_only else 0
        return int(self._api.llama_state_seq_get_size_ext(self._context, _SEQUENCE, flags))

    def state(self, *, local_only: bool = False) -> mmap.mmap:
        """Return a copy of the whole sequence's keys and values, or of those in the layers that forget (local,
        recurrent).

        The caller closes it. It holds no logits. Raises MemoryError, AppError ENGINE_PROTOCOL.
        """
        flags = self._api.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY if local_only else 0
        size = self.state_bytes(local_only=local_only)
        try:
            copy = mmap.mmap(-1, max(1, size))
        except OSError as error:
            raise MemoryError from error
        self.synchronize()
        target = (ctypes.c_uint8 * size).from_buffer(copy)
        written = self._api.llama_state_seq_get_data_ext(self._context, target, size, _SEQUENCE, flags)
        del target  # else the mapping could not be closed
        if written != size:
            copy.close()
            raise AppError(Code.ENGINE_PROTOCOL, detail=f"llama_state_seq_get_data_ext: {written} of {size}")
        return copy

    def set_state(self, state: mmap.mmap, *, local_only: bool = False) -> None:
        """Put back what `state` gave. A whole state needs an empty context (`remove_from(0)`).

        llama.cpp trusts what it reads: only bytes that were authenticated may come here.
        Raises AppError ENGINE_PROTOCOL when llama.cpp refuses; the context must then be emptied.
        """
        flags = self._api.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY if local_only else 0
        self.synchronize()
        source = (ctypes.c_uint8 * len(state)).from_buffer(state)
        taken = self._api.llama_state_seq_set_data_ext(self._context, source, len(state), _SEQUENCE, flags)
        del source
        if taken != len(state):
            raise AppError(Code.ENGINE_PROTOCOL, detail=f"llama_state_seq_set_data_ext: {taken} of {len(state)}")


def _new_batch(size: int, width: int = 0) -> Any:
    """Return a batch of `size` tokens, or embeddings of `width` numbers, after which no logits are wanted."""
    batch = bindings().llama_batch_init(size, width, 1)
    for i in range(size):
        batch.n_seq_id[i] = 1
        batch.seq_id[i][0] = _SEQUENCE
        batch.logits[i] = 0
    return batch


def _apply(placing: Placing, params: Any) -> list[Any]:
    """Write `placing` into llama_model_params. What is returned must live until the model is loaded.

    Raises AppError MODEL_FAILED where there is no memory called `kept_in`.
    """
    api = bindings()
    params.use_extra_bufts = placing.repacked
    params.no_alloc = placing.dry_run
    params.load_mode = api.LLAMA_LOAD_MODE_NONE if placing.dry_run else _load_mode(placing.mapping)
    alive: list[Any] = [_lay_on_cards(used_cards() if placing.cards else (), params)]
    if placing.kept:
        kind = _memory(placing.kept_in)
        overrides = (_Override * (len(placing.kept) + 1))(
            *(_Override(pattern.encode(), kind) for pattern in placing.kept), _Override(None, None)
        )
        params.tensor_buft_overrides = ctypes.cast(overrides, ctypes.c_void_p)
        alive.append(overrides)
    if placing.split:
        most = int(api.llama_max_devices())
        shares = (ctypes.c_float * most)(*placing.split[:most])
        params.tensor_split = shares
        alive.append(shares)
    return alive


def _lay_on_cards(handles: Iterable[int], params: Any) -> Any:
    """Have llama.cpp compute on these cards (`hardware.used_cards`) and on no other device beside the CPU. What is
    returned must live until the model is loaded."""
    handles = tuple(handles)
    chosen = (ctypes.c_void_p * (len(handles) + 1))(*handles, None)
    params.devices = ctypes.cast(chosen, ctypes.c_void_p)
    return chosen


def _leave_out_vocabulary(vocabulary: NamelessVocabulary, params: Any) -> Any:
    """Have llama.cpp take nameless tokens for the file's own (`llama_vocab::impl::load`). What is returned must live
    until the model is loaded."""
    api = bindings()
    instead = (api.llama_model_kv_override * 3)()  # one without a key ends them
    instead[0].tag, instead[0].key = api.LLAMA_KV_OVERRIDE_TYPE_STR, b"tokenizer.ggml.model"
    instead[0].value.val_str = b"no_vocab"
    instead[1].tag, instead[1].key = api.LLAMA_KV_OVERRIDE_TYPE_INT, f"{vocabulary.architecture}.vocab_size".encode()
    instead[1].value.val_i64 = vocabulary.tokens
    params.kv_overrides = ctypes.cast(instead, type(params.kv_overrides))
    return instead


def _opens_answer(template: ChatTemplate) -> bool:
    """Return whether a model writes for whom an answer is, as in Harmony: then a message of its own may end before its
    answer."""
    new, known = template.to_new_answer, template.to_answer
    return bool(new) and new != known and known.startswith(new)


def _load_mode(mapping: Mapping) -> int:
    api = bindings()
    modes: dict[Mapping, int] = {
        Mapping.AUTO: api.LLAMA_LOAD_MODE_AUTO,
        Mapping.MAPPED: api.LLAMA_LOAD_MODE_MMAP,
        Mapping.LOCKED: api.LLAMA_LOAD_MODE_MMAP_MLOCK,
        Mapping.READ: api.LLAMA_LOAD_MODE_NONE,
        Mapping.DIRECT: api.LLAMA_LOAD_MODE_DIRECT_IO,
    }
    return modes[mapping]


def _memory(name: str) -> int:
    """Return a kind of memory of the CPU's by its name: plain, or one of those that repacked weights are kept in."""
    library = bindings()._lib
    if name == _CPU:
        return int(library.ggml_backend_cpu_buffer_type())
    kinds = kinds_of_memory()
    if name in kinds:
        return kinds[name]
    raise AppError(Code.MODEL_FAILED, path="", detail=f"no memory {name}")


def safe_chunks(text: str, longest: int) -> Iterator[str]:
    """Yield the text in parts, none of which has a stretch longer than `longest` characters; 0 cuts nothing.

    A byte-pair vocabulary first splits a text by a regular expression, which llama.cpp gives to std::regex wherever it
    has no scanner of its own; that recurses for each character of a match. A run of some 26,000 letters, blanks or
    signs overflows a stack of 8 MiB, and the process is gone (llama.cpp issue 27783). Meta's own tokenizer cuts runs at
    25,000 characters for a like reason (`llama_models.llama3.tokenizer`).

    A stretch goes from one line that begins with something visible to the next. It is cut before a word where it has
    words, else before a sign that follows a letter or digit: there the patterns split anyway, and the tokens are those
    of the whole. Only a run that has neither is cut anywhere. A text without such stretches comes back in one part.
    """
    if not longest or len(text) <= longest:
        yield text
        return
    begin = start = 0  # of the part, of the stretch
    for end in (*(border.end() for border in _BORDER.finditer(text)), len(text)):
        while end - start > longest:
            start = _cut_before(text, start, longest)
            yield text[begin:start]
            begin = start
        start = end
    yield text[begin:]


def cut_inside(text: str, marker: re.Pattern[str] | None) -> Iterator[str]:
    """Yield the text in parts, cut behind the first character of everything that `marker` finds."""
    begin = 0
    for found in marker.finditer(text) if marker else ():
        yield text[begin : found.start() + 1]
        begin = found.start() + 1
    yield text[begin:]


def _cut_before(text: str, start: int, longest: int) -> int:
    """Return where to cut a stretch that begins at `start`: in the second half of what it may have."""
    for pattern in (_BEFORE_A_WORD, _BEFORE_A_SIGN):
        places = [found.start() for found in pattern.finditer(text, start + max(1, longest // 2), start + longest + 1)]
        if places:
            return places[-1]
    return start + longest


def check_magic(path: Path) -> None:
    """Check the first bytes of a file. Raises AppError MODEL_MISSING, MODEL_NOT_GGUF, MODEL_FAILED."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError as error:
        raise AppError(Code.MODEL_MISSING, path=str(path)) from error
    except OSError as error:
        raise AppError(Code.MODEL_FAILED, path=str(path), detail=error.strerror or "") from error
    if magic != b"GGUF":
        raise AppError(Code.MODEL_NOT_GGUF, path=str(path))


def _load_error(path: Path, lines: list[str]) -> AppError:
    """Find llama.cpp's reason by its error lines (its API gives none)."""
    text = "\n".join(lines)
    where = str(path)
    if "unknown model architecture" in text:
        architecture = text.partition("architecture: '")[2].split("'")[0]
        return AppError(Code.MODEL_UNSUPPORTED, path=where, architecture=architecture)
    if any(sign in text for sign in ("is not within the file bounds", "failed to read", "corrupted or incomplete")):
        return AppError(Code.MODEL_TRUNCATED, path=where)
    if (refused := _REFUSED.search(text)) is not None:
        needed = int(refused["bytes"])
        if refused["memory"].startswith(_CPU) or refused["memory"].endswith(_HOST):
            return AppError(Code.MODEL_OUT_OF_MEMORY, path=where, needed_bytes=needed, free_bytes=free_memory())
        return AppError(Code.MODEL_CARD_FULL, path=where, needed_bytes=needed)
    if is_card_lost(lines):
        return AppError(Code.ENGINE_CARD_LOST)
    if any(sign in text for sign in ("unable to allocate", "failed to allocate", "out of memory")):
        return AppError(Code.MODEL_FAILED, path=where, detail="out of memory")
    return AppError(Code.MODEL_FAILED, path=where, detail=summary(lines))


def _decode_error(status: int, lines: list[str]) -> AppError:
    if is_card_full(lines):
        return AppError(Code.ENGINE_CARD_FULL)
    if is_card_lost(lines):
        return AppError(Code.ENGINE_CARD_LOST)
    return AppError(Code.MODEL_FAILED, path="", detail=summary(lines) or f"llama_decode: {status}")
