"""The engine's process: what becomes of each order of the desk."""

from __future__ import annotations

from array import array
from pathlib import Path

from app.core.errors import AppError, Code
from app.core.events import Loading, Looking, Notice, Reading, Thinking, Token
from app.engine import bandwidth
from app.engine.cards import unused_card
from app.engine.dry_run import rehearse
from app.engine.hardware import cpu_features, devices, physical_cores
from app.engine.library import cpu_variant, numa_nodes, version, with_cuda
from app.engine.llama import Model
from app.engine.protocol import (
    AnswerTo,
    Appraise,
    Appraised,
    BooksRead,
    Command,
    Count,
    Counted,
    Foresee,
    Foreseen,
    Forget,
    Forgotten,
    Gauge,
    Gauged,
    ImagesKept,
    Inspect,
    Inspected,
    KeepImages,
    LaidOut,
    Layout,
    Load,
    Loaded,
    LookFor,
    Measure,
    Measured,
    NotSeen,
    Pause,
    Probe,
    Probed,
    ReadBooks,
    Rehearse,
    Rehearsed,
    Resume,
    See,
    Seen,
    Settle,
    Settled,
    Stop,
    Survey,
    Surveyed,
)
from app.engine.repacking import repacked
from app.engine.serving import Server, serve
from app.engine.session import Session
from app.isolation import limits, syscalls
from app.isolation.pulse import Port

_LOADING_STEP = 0.01


class Worker(Server):
    def __init__(self, port: Port[Command]) -> None:
        super().__init__(port)
        self._session: Session | None = None
        self._told = 0.0

    def _obey(self, order: Command) -> None:
        match order:
            case Load(spec):
                if self._session is not None:
                    self._session.close()
                    self._session = None
                self._session = Session(spec, self._progress, self._wishes)
                self._port.send(Loaded(self._session.info))
            case Measure(prompt):
                self._port.send(Measured(self._loaded().lay_out(prompt).size))
            case Foresee(prompt):
                self._port.send(Foreseen(self._loaded().foresee(prompt)))
            case Count(model_path, texts):
                vocabulary = Model(Path(model_path), 0, self._progress, vocabulary_only=True)
                self._port.send(Counted(tuple(len(vocabulary.tokenize(text, special=False)) for text in texts)))
                vocabulary.close()
            case Layout(prompt):
                session = self._loaded()
                laid = session.lay_out(prompt)
                control = frozenset(token for token in set(laid.tokens) if token >= 0 and session.is_control(token))
                self._port.send(LaidOut(tuple(laid.tokens), laid.books, control, laid.images))
            case Probe(tokens, books, images):
                usage = self._loaded().read(array("i", tokens), books, self._reading, images)
                self._tell_problems()
                self._port.send(Probed(self._loaded().logits(), usage))
            case ReadBooks(prompt):
                usage = self._loaded().read_books(prompt, self._reading)
                self._tell_problems()
                self._port.send(BooksRead(usage))
            case AnswerTo(prompt, sampling, max_tokens):
                session = self._loaded()
                answer = session.answer(prompt, sampling, max_tokens, self._reading, self._writing, self._thinking)
                self._tell_problems()
                self._port.send(answer)
            case Appraise(sizes):
                self._port.send(Appraised(self._loaded().image_tokens(sizes)))
            case LookFor(prompt):
                self._port.send(NotSeen(self._loaded().unseen(prompt)))
            case See(wanted, canvas, overview):
                self._loaded().see(wanted, canvas, overview, self._looking)
                self._port.send(Seen())
            case KeepImages(sha256s):
                self._loaded().keep_images(sha256s)
                self._port.send(ImagesKept())
            case Settle():
                if self._session is not None:
                    self._session.settle()
                self._port.send(Settled(tuple(self._session.problems() if self._session else ())))
            case Survey():
                self._port.send(Surveyed(self._loaded().rooms()))
            case Forget(book_id):
                if self._session is not None:
                    self._session.forget(book_id)
                self._port.send(Forgotten())
            case Rehearse(spec):
                self._port.send(Rehearsed(rehearse(spec)))
            case Gauge():
                self._port.send(Gauged(bandwidth.measure(physical_cores())))
            case Inspect():
                self._port.send(_inspect())
            case Stop() | Pause() | Resume():
                pass  # heeded when they arrive

    def _writing(self, text: str) -> None:
        self._port.send(Token(text))

    def _thinking(self) -> None:
        self._port.send(Thinking())

    def _tell_problems(self) -> None:
        for problem in self._loaded().problems():
            self._port.send(Notice(problem))

    def _loaded(self) -> Session:
        if self._session is None:
            raise AppError(Code.NO_MODEL)
        return self._session

    def _progress(self, fraction: float) -> bool:
        self._port.step()
        if fraction - self._told >= _LOADING_STEP or fraction < self._told:
            self._told = fraction
            self._port.send(Loading(fraction))
        return not (self._wishes.any() and self._wishes.wait())

    def _looking(self, done: int, total: int) -> None:
        self._port.step()
        self._port.send(Looking(done, total, 1, 1))

    def _reading(self, done: int, total: int, reused: int) -> None:
        self._port.send(Reading(done, total, reused))


def _inspect() -> Inspected:
    found = devices()
    return Inspected(
        version(),
        found,
        physical_cores(),
        cpu_features(),
        numa_nodes(),
        cpu_variant(),
        unused_card(found, with_cuda()),
        repacked(),
    )


def main() -> None:
    limits.volunteer()
    limits.harden()
    syscalls.deny_internet()
    serve(Worker)


if __name__ == "__main__":
    main()
