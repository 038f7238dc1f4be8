"""The real speed of a model in a place on this machine: learned from ordinary use, and shown with its plan."""

from __future__ import annotations

import contextlib
import logging
import math
from pathlib import Path

import msgspec

from app.core.conversations.conversation import Timings, Usage
from app.core.errors import AppError
from app.core.settings import Mapping
from app.engine.kv.saved_states import known_fingerprint
from app.engine.planner.machine import DISK, Machine
from app.engine.planner.placement import Placement, Reason, Remark
from app.store.measurements import MeasuredStep, Measurement, Measurements

_LEAST_READ_TOKENS, _LEAST_WRITTEN_TOKENS, _LEAST_S = 2048, 64, 0.25
"""Shorter ones say little: what comes before the first slice or token counts for too much."""

_LEAST_LOADED_BYTES = 10**9

_UPLOADS = (Mapping.READ, Mapping.DIRECT)

_log = logging.getLogger("octavo.models")


class Place(msgspec.Struct, frozen=True):
    """A model in a place: what is measured is only said of the same again."""

    model: str
    place: str
    mapping: Mapping


class Rate(msgspec.Struct, frozen=True):
    """Tokens a second, and the context at which they were measured."""

    tokens_a_second: float
    depth_tokens: int


class MeasuredSpeed(msgspec.Struct, frozen=True):
    """The measured numbers that take the place of estimates; None if nothing was measured. `writing` is the rate with
    up to an eighth of the context, `writing_full` with half of it and more; `reading` is on average with an eighth and
    more. `load_s` is what the last load as planned took, in seconds, 0 if there was none."""

    writing: Rate | None = None
    writing_full: Rate | None = None
    reading: Rate | None = None
    load_s: float = 0.0


class SpeedHistory:
    """Methods that keep something raise nothing: what could not be learned is no loss."""

    def __init__(self, measurements: Measurements) -> None:
        self._measurements = measurements

    def loaded(self, place: Place, size_bytes: int, seconds: float) -> None:
        """Learn from a load that has ended."""
        if size_bytes >= _LEAST_LOADED_BYTES and seconds >= _LEAST_S:
            self._keep(
                Measurement(place.model, place.place, MeasuredStep.LOAD, size_bytes, seconds, mapping=place.mapping)
            )

    def read(self, place: Place, usage: Usage, seconds: float) -> None:
        """Learn from a prompt that was mostly evaluated. What was reused may have come from the disk, which takes its
        time, too; of a server that does not say what it reused, nothing is learnt."""
        tokens = usage.evaluated_tokens
        if usage.tells_reused and tokens >= usage.reused_tokens and not usage.encoded_images:
            self.keep_reading(place, usage.prompt_tokens - tokens // 2, tokens, seconds)

    def answered(self, place: Place, usage: Usage, timings: Timings) -> None:
        """Learn from a prompt that was read, and an answer that was written to it."""
        self.read(place, usage, timings.read_s)
        tokens = usage.generated_tokens
        self.keep_writing(place, usage.prompt_tokens + tokens // 2, tokens, timings.generate_s)

    def keep_reading(self, place: Place, depth_tokens: int, tokens: int, seconds: float) -> None:
        """Keep the speed with which `tokens` were read, on average with `depth_tokens` in the context."""
        if tokens >= _LEAST_READ_TOKENS and seconds >= _LEAST_S:
            self._rate(place, MeasuredStep.READ, depth_tokens, tokens, seconds)

    def keep_writing(self, place: Place, depth_tokens: int, tokens: int, seconds: float) -> None:
        """Keep the speed with which `tokens` were written, on average with `depth_tokens` in the context."""
        if tokens >= _LEAST_WRITTEN_TOKENS and seconds >= _LEAST_S:
            self._rate(place, MeasuredStep.WRITE, depth_tokens, tokens, seconds)

    def _rate(self, place: Place, step: MeasuredStep, depth_tokens: int, tokens: int, seconds: float) -> None:
        self._keep(Measurement(place.model, place.place, step, tokens, seconds, depth_tokens))

    def _keep(self, measurement: Measurement) -> None:
        try:
            self._measurements.keep(measurement)
        except AppError as error:
            _log.info("nothing was learned: %s", error.code.value)

    # ---- what is known

    def of(self, path: Path, machine: Machine, placement: Placement) -> tuple[Placement, MeasuredSpeed]:
        """Return the placement, loaded as was fastest if both ways were measured; and what was measured of it. Raises
        AppError as the store does."""
        place = place_of(path, machine, placement)
        rows = self._measurements.of(place.model, place.place) if place is not None else ()
        loads = {row.mapping: row.seconds for row in rows if row.step is MeasuredStep.LOAD}
        placement = _fastest_load(placement, loads)
        context = placement.context_tokens
        rates = {step: [_rate_of(row) for row in rows if row.step is step] for step in MeasuredStep}
        measured = MeasuredSpeed(
            writing=_deepest(rates[MeasuredStep.WRITE], 0, context // 8),
            writing_full=_deepest(rates[MeasuredStep.WRITE], context // 2, context),
            reading=_deepest(rates[MeasuredStep.READ], context // 8, context),
            load_s=loads.get(placement.mapping, 0.0),
        )
        return placement, measured

    def reading_speed(self, place: Place) -> float:
        """Return the tokens a second of the deepest reading that was measured; 0 if none was. Raises AppError as the
        store does."""
        rows = self._measurements.of(place.model, place.place)
        deepest = _deepest([_rate_of(row) for row in rows if row.step is MeasuredStep.READ])
        return deepest.tokens_a_second if deepest is not None else 0.0


def place_of(path: Path, machine: Machine, placement: Placement) -> Place | None:
    """Return the place of a model on this machine; None if the model's file cannot be read."""
    with contextlib.suppress(OSError):
        model = known_fingerprint(path)
        used = {use.device for use in placement.uses}
        devices = [f"{each.name}:{each.total_bytes}" for each in (*machine.gpus, machine.host) if each.name in used]
        numbers = (placement.slice_tokens, placement.gpu_layers, placement.expert_layers, *placement.tensor_split)
        words = [*devices, placement.kv_type.value, *map(str, numbers), str(machine.threads)]
        return Place(model, " ".join(words + [DISK] * (DISK in used)), placement.mapping)
    return None


def _fastest_load(placement: Placement, loads: dict[Mapping, float]) -> Placement:
    """Return the placement with the faster of two ways to upload weights, if the plan chose between them and both were
    measured."""
    chosen = {Reason.UPLOADED, Reason.UPLOADED_DIRECTLY} & {remark.reason for remark in placement.remarks}
    if not chosen or not all(mapping in loads for mapping in _UPLOADS):
        return placement
    best, other = sorted(_UPLOADS, key=lambda mapping: loads[mapping])
    why = Remark(Reason.UPLOADED_AS_MEASURED, {"mapping": best.value, "load_s": loads[best], "other_s": loads[other]})
    remarks = tuple(why if remark.reason in chosen else remark for remark in placement.remarks)
    return msgspec.structs.replace(placement, mapping=best, remarks=remarks)


def _rate_of(row: Measurement) -> Rate:
    return Rate(row.amount / row.seconds, row.depth_tokens)


def _deepest(rates: list[Rate], least_tokens: float = 0, most_tokens: float = math.inf) -> Rate | None:
    found = [rate for rate in rates if least_tokens <= rate.depth_tokens <= most_tokens]
    return max(found, key=lambda rate: rate.depth_tokens, default=None)
