"""The engine's process on this machine: carries out each order."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.conversations.events import Loading, Looking, Weighing
from app.engine import protocol
from app.engine.llama.cards import unused_card
from app.engine.llama.hardware import cpu_features, devices, physical_cores
from app.engine.llama.listed_formats import known_template
from app.engine.llama.llama import LlamaModel, check_magic
from app.engine.llama.llama_loader import cpu_variant, folder, numa_nodes, version
from app.engine.llama.repacking import repacked
from app.engine.order_loop import OrderLoop, serve
from app.engine.protocol import AnyOrder, Command, LoadSpec
from app.isolation import limits, syscalls
from app.isolation.files import Version, look_at
from app.isolation.heartbeat import Port

if TYPE_CHECKING:
    from app.engine.session import Session

_LOADING_STEP = 0.01


class Worker(OrderLoop["Session"]):
    def __init__(self, port: Port[Command]) -> None:
        super().__init__(port)
        self._shown = 0.0
        self._vocabulary: tuple[Version, LlamaModel] | None = None

    def _open(self, spec: LoadSpec) -> Session:
        from app.engine.session import Session  # now: who counts tokens loads a vocabulary, and nothing else

        self._forget_vocabulary()
        return Session(spec, self._progress, self._control, self._tokenizing)

    def _vocabulary_of(self, path: Path) -> LlamaModel:
        """Return the vocabulary of the model that is loaded, or of a file, which is read once. Raises AppError
        FILE_..., MODEL_*."""
        if self._session is not None and self._session.info.path == str(path):
            return self._session.vocabulary
        check_magic(path)
        version = look_at(path)
        if self._vocabulary is None or self._vocabulary[0] != version:
            self._forget_vocabulary()
            self._vocabulary = (version, LlamaModel(path, 0, self._progress, vocabulary_only=True))
        return self._vocabulary[1]

    def _forget_vocabulary(self) -> None:
        if self._vocabulary is not None:
            self._vocabulary[1].close()
            self._vocabulary = None

    def _obey_other(self, order: AnyOrder) -> None:
        match order:
            case protocol.Count(model_path, texts):
                self._reply(order, tuple(self._counted(self._vocabulary_of(Path(model_path)), texts)))
            case protocol.DryRun(spec, vocabulary):
                from app.engine.dry_run import dry_run  # now, as in `_open`

                self._reply(order, dry_run(spec, vocabulary))
            case protocol.FindFormat(template):
                self._reply(order, known_template(template))
            case protocol.MeasureBandwidth():
                from app.engine.bandwidth import measure_bandwidth  # now, as in `_open`

                self._reply(order, measure_bandwidth(physical_cores()))
            case protocol.Inspect():
                self._reply(order, _inspect())
            case _:
                self._obey_loaded(order, self._loaded())

    def _obey_loaded(self, order: AnyOrder, session: Session) -> None:
        """Carry out an order that takes a loaded model, and send the reply. Raises what `_obey` raises."""
        match order:
            case protocol.EncodePrompt(prompt):
                laid = session.lay_out(prompt)
                control = frozenset(token for token in set(laid.tokens) if token >= 0 and session.is_control(token))
                self._reply(order, protocol.EncodedPrompt(tuple(laid.tokens), laid.books, control, laid.images))
            case protocol.Probe(tokens, books, images):
                usage = session.read(array("i", tokens), books, self._reading, images)
                self._reply_read(order, protocol.Probed(session.logits(), usage, session.take_counts()))
            case protocol.WriteTokens(tokens):
                self._reply(order, session.write_tokens(tokens))
            case protocol.Weigh(prompt, questions, words):
                self._reply(order, session.judging.weigh(prompt, questions, words, self._weighing))
            case protocol.WriteAside(prompt, request, max_tokens):
                laid = session.lay_out(prompt)
                self._reply_read(order, session.asides.write(laid, request, max_tokens, self._reading))
            case protocol.CountImageTokens(sizes):
                self._reply(order, session.image_tokens(sizes))
            case protocol.MissingImages(prompt):
                self._reply(order, session.missing_images(prompt))
            case protocol.See(wanted, canvas, overview):
                session.see(wanted, canvas, overview, self._looking)
                self._reply(order, None)
            case protocol.KeepImages(sha256s):
                session.keep_images(sha256s)
                self._reply(order, None)
            case protocol.FlushSaved():
                session.flush_saved()
                self._reply(order, tuple(session.problems()))
            case protocol.ContextOptions():
                self._reply(order, session.context_options())
            case protocol.Forget(book_id):
                session.forget(book_id)
                self._reply(order, None)
            case protocol.ChangeDesk(desk):
                session.change_desk(desk)
                self._reply(order, None)

    def _counted(self, vocabulary: LlamaModel, texts: Sequence[str]) -> Iterator[int]:
        done, total = 0, sum(map(len, texts))
        with closing(vocabulary.tokenize_all(texts)) as made:
            for text, tokens in zip(texts, made, strict=True):
                yield len(tokens)
                done += len(text)
                self._tokenizing(done, total)

    def _progress(self, fraction: float) -> bool:
        self._port.step()
        if fraction - self._shown >= _LOADING_STEP or fraction < self._shown:
            self._shown = fraction
            self._port.send(Loading(fraction))
        return not self._control.wait()

    def _weighing(self, done: int, total: int) -> None:
        self._port.step()
        self._port.send(Weighing(done, total))

    def _looking(self, done: int, total: int) -> None:
        self._port.step()
        self._port.send(Looking(done, total, 1, 1))


def _inspect() -> protocol.Inspected:
    found = devices()
    return protocol.Inspected(
        version(),
        found,
        physical_cores(),
        cpu_features(),
        numa_nodes(),
        cpu_variant(),
        unused_card(found, folder()),
        repacked(),
    )


def main() -> None:
    limits.volunteer()
    limits.harden()
    syscalls.deny_internet()
    serve(Worker)


if __name__ == "__main__":
    main()
