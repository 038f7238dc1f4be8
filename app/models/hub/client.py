"""The desk's side of the model hub: a process for each call, which alone speaks with the network and ends with it."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TypeVar

import msgspec

from app.core.conversations.events import Asking, Fetching, Hashing, Opening
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.core.model import ModelHeader
from app.core.policy import Policy
from app.core.work import Cancel, Stopped, Work, finish
from app.isolation import sandbox
from app.isolation.child import Cause, Child, ChildDied
from app.isolation.heartbeat import WireFailed
from app.isolation.program import command
from app.models import local
from app.models.copying import need_room
from app.models.gguf.reader import MAX_FILES, HeaderReader, Supply
from app.models.hub.protocol import (
    Begin,
    Event,
    Fetch,
    Fetched,
    HubReady,
    HubTimeouts,
    List,
    Listed,
    Order,
    RangeRead,
    ReadRange,
    check_endpoint,
)
from app.models.incoming import are_verified, present_bytes
from app.models.offers import Offer, RemoteFile, check_path, check_repository, stored_name

__all__ = ["Hub", "HubTimeouts"]

MARGIN_BYTES = 1 << 30
"""The bytes that a download leaves free on a disk: a full one would stop everything else."""

ANSWER_LIMIT_S = 240.0
"""Seconds that one question may take in all, with every new try: a hub could let an answer trickle for ever."""

STALL_LIMIT_S = 300.0
"""Seconds in which nothing at all may happen during a download; longer than the longest wait before a new try."""

_MODULE = "app.models.hub.worker"
_POLL_S = 0.05
_NOWHERE = "octavo-keeps-nothing-here"
_KEPT = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
"""The variables in which a person's system describes its network; proxies in small letters, too."""

_FOUND = frozenset(
    {
        *(Code.HUB_UNREACHABLE, Code.HUB_INTERRUPTED, Code.HUB_ANSWER_STRANGE, Code.HUB_ADDRESS_INSECURE),
        *(Code.HUB_NOT_FOUND, Code.HUB_FILE_MISSING, Code.HUB_GATED, Code.HUB_TOKEN_REFUSED, Code.HUB_HASH_WRONG),
        *(Code.DISK_FULL, Code.DISK_FILE_LIMIT, Code.FOLDER_READ_ONLY, Code.BUG),
    }
)

_log = logging.getLogger("octavo.models")

Answer = TypeVar("Answer")


class Hub:
    """Every method may be called from any thread; each call has a process of its own, which ends with it.

    Cancelling ends the process within a tenth of a second; what has arrived stays.
    """

    def __init__(
        self,
        endpoint: Callable[[], str],
        token: Callable[[], str | None],
        headers: HeaderReader,
        patience: HubTimeouts | None = None,
        policy: Policy | None = None,
    ) -> None:
        """`endpoint` and `token` are asked at the beginning of each call. `policy` says which hubs may be asked; None
        means any."""
        self._policy = policy or Policy()
        self._endpoint = endpoint
        self._token = token
        self._headers = headers
        self._patience = patience or HubTimeouts()

    def look_up(self, repository: str, cancel: Cancel) -> Work[Asking, tuple[Offer, ...]]:
        """Look up the models in a repository, whose name is `owner/name`. Raises AppError HUB_*; Stopped, as do all
        that follow."""
        check_repository(repository)
        with self._process() as process:
            yield Asking(process.host)
            return compose(repository, finish(process.ask(List(repository, ""), Listed, cancel)))

    def resolve(self, offer: Offer, cancel: Cancel) -> Work[Asking, Offer]:
        """Return the offer with its revision, and with all sizes and hashes as the hub has them; what of these the
        offer knows must agree, else HUB_HASH_DIFFERS, and so must its terms, else HUB_LICENCE_DIFFERS. The projector
        may be in another repository.

        A repository may have been split into other parts since the catalogue was written: then the quantization
        counts.
        """
        _check_names(offer)
        answers: dict[str, Listed] = {}
        with self._process() as process:
            yield Asking(process.host)
            for repository in dict.fromkeys(file.repository for file in offer.all_files):
                revision = offer.revision if repository == offer.repository else ""
                answers[repository] = finish(process.ask(List(repository, revision), Listed, cancel))
        _check_licence(offer, answers[offer.repository])
        try:
            return _resolved(offer, answers)
        except AppError as error:
            if error.code is not Code.HUB_FILE_MISSING or offer.revision:
                raise
            found = compose(offer.repository, answers[offer.repository])
            same = [each for each in found if each.quantization == offer.quantization]
            if len(same) != 1:
                raise
            return msgspec.structs.replace(same[0], untrusted_name=offer.untrusted_name, licence=offer.licence)

    def headers(self, offer: Offer, cancel: Cancel) -> Work[Asking | Opening, Offer]:
        """Return the offer, resolved before, with what the headers of its model and projector say. Some megabytes are
        read, by a process that is locked in; progress counts them in bytes, of a total that is not known."""
        _check_names(offer)
        headers: list[ModelHeader] = []
        with self._process() as process:
            yield Asking(process.host)
            for files in (offer.files, *([(offer.projector,)] if offer.projector else [])):
                supply = _supply(process, files, cancel)
                headers.append((yield from self._headers.read_remote(files, supply, cancel)))
        projector = headers[1] if offer.projector else None
        return msgspec.structs.replace(offer, header=headers[0], projector_header=projector)

    def fetch(self, offer: Offer, folder: Path, cancel: Cancel) -> Work[Fetching | Hashing, tuple[Path, ...]]:
        """Fetch all files of a resolved offer into `folder`, which belongs to this offer alone. Return their paths in
        the order of `offer.all_files`, each file under its own name, its SHA-256 found right.

        Called again after anything, it goes on; what was verified is neither fetched nor hashed again. Raises also
        AppError DISK_*, FOLDER_READ_ONLY.
        """
        _check_names(offer)
        check_endpoint(self._endpoint())
        without_hash = next((file for file in offer.all_files if not file.sha256), None)
        if without_hash is not None:
            raise AppError(Code.HUB_HASH_MISSING, file=without_hash.path)
        if not are_verified(offer, folder):
            need_room(folder, offer.size_bytes - present_bytes(offer, folder) + MARGIN_BYTES)
            with self._process(folder) as process:
                yield from process.ask(Fetch(offer.all_files), Fetched, cancel)
                if not are_verified(offer, folder):
                    raise process.strange()
        return tuple(folder / stored_name(file.path) for file in offer.all_files)

    @contextlib.contextmanager
    def _process(self, folder: Path | None = None) -> Iterator[HubProcess]:
        """Start a process for the hub, which ends with the block. Raises AppError HUB_ADDRESS_INSECURE,
        HUB_FORBIDDEN."""
        endpoint = self._endpoint()
        self._policy.check_hub(check_endpoint(endpoint))
        token = self._token()
        # A process ends with the thread that started it: this thread lives as long as the process is needed.
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="hub-starter") as starter:
            process = HubProcess(endpoint, Password(token) if token else None, self._patience, folder, starter)
            try:
                yield process
            except AppError as error:
                _log.warning("hub: %s", error.code.value)
                raise
            finally:
                process.kill()


class HubProcess:
    """Carries out one order at a time; `kill` may come from any thread."""

    def __init__(
        self, endpoint: str, token: Password | None, patience: HubTimeouts, folder: Path | None, starter: Executor
    ) -> None:
        """Start the process, which ends with the thread of `starter` that starts it. It may write beneath `folder`
        alone.

        Raises AppError HUB_ADDRESS_INSECURE, BUG.
        """
        self.host = check_endpoint(endpoint)
        self.confined: bool | None = None
        try:
            self._child: Child[Event] = starter.submit(
                Child[Event],
                command(_MODULE, str(folder) if folder else ""),
                Event,
                stall_limit_s=STALL_LIMIT_S,
                env=environment(endpoint),
            ).result()
        except OSError as error:
            raise AppError(Code.BUG, where=f"hub process: {type(error).__name__}") from error
        self._begin = Begin(endpoint, token, patience)
        self._began = False

    @property
    def pid(self) -> int:
        return self._child.pid

    def kill(self) -> None:
        self._child.kill()

    def ask(self, order: Order, answer: type[Answer], cancel: Cancel) -> Work[Fetching | Hashing, Answer]:
        """Return the answer to an order; only a Fetch has progress. Raises AppError: what went wrong, or how the
        process died; Stopped, and the process has ended."""
        try:
            if not self._began:
                self._child.send(self._begin)
                self._began = True
            self._child.send(order)
            until = None if isinstance(order, Fetch) else time.monotonic() + ANSWER_LIMIT_S
            while not cancel.requested:
                event = self._child.receive(_POLL_S)
                if event is None:
                    if until is not None and time.monotonic() > until:
                        raise AppError(Code.HUB_UNREACHABLE, host=self.host)
                elif isinstance(event, HubReady):
                    self.confined = event.confined
                    _log.info("hub: process started, confined: %s", event.confined)
                elif isinstance(event, WireFailed):
                    raise AppError.of(event.problem) if event.problem.code in _FOUND else self.strange()
                elif isinstance(event, answer):
                    return event
                elif isinstance(event, Fetching | Hashing) and isinstance(order, Fetch) and event.done <= event.total:
                    yield event
                else:
                    raise self.strange()
        except ChildDied as died:
            raise self._explain(died) from died
        self.kill()
        raise Stopped

    def strange(self) -> AppError:
        """Return the error for an answer that no sound process gives."""
        return AppError(Code.HUB_ANSWER_STRANGE, host=self.host)

    def _explain(self, died: ChildDied) -> AppError:
        match died.cause:
            case Cause.EXITED:
                return AppError(Code.BUG, where=f"hub process exited with {died.detail}")
            case Cause.PROTOCOL:
                return self.strange()
        return AppError(Code.HUB_INTERRUPTED, host=self.host)


def environment(endpoint: str) -> dict[str, str]:
    """Return the whole environment of the process: what huggingface_hub reads when it is imported, and the system's
    proxies.

    There is no home folder, no cache and no token in it. Xet, the hub's other way to deliver, is native code that
    speaks with servers of its own choice, and mirrors do not have it. Addresses of this machine need no proxy.
    """
    variables = sandbox.environment() | {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": os.path.join(os.sep, _NOWHERE),  # noqa: PTH118 -- a text, not a path to look at
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    names = (*_KEPT, *map(str.lower, _KEPT))
    variables |= {name: os.environ[name] for name in names if name in os.environ}
    without = ",".join(filter(None, (variables.pop("no_proxy", ""), variables.get("NO_PROXY", ""))))
    variables["NO_PROXY"] = ",".join(filter(None, (without, "localhost", "127.0.0.1", "[::1]")))
    return variables


def _supply(process: HubProcess, files: Sequence[RemoteFile], cancel: Cancel) -> Supply:
    """Return what gives the header's process the bytes that it asks for."""

    def supply(part: int, offset: int, size: int) -> bytes:
        read = finish(process.ask(ReadRange(files[part], offset, size), RangeRead, cancel))
        if len(read.content) != size:
            raise process.strange()
        return read.content

    return supply


def _check_licence(offer: Offer, listed: Listed) -> None:
    """Check that the hub states the licence that the offer has. Raises AppError HUB_LICENCE_DIFFERS."""
    if offer.licence and listed.licence and offer.licence.lower() != listed.licence.lower():
        params = {"repository": offer.repository, "known": offer.licence, "found": listed.licence}
        raise AppError(Code.HUB_LICENCE_DIFFERS, **params)


def _resolved(offer: Offer, answers: dict[str, Listed]) -> Offer:
    """Return the offer with what the hub says of its files. Raises AppError HUB_FILE_MISSING, HUB_HASH_MISSING,
    HUB_HASH_DIFFERS."""

    def resolved(file: RemoteFile) -> RemoteFile:
        there = next((found for found in answers[file.repository].files if found.path == file.path), None)
        if there is None:
            raise AppError(Code.HUB_FILE_MISSING, repository=file.repository, file=file.path)
        if not there.sha256 or not there.size_bytes:
            raise AppError(Code.HUB_HASH_MISSING, file=file.path)
        if file.sha256 and (file.sha256, file.size_bytes) != (there.sha256, there.size_bytes):
            raise AppError(Code.HUB_HASH_DIFFERS, file=file.path)
        revision = answers[file.repository].revision
        return msgspec.structs.replace(file, size_bytes=there.size_bytes, sha256=there.sha256, revision=revision)

    listed = answers[offer.repository]
    return msgspec.structs.replace(
        offer,
        files=tuple(map(resolved, offer.files)),
        projector=resolved(offer.projector) if offer.projector else None,
        revision=listed.revision,
        licence=offer.licence or listed.licence,
        gated=listed.gated,
    )


def _check_names(offer: Offer) -> None:
    """Check the names in an offer, which may have been kept in a file meanwhile. Raises AppError
    HUB_REPOSITORY_INVALID, HUB_NAME_UNSAFE."""
    names: set[str] = set()
    for file in offer.all_files:
        check_repository(file.repository)
        name = stored_name(check_path(file.path)).casefold()
        if name in names:  # in two folders of the repository, and here in one
            raise AppError(Code.HUB_NAME_UNSAFE, name=file.path)
        names.add(name)


_MODEL_SUFFIX = ".gguf"
_QUANTIZATION = re.compile(
    r"(?<![A-Za-z0-9])(?:UD-)?(?:I?Q\d\w*|TQ\d_\d|BF16|F16|FP16|F32|MXFP4(?:_MOE)?|NVFP4)(?![A-Za-z0-9])",
    re.IGNORECASE | re.ASCII,
)
"""Matches a quantization as those who publish GGUF files name it; `UD-`: mixed in a way of one publisher's own."""


def compose(repository: str, listed: Listed) -> tuple[Offer, ...]:
    """Return the models among the files, smallest first: parts of a split model together; one without all its parts is
    left out.

    A projector belongs to the models of its folder and of the folders below it that have none; of several, the one
    that `local.best_projector` names. Raises AppError HUB_NAME_UNSAFE.
    """
    files = {
        check_path(file.path): RemoteFile(repository, file.path, file.size_bytes, file.sha256, listed.revision)
        for file in listed.files
        if file.path.lower().endswith(_MODEL_SUFFIX)
    }
    projectors = [path for path in files if local.is_projector(stored_name(path))]
    offers = []
    for path, file in files.items():
        number, count = local.place_of(stored_name(path))
        if number > 1 or count > MAX_FILES or path in projectors:
            continue
        parts = [str(part) for part in local.parts_of(PurePosixPath(path))]
        if not all(part in files for part in parts):
            continue
        projector = _projector_for(path, projectors)
        offers.append(
            Offer(
                repository=repository,
                untrusted_name=repository.partition("/")[2],
                quantization=quantization_of(path),
                files=(file, *(files[part] for part in parts[1:])),
                projector=files[projector] if projector else None,
                revision=listed.revision,
                licence=listed.licence,
                gated=listed.gated,
            )
        )
    return tuple(sorted(offers, key=lambda offer: (offer.size_bytes, offer.key)))


def quantization_of(path: str) -> str:
    """Return the quantization that a file's name says; the header has the truth. Empty where the name says nothing."""
    found = _QUANTIZATION.findall(PurePosixPath(path).stem)
    return found[-1].upper() if found else ""


def _projector_for(model: str, projectors: Iterable[str]) -> str:
    for folder in PurePosixPath(model).parents:
        beside = {stored_name(path): path for path in projectors if PurePosixPath(path).parent == folder}
        if beside:
            return beside[local.best_projector(PurePosixPath(model).stem, beside)]
    return ""
