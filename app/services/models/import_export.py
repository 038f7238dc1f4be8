"""Models without a network: imported from a file, a folder or a packed model; verified, packed and removed."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.core.conversations.events import Copying, Hashing
from app.core.errors import AppError, Code
from app.core.machine.files import remove_private, rename_private
from app.core.model import FileKind, ModelHeader
from app.core.record import Happening, RecordKind
from app.core.work import Cancel, Work, finish
from app.isolation.files import look_at, printable
from app.models import local, packing
from app.models.copying import CopyJob, copy, hash_files, need_room, new_file
from app.models.gguf.reader import HeaderReader
from app.models.incoming import Incoming, holds_files
from app.models.local import ModelFile, belongings, hashes_beside, model_at, own_belongings, size_of, stem_of
from app.models.provenance import (
    RECORD_NAME,
    SUMS_NAME,
    FileState,
    ModelVerdict,
    Record,
    RecordedFile,
    record_beside,
    safe_name,
    sums_of,
    today,
)
from app.services.audit_log import of_model
from app.services.models.models import Models


class ImportExport:
    """Every method may be called from any thread. What is interrupted leaves the whole, or nothing that can be seen."""

    def __init__(self, models: Models, headers: HeaderReader) -> None:
        self._models = models
        self._folder = models.folder
        self._headers = headers
        self._incoming = Incoming(models.folder)

    # ---- in

    def import_model(self, path: Path, cancel: Cancel) -> Work[Copying | Hashing, ModelFile]:
        """Copy a model into the models folder: a file with its other parts and the projector beside it, the one model
        of a folder, or a packed model. What a record or SHA256SUMS beside it says of a file has to be true; of other
        files the hash is written down as it is, not proved.

        Raises AppError MODEL_* where it is no model, MODEL_FOLDER_EMPTY, MODEL_FOLDER_SEVERAL, MODEL_THERE,
        MODEL_CHANGED, DISK_TOO_SMALL, DISK_FULL, DISK_FILE_LIMIT, FOLDER_READ_ONLY, FILE_*; as `unpack`; Stopped.
        """
        if path.is_file() and packing.is_packed(path):
            return (yield from self.unpack(path, cancel))
        model = model_at(path)
        if model.resolve().is_relative_to(self._folder.resolve()):
            raise AppError(Code.MODEL_THERE, path=printable(model))
        header = self._header(model, cancel)
        known = record_beside(model)
        sources = [model.with_name(file.path) for file in known.files] if known else belongings(model)
        for source in sources:
            if local.is_projector(source.name):
                self._read_header(source, cancel)
        name = known.folder_name if known else safe_name(stem_of(model))
        self._check_free(name)
        hashes = hashes_beside(model)
        sizes = [look_at(source).size for source in sources]
        jobs = [
            CopyJob(source, source.name, size, hashes.get(source.name, ""))
            for source, size in zip(sources, sizes, strict=True)
        ]
        with self._incoming.arriving() as files:
            found = yield from copy(jobs, files, cancel)
            copied = tuple(
                RecordedFile(job.name, job.size_bytes, sha256, proved=bool(job.sha256))
                for job, sha256 in zip(jobs, found, strict=True)
            )
            record = known or Record(stem_of(model), "", "", "", copied, today(), header.quantization)
            record = msgspec.structs.replace(record, files=_as_known(copied, known))
            return self._noted(_first(self._incoming.publish(files, name, record), record))

    def unpack(self, file: Path, cancel: Cancel) -> Work[Copying, ModelFile]:
        """Take a packed model into the models folder. Raises AppError PACKED_UNSOUND, MODEL_THERE, and as
        `import_model`."""
        try:
            archive = file.open("rb")
        except OSError as error:
            raise AppError(Code.FILE_UNREADABLE, path=printable(file)) from error
        with archive, self._incoming.arriving() as files:
            packed = packing.Packed(archive, file)
            record = packed.record
            self._check_free(record.folder_name)
            yield from packed.unpack(files, cancel)
            models = local.models_in(files)
            if not models:
                raise AppError(Code.PACKED_UNSOUND, path=printable(file), flaw="packed_record")
            try:
                self._header(models[0], cancel)
            except AppError as error:  # its path would be one that nobody knows
                raise AppError(error.code, **{**error.params, "path": printable(file)}) from error
            return self._noted(_first(self._incoming.publish(files, record.folder_name, record), record))

    def _noted(self, model: ModelFile) -> ModelFile:
        self._models.note(of_model(RecordKind.IMPORT, model))
        return model

    def _header(self, model: Path, cancel: Cancel) -> ModelHeader:
        """Return the header of a model or an adapter. Raises AppError MODEL_*; Stopped."""
        header = self._read_header(model, cancel)
        if header.kind not in (FileKind.MODEL, FileKind.ADAPTER):
            raise AppError(Code.MODEL_UNSUPPORTED, path=printable(model), architecture=header.architecture)
        return header

    def _read_header(self, path: Path, cancel: Cancel) -> ModelHeader:
        return finish(self._headers.read(path, cancel))

    def _check_free(self, name: str) -> None:
        if holds_files(self._folder / name):
            raise AppError(Code.MODEL_THERE, path=printable(self._folder / name))

    # ---- there

    def verify(self, path: Path, cancel: Cancel) -> Work[Hashing, ModelVerdict]:
        """Compare the files of a model, or of the one model of a folder, with its record, else with SHA256SUMS.

        Raises AppError MODEL_MISSING, MODEL_FOLDER_EMPTY, MODEL_FOLDER_SEVERAL, FILE_*; Stopped.
        """
        model = model_at(path)
        record, hashes = record_beside(model), hashes_beside(model)
        named = [model.with_name(file.path) for file in record.files] if record else []
        sizes = {file.path: file.size_bytes for file in record.files} if record else {}
        states: dict[str, FileState] = {}
        jobs: list[CopyJob] = []
        for file in dict.fromkeys((*named, *belongings(model))):
            size = size_of(file)
            if size is None:
                states[file.name] = FileState.MISSING
            elif file.name not in hashes:
                states[file.name] = FileState.UNKNOWN
            elif size != sizes.get(file.name, size):
                states[file.name] = FileState.CHANGED
            else:
                states[file.name] = FileState.GOOD
                jobs.append(CopyJob(file, file.name, size))
        found = yield from hash_files(jobs, cancel)
        for job, sha256 in zip(jobs, found, strict=True):
            if sha256 != hashes[job.name]:
                states[job.name] = FileState.CHANGED
        return ModelVerdict(tuple(states.items()))

    def remove(self, path: Path, *, even_loaded: bool = False) -> tuple[str, ...]:
        """Delete what the record of a model names, or its parts and a projector that no other model beside it could
        use, and return the paths.

        Raises AppError MODEL_IS_STARTER, MODEL_IS_LOADED, MODEL_NOT_IN_FOLDER, MODEL_MISSING, FOLDER_READ_ONLY.
        """
        if local.is_starter(str(path)):
            raise AppError(Code.MODEL_IS_STARTER, path=printable(path))
        if not path.absolute().parent.resolve().is_relative_to(self._folder.resolve()):
            raise AppError(Code.MODEL_NOT_IN_FOLDER, path=printable(path), folder=printable(self._folder))
        model = model_at(path)
        loaded = self._models.loaded()
        if not even_loaded and loaded and Path(loaded.path).resolve() in map(Path.resolve, local.parts_of(model)):
            raise AppError(Code.MODEL_IS_LOADED, path=printable(model))
        self._incoming.sweep()
        record = record_beside(model)
        files = [model.with_name(file.path) for file in record.files] if record else own_belongings(model)
        extra = [model.with_name(name) for name in (RECORD_NAME, SUMS_NAME)] if record else []
        deleted = [file for file in (*files, *extra) if file.exists()]
        title = record.title if record else model.stem
        self._models.note(of_model(RecordKind.PURGED, ModelFile(str(model), title, 0)))
        if model.parent != self._folder and {*model.parent.iterdir()} == {*deleted}:
            self._incoming.leave(model.parent)
        else:
            for file in sorted(
                deleted, key=lambda file: file != local.parts_of(model)[0]
            ):  # then it is no model any more
                remove_private(file)
        return tuple(map(str, deleted))

    # ---- out

    def pack(
        self, path: Path, target: Path, cancel: Cancel, *, as_folder: bool = False
    ) -> Work[Copying | Hashing, Path]:
        """Write a model with its hashes into one file: `target`, or in the folder `target` one named after the model;
        with `as_folder`, into a folder there, in which import finds it. A model without a record is hashed first.

        Raises AppError MODEL_THERE if that file or folder is there, MODEL_CHANGED, DISK_*, FOLDER_READ_ONLY, FILE_*;
        Stopped.
        """
        model = model_at(path)
        record = record_beside(model) or (yield from self._new_record(model, cancel))
        self._models.note(Happening(RecordKind.EXPORT, model=record.title, model_hash=record.sha256, detail="model"))
        if as_folder:
            return (yield from _pack_into_folder(record, model.parent, target / record.folder_name, cancel))
        packed = target / f"{record.folder_name}{packing.SUFFIX}" if target.is_dir() else target
        if packed.exists():
            raise AppError(Code.MODEL_THERE, path=printable(packed))
        size = packing.packed_bytes(record)
        need_room(packed.parent, size)
        draft = packed.with_name(f"{packed.name}.part")
        draft.unlink(missing_ok=True)  # what a crash left
        with new_file(draft, size) as file:
            yield from packing.write(record, model.parent, file, cancel)
        try:
            rename_private(draft, packed)
        except AppError:
            draft.unlink(missing_ok=True)
            raise
        return packed

    def _new_record(self, model: Path, cancel: Cancel) -> Work[Hashing, Record]:
        header = self._header(model, cancel)
        files = belongings(model)
        jobs = [CopyJob(file, file.name, look_at(file).size) for file in files]
        found = yield from hash_files(jobs, cancel)
        recorded = tuple(
            RecordedFile(job.name, job.size_bytes, sha256, proved=False)
            for job, sha256 in zip(jobs, found, strict=True)
        )
        return Record(stem_of(model), "", "", "", recorded, today(), header.quantization)


def _pack_into_folder(record: Record, source: Path, target: Path, cancel: Cancel) -> Work[Copying | Hashing, Path]:
    if target.exists():
        raise AppError(Code.MODEL_THERE, path=printable(target))
    jobs = [CopyJob(source / file.path, file.path, file.size_bytes, file.sha256) for file in record.files]
    with Incoming(target.parent).arriving() as files:
        yield from copy(jobs, files, cancel)
        sums = sums_of(record)
        with new_file(files / SUMS_NAME, len(sums)) as file:
            file.write(sums)
        return Incoming(target.parent).publish(files, target.name, record)


def _as_known(copied: tuple[RecordedFile, ...], known: Record | None) -> tuple[RecordedFile, ...]:
    """Return the copied files, with hashes that a record had not proved when it was made not proved by that record
    either."""
    unproved = {file.path for file in known.files if not file.proved} if known else set()
    return tuple(msgspec.structs.replace(file, proved=file.proved and file.path not in unproved) for file in copied)


def _first(folder: Path, record: Record) -> ModelFile:
    model = local.models_in(folder)[0]
    return ModelFile(str(model), record.title, model.stat().st_size)
