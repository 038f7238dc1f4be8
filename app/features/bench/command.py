"""`octavo bench`: how fast a model is on this computer, as a table and as a file to send with a report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from app.cli import arguments
from app.cli.bars import Bar
from app.cli.models import listing
from app.cli.screen import print_rows, width
from app.core.errors import AppError
from app.core.settings import Settings
from app.core.work import Cancel, Stopped, finish
from app.export import files
from app.features.bench.report import (
    BenchMachine,
    BenchModel,
    BenchProgress,
    BenchReport,
    BenchStep,
    DepthSpeed,
    LoadTime,
    NotMeasured,
    QuestionTime,
    TokenRate,
    WhyNot,
)
from app.features.bench.service import bench_of
from app.models.local import model_at
from app.services.services import Services
from app.wording import errors, units
from app.wording.i18n import _
from app.wording.units import count, duration, rate, size

_STDOUT = Path("-")
_NOTHING = "–"


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Measure, and print what was found, however the measuring ends. Raises AppError, Stopped."""
    settings = _settings(options, desk)
    out = _Output(options.report)
    out.keep(BenchReport())  # whether it can be written is better known now than in ten minutes
    if desk.settings.load().remote.in_use:
        print(_("A remote engine is set up. This measures the model on this computer."), file=sys.stderr)
    if sys.stderr.isatty():
        words = _("This takes up to {time}. Ctrl+C ends it and shows what was measured.")
        print(words.format(time=duration(60 * options.minutes)), file=sys.stderr)
    bench = bench_of(desk)
    try:
        finish(bench.run(settings.engine, 60 * options.minutes, cancel), out)
    except Stopped:
        out.finish()
        print(f"octavo: {_('stopped; this was measured until then')}", file=sys.stderr)
        raise
    except AppError:
        out.finish()
        raise
    out.finish()


def _settings(options: argparse.Namespace, desk: Services) -> Settings:
    """Return the settings that the model is loaded with. Raises AppError MODEL_MISSING, MODEL_FOLDER_...,
    SETTING_INVALID."""
    given = argparse.Namespace(**vars(options))
    if options.model is not None:
        given.model = str(model_at(listing.local(options.model, desk)))
    return arguments.settings(given, desk.settings.load())


class _Output:
    """Takes what was found so far, as often as there is more."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._bar = Bar()
        self._report = BenchReport()

    def __call__(self, event: BenchProgress | BenchReport) -> None:
        match event:
            case BenchReport():
                self.keep(event)
            case BenchProgress(step, done, total, depth):
                words = _step_words(step, depth)
                if total:
                    self._bar.show(words, done, total)
                else:
                    self._bar.busy(words)

    def keep(self, report: BenchReport) -> None:
        """Keep the report in the file that was named. Raises AppError EXPORT_NOT_WRITTEN, DISK_FULL."""
        self._report = report
        if self._file is not None and self._file != _STDOUT:
            files.write_bytes(_json(report), self._file.absolute())

    def finish(self) -> None:
        self._bar.close()
        if self._file == _STDOUT:
            sys.stdout.write(_json(self._report).decode())
        elif self._report.loads:
            print_report(self._report)


def _json(report: BenchReport) -> bytes:
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def print_report(report: BenchReport) -> None:
    """Print a report as tables. `report` has a machine, a model and a plan."""
    print_rows([*_heading(report)])
    print()
    print_rows([*_before_reading(report)])
    if report.depths:
        print()
        _print_columns(_depth_rows(report))
        print(_legend(report.depths[0]))
        print()
    after = [*_after_reading(report)]
    if after:
        print_rows(after)
    for missing in report.left_out:
        print(units.printable(_left_out(missing)))


def _heading(report: BenchReport) -> Iterator[tuple[str, str]]:
    machine, model, plan = report.machine, report.model, report.plan
    if machine is not None:
        yield "Octavo", f"{machine.octavo}, {machine.llama_cpp}, Python {machine.python}, {machine.system}"
        yield from _machine_rows(machine)
    if model is not None:
        yield _("model"), _model_words(model)
    if plan is not None:
        words = _("{n} tokens, KV cache {kv}, batches of {batch} tokens, {threads} threads")
        numbers = {"n": count(plan.context_tokens), "kv": plan.kv_type.value, "batch": count(plan.slice_tokens)}
        yield _("context"), words.format(threads=plan.threads, **numbers)
        if plan.gpu_layers:
            words = _("{n} layers on the GPU, experts of {experts} in main memory")
            yield _("placement"), words.format(n=plan.gpu_layers, experts=plan.expert_layers_on_cpu)


def _machine_rows(machine: BenchMachine) -> Iterator[tuple[str, str]]:
    words = _("{name}, {free} of {total} free")
    for device in machine.devices:
        free, total = device.free_bytes, device.total_bytes
        if device.kind == "cpu":
            free, total = machine.free_bytes, machine.memory_bytes
        yield device.name, words.format(name=device.description, free=size(free), total=size(total))
    if machine.unused_card is not None:
        yield _("graphics card"), errors.sentence(machine.unused_card)


def _model_words(model: BenchModel) -> str:
    name = model.name or model.architecture
    words = _("{name}, {quantization}, {size}, {n} layers, {experts} experts")
    if not model.experts:
        words = _("{name}, {quantization}, {size}, {n} layers")
    numbers = {"size": size(model.size_bytes), "n": model.layers, "experts": model.experts}
    return words.format(name=name, quantization=model.quantization, **numbers)


def _before_reading(report: BenchReport) -> Iterator[tuple[str, str]]:
    if report.plan is not None:
        yield _("planning"), duration(report.plan.seconds)
    for name, loaded in zip((_("loading"), _("loading again")), report.loads, strict=False):
        yield name, _load_words(loaded)
    if report.memory is not None and report.memory.taken_bytes:
        planned, taken = report.memory.planned_bytes, report.memory.taken_bytes
        words = _("{taken} taken, {planned} planned ({error})")
        yield _("memory"), words.format(taken=size(taken), planned=size(planned), error=f"{planned / taken - 1:+.1%}")
        for each in report.memory.buffers:
            words = _("weights {weights}, KV cache {cache}, working memory {compute}")
            numbers = {"cache": size(each.cache_bytes), "compute": size(each.compute_bytes)}
            yield f"  {each.name}", words.format(weights=size(each.weights_bytes), **numbers)
    if report.tokenizing is not None:
        yield _("counting tokens"), _rate_words(report.tokenizing)
    if report.first_tokens is not None:
        yield _("first {n} tokens").format(n=report.first_tokens.tokens), _rate_words(report.first_tokens)


def _load_words(loaded: LoadTime) -> str:
    if loaded.cached_share is None:
        return f"{duration(loaded.seconds)}, {size(loaded.bytes)}"
    words = _("{time}, {size}, of which {share} was in memory before")
    numbers = {"size": size(loaded.bytes), "share": f"{loaded.cached_share:.0%}"}
    return words.format(time=duration(loaded.seconds), **numbers)


def _rate_words(found: TokenRate) -> str:
    return _("{rate} tokens a second").format(rate=rate(found.tokens_per_second))


def _depth_rows(report: BenchReport) -> Iterator[Sequence[str]]:
    """Yield the rows of the table by depth. The columns are: how much is in the context; reading so far, and how long
    it took; reading and writing more there."""
    others = {each.depth_tokens: each for each in report.llama_bench.depths} if report.llama_bench else {}
    heading = [_("tokens in context"), _("reading up to it"), _("takes"), _("reading on"), _("writing")]
    yield [*heading, *([_("llama-bench: reading on"), _("writing")] if others else [])]
    for each in report.depths:
        row = [count(each.depth_tokens), *_speeds(each)]
        if others:
            other = others.get(each.depth_tokens)
            row += [
                rate(found) if found else _NOTHING
                for found in (other and other.reading_there, other and other.writing_there)
            ]
        yield row


def _speeds(depth: DepthSpeed) -> list[str]:
    reading, there, writing = (
        rate(found.tokens_per_second) if found else _NOTHING
        for found in (depth.reading, depth.reading_there, depth.writing_there)
    )
    return [reading, duration(depth.reading.seconds) if depth.reading else _NOTHING, there, writing]


def _print_columns(rows: Iterator[Sequence[str]]) -> None:
    """Print numbers under headings, all to the right."""
    shown = [*rows]
    widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        print("  ".join(" " * (most - width(cell)) + cell for cell, most in zip(row, widths, strict=True)))


def _legend(first: DepthSpeed) -> str:
    if first.reading_there is None or first.writing_there is None:
        return _("Speeds are in tokens a second.")
    words = _("Speeds are in tokens a second. Reading on: the next {read} tokens there; writing: {written} tokens.")
    return words.format(read=first.reading_there.tokens, written=first.writing_there.tokens)


def _after_reading(report: BenchReport) -> Iterator[tuple[str, str]]:
    if report.plan is not None:
        words, speed = _("reads {reading}, writes {writing} ({full} with a full context)"), report.plan.speed
        numbers = {"writing": rate(speed.writing), "full": rate(speed.writing_full)}
        yield _("the plan’s estimate"), words.format(reading=rate(speed.reading), **numbers)
    for name, asked in zip((_("first question"), _("second question")), report.questions, strict=False):
        yield name, _question_words(asked)
    if report.saving is not None:
        words = _("{n} tokens, {size}, on disk after {time}, of which the engine waited {copy}")
        found = report.saving
        numbers = {"n": count(found.tokens), "size": size(found.file_bytes), "copy": duration(found.copy_s)}
        yield _("saving"), words.format(time=duration(found.seconds), **numbers)
    if report.resuming is not None:
        words = _("{n} tokens in {time}, {read} read again; the next token’s probabilities are {nats} nats apart")
        back = report.resuming
        numbers = {"n": count(back.tokens), "read": count(back.read_tokens), "nats": f"{back.divergence:.5f}"}
        yield _("resuming"), words.format(time=duration(back.seconds), **numbers)
    if report.images is not None:
        words = _("{tiles} tiles in {time}, {n} tokens")
        seen = report.images
        yield _("an image"), words.format(tiles=seen.tiles, time=duration(seen.seconds), n=count(seen.tokens))


def _question_words(asked: QuestionTime) -> str:
    words = _("{read} tokens read, {reused} reused, the answer begins after {time}")
    numbers = {"read": count(asked.read_tokens), "reused": count(asked.reused_tokens)}
    return words.format(time=duration(asked.first_token_s), **numbers)


# ---- steps in words


def _step_words(step: BenchStep, depth: int) -> str:
    words = {
        BenchStep.PLAN: _("planning"),
        BenchStep.LOAD: _("loading"),
        BenchStep.TOKENIZE: _("counting tokens"),
        BenchStep.WARM_UP: _("first tokens"),
        BenchStep.READ: _("reading, {n} tokens in context"),
        BenchStep.WRITE: _("writing, {n} tokens in context"),
        BenchStep.SAVE: _("saving"),
        BenchStep.QUESTION: _("asking"),
        BenchStep.RESUME: _("resuming"),
        BenchStep.IMAGES: _("an image"),
        BenchStep.LLAMA_BENCH: _("llama-bench"),
    }[step]
    return words.format(n=count(depth))


def _left_out(missing: NotMeasured) -> str:
    what = _step_words(missing.step, missing.depth_tokens)
    match missing.why:
        case WhyNot.TIME if missing.seconds:
            words = _("Not measured: {what} (it would take about {time})")
        case WhyNot.STOPPED:
            words = _("Not measured: {what} (stopped)")
        case WhyNot.TIME:
            words = _("Not measured: {what} (time was up)")
        case WhyNot.TOO_SHORT:
            words = _("Not measured: {what} (a text this short is not saved)")
        case WhyNot.FAILED if missing.code is None:
            words = _("Not measured: {what} (it failed)")
        case WhyNot.FAILED:
            words = _("Not measured: {what} (it failed: {code})")
    code = missing.code.value if missing.code else ""
    return words.format(what=what, time=duration(missing.seconds), code=code)
