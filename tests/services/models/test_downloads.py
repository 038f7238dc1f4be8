"""Downloads: told before anything is asked, accepted where there are terms, paused, gone on with, ready only whole."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest

from app.core.conversations.events import Asking, Fetching, Hashing, Opening
from app.core.errors import AppError, Code, Problem
from app.core.machine.files import write_private
from app.core.machine.paths import Paths
from app.core.settings import HubSettings
from app.core.work import Cancel, Stopped, Work, finish
from app.engine.planner.placement import Placement, PlanRequest
from app.models.offers import Offer, RemoteFile
from app.models.provenance import RECORD_NAME, FileState
from app.services.models.plans import Hardware
from app.services.services import Services
from app.wording.errors import sentence
from tests.models import hub_on_loopback
from tests.models.hub_on_loopback import REPOSITORY, REVISION, Fault, LoopbackHub
from tests.models.packages import names_in, write_model, write_split_model
from tests.models.projector import write_projector
from tests.ui.fakes import SCOUT
from tests.whole import open_desk

pytestmark = pytest.mark.usefixtures("near_hub")


@pytest.fixture
def loopback() -> Iterator[LoopbackHub]:
    with hub_on_loopback.running() as hub:
        hub.card = {"license": "mit"}
        yield hub


@pytest.fixture
def desk(tmp_path: Path, loopback: LoopbackHub) -> Iterator[Services]:
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        settings = desk.settings.load()
        desk.settings.save(msgspec.structs.replace(settings, hub=HubSettings(loopback.endpoint)))
        yield desk


@pytest.fixture
def folder(desk: Services) -> Path:
    return desk.models.folder


def problem(work: Work[object, object]) -> Problem:
    with pytest.raises(AppError) as raised:
        finish(work)
    told = sentence(raised.value.problem)
    assert "{" not in told
    assert "“?”" not in told
    return raised.value.problem


def looked_up(desk: Services) -> tuple[Offer, ...]:
    return finish(desk.model_files.downloads.look_up(REPOSITORY, Cancel()))


def models(desk: Services) -> list[str]:
    return [model.name for model in desk.models.available() if not model.starter]


def add_split(loopback: LoopbackHub, tmp_path: Path) -> list[str]:
    """A model of two parts in a folder, and its projector. Returns the names."""
    first, second, eye = write_split_model(tmp_path / "source")
    loopback.add(f"Q8_0/{first.name}", first)
    loopback.add(f"Q8_0/{second.name}", second)
    loopback.add(eye.name, eye)
    return [first.name, second.name, eye.name]


def add_one(loopback: LoopbackHub, tmp_path: Path, *, fault: Fault | None = None) -> None:
    loopback.add("tiny-Q8_0.gguf", write_model(tmp_path / "source.gguf"), fault=fault)


def scout(desk: Services) -> Offer:
    offers = (offer for offer in desk.model_files.downloads.offers() if offer.untrusted_name == "Llama 4 Scout")
    return next(offer for offer in offers if offer.quantization == "Q4_K_M")


# ---- before anything is asked ----------------------------------------------------------------------------------


def test_what_a_download_means_is_told_without_the_network(desk: Services, folder: Path, loopback: LoopbackHub) -> None:
    order = desk.model_files.downloads.order(scout(desk))
    assert order.host == loopback.endpoint.removeprefix("http://")
    assert order.bytes_to_fetch == order.offer.size_bytes > 65e9
    assert order.folder == str(folder / "unsloth--Llama-4-Scout-17B-16E-Instruct-GGUF--Q4_K_M")
    assert order.free_bytes > 0
    assert order.licence is not None
    assert order.licence.id == "llama4"
    assert not order.accepted
    assert problem(desk.model_files.downloads.fetch(order.offer, Cancel())).code is Code.LICENCE_NOT_ACCEPTED
    assert not loopback.requests
    assert not folder.exists()


def test_an_offer_can_be_planned_before_it_is_fetched(desk: Services, loopback: LoopbackHub) -> None:
    plan = desk.models.plans.plan_offer(scout(desk), PlanRequest(), Hardware((80.0,), 256.0))
    assert isinstance(plan.result, Placement)
    assert plan.projector is not None
    dynamic = next(offer for offer in desk.model_files.downloads.offers() if offer.header is None)
    with pytest.raises(AppError) as refused:
        desk.models.plans.plan_offer(dynamic, PlanRequest(), Hardware((80.0,), 256.0))
    assert refused.value.code is Code.MODEL_HEADER_UNKNOWN
    assert not loopback.requests


def test_accepted_terms_are_remembered_until_their_text_changes(desk: Services, tmp_path: Path) -> None:
    offer = scout(desk)
    desk.model_files.downloads.accept("llama4")
    desk.model_files.downloads.accept("no such licence")
    assert desk.model_files.downloads.order(offer).accepted
    desk.close()
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as again:
        order = again.model_files.downloads.order(offer)
        assert order.accepted
        assert order.licence is not None
        blob = again.settings.get_blob("accepted_licences")
        assert blob is not None
        assert msgspec.json.decode(blob)["llama4"]["date"].startswith("20")
        again.settings.set_blob("accepted_licences", blob.replace(b'"text_sha256":"', b'"text_sha256":"f'))
        assert not again.model_files.downloads.order(offer).accepted
        again.settings.set_blob("accepted_licences", b"written by another version")
        assert not again.model_files.downloads.order(offer).accepted


def test_an_address_that_would_be_spoken_to_in_the_clear(desk: Services) -> None:
    settings = desk.settings.load()
    desk.settings.save(msgspec.structs.replace(settings, hub=HubSettings("http://hub.example.org")))
    with pytest.raises(AppError) as refused:
        desk.model_files.downloads.order(scout(desk))
    assert refused.value.code is Code.HUB_ADDRESS_INSECURE
    desk.model_files.downloads.accept("llama4")
    assert problem(desk.model_files.downloads.fetch(scout(desk), Cancel())).code is Code.HUB_ADDRESS_INSECURE


# ---- fetching --------------------------------------------------------------------------------------------------


def test_a_fetched_model_lies_whole_in_a_folder_with_its_record(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path
) -> None:
    names = add_split(loopback, tmp_path)
    (offer,) = looked_up(desk)
    progress: list[Asking | Fetching | Hashing] = []
    model = finish(desk.model_files.downloads.fetch(offer, Cancel()), progress.append)
    assert {type(event) for event in progress} >= {Asking, Fetching}
    assert all(isinstance(event, Asking | Fetching | Hashing) for event in progress)
    home = folder / "owner--Tiny-GGUF--Q8_0"
    assert model.path == str(home / names[0])
    assert names_in(folder) == sorted(f"owner--Tiny-GGUF--Q8_0/{name}" for name in (*names, RECORD_NAME))
    assert models(desk) == [model.name] == ["Tiny-GGUF Q8_0"]
    record = desk.model_files.downloads.record(home / names[0])
    assert record is not None
    assert (record.repository, record.revision, record.licence) == (REPOSITORY, REVISION, "mit")
    assert all(file.proved for file in record.files)
    verdict = finish(desk.model_files.carrying.verify(home, Cancel()))
    assert dict(verdict.files) == dict.fromkeys(names, FileState.GOOD)
    assert desk.model_files.downloads.unfinished() == ()
    assert problem(desk.model_files.downloads.fetch(offer, Cancel())).code is Code.MODEL_THERE


def test_terms_that_the_hub_tells_of_have_to_be_accepted_too(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path
) -> None:
    add_one(loopback, tmp_path)
    loopback.card = {"license": "other", "license_name": "llama4"}
    (offer,) = looked_up(desk)
    told = problem(desk.model_files.downloads.fetch(offer, Cancel()))
    assert (told.code, told.params["licence"]) == (Code.LICENCE_NOT_ACCEPTED, "Llama 4 Community License Agreement")
    desk.model_files.downloads.accept("llama4")
    finish(desk.model_files.downloads.fetch(offer, Cancel()))
    home = folder / "owner--Tiny-GGUF--Q8_0" / "tiny-Q8_0.gguf"
    licence = desk.model_files.downloads.licence_of(home)
    assert licence is not None
    assert licence.credit == "Built with Llama"
    # Whoever passes the model on passes its terms on.
    assert home.with_name("LICENCE.txt").read_text() == licence.text
    assert home.with_name("NOTICE.txt").read_text() == licence.notice
    packed = finish(desk.model_files.carrying.pack(home, tmp_path, Cancel()))
    assert len(desk.model_files.carrying.remove(home)) == 4
    assert names_in(folder) == []
    finish(desk.model_files.carrying.import_model(packed, Cancel()))
    verdict = finish(desk.model_files.carrying.verify(home, Cancel()))
    assert dict(verdict.files) == dict.fromkeys(("tiny-Q8_0.gguf", "LICENCE.txt", "NOTICE.txt"), FileState.GOOD)


def test_a_credit_is_due_wherever_a_model_of_the_family_comes_from(desk: Services, tmp_path: Path) -> None:
    elsewhere = msgspec.structs.replace(SCOUT, path=str(tmp_path / "mine.gguf"))
    assert (
        desk.model_files.downloads.credit_of(msgspec.structs.replace(elsewhere, architecture="llama4"))
        == "Built with Llama"
    )
    assert desk.model_files.downloads.credit_of(msgspec.structs.replace(elsewhere, architecture="llama")) == ""


def test_the_starter_has_terms_as_well(desk: Services, starter: Path) -> None:
    licence = desk.model_files.downloads.licence_of(starter)
    assert licence is not None
    assert licence.name == "Apache License 2.0"
    assert desk.model_files.downloads.record(starter) is None


def paused(desk: Services, loopback: LoopbackHub, offer: Offer) -> None:
    """Fetch until the hub holds, then pause."""
    cancel = Cancel()

    def pause(event: Asking | Fetching | Hashing) -> None:
        if isinstance(event, Fetching) and event.done:
            cancel.request()

    with pytest.raises(Stopped):
        finish(desk.model_files.downloads.fetch(offer, cancel), pause)


@pytest.mark.usefixtures("process")
def test_a_paused_download_is_gone_on_with(desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path) -> None:
    add_one(loopback, tmp_path, fault=Fault.HOLD)
    (offer,) = looked_up(desk)
    paused(desk, loopback, offer)
    (unfinished,) = desk.model_files.downloads.unfinished()
    assert unfinished.offer == offer
    assert 0 < unfinished.done_bytes < offer.size_bytes
    assert desk.model_files.downloads.order(offer).bytes_to_fetch == offer.size_bytes - unfinished.done_bytes
    assert models(desk) == []
    begun = [place for place in (folder / ".fetching").rglob("*") if place.is_dir()]
    assert {place.stat().st_mode & 0o777 for place in begun} == {0o700}
    loopback.faults.clear()
    questions = len([request for request in loopback.requests if request.host == "hub" and not request.range])
    finish(desk.model_files.downloads.fetch(offer, Cancel()))
    assert models(desk) == ["Tiny-GGUF Q8_0"]
    asked = [request for request in loopback.requests if request.host == "hub" and not request.range]
    assert not any("api" in request.path for request in asked[questions:])  # it is known what is wanted
    assert loopback.ranges("tiny-Q8_0.gguf")[-1][0] == unfinished.done_bytes


@pytest.mark.usefixtures("process")
def test_a_download_that_an_earlier_version_began_is_gone_on_with(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path
) -> None:
    """It kept one revision for the whole offer: the hub is asked again, and what is there stays."""
    add_one(loopback, tmp_path, fault=Fault.HOLD)
    (offer,) = looked_up(desk)
    paused(desk, loopback, offer)
    (unfinished,) = desk.model_files.downloads.unfinished()
    (kept,) = (folder / ".fetching").rglob("offer.json")
    begun = msgspec.json.decode(kept.read_bytes())
    for file in (*begun["offer"]["files"], *begun["resolved"]["files"]):
        assert file.pop("revision") == REVISION
    kept.write_bytes(msgspec.json.encode(begun))
    loopback.faults.clear()
    loopback.requests.clear()
    finish(desk.model_files.downloads.fetch(offer, Cancel()))
    assert any("/api/" in request.path for request in loopback.requests)
    assert loopback.ranges("tiny-Q8_0.gguf") == [(unfinished.done_bytes, offer.size_bytes - 1)]


@pytest.mark.usefixtures("process")
def test_a_download_is_given_up(desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path) -> None:
    add_one(loopback, tmp_path, fault=Fault.HOLD)
    (offer,) = looked_up(desk)
    paused(desk, loopback, offer)
    desk.model_files.downloads.discard(offer)
    assert desk.model_files.downloads.unfinished() == ()
    assert names_in(folder) == []
    desk.model_files.downloads.discard(offer)  # nothing is there to be given up


@pytest.mark.usefixtures("process")
def test_one_model_is_fetched_once_at_a_time(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path
) -> None:
    add_one(loopback, tmp_path, fault=Fault.HOLD)
    (offer,) = looked_up(desk)
    cancel = Cancel()
    running = desk.model_files.downloads.fetch(offer, cancel)
    for event in running:
        if isinstance(event, Fetching) and event.done:
            break
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as second:  # as another process would
        assert problem(second.model_files.downloads.fetch(offer, Cancel())).code is Code.FETCH_RUNNING
        with pytest.raises(AppError) as refused:
            second.model_files.downloads.discard(offer)
        assert refused.value.code is Code.FETCH_RUNNING
    cancel.request()
    with pytest.raises(Stopped):
        finish(running)
    desk.model_files.downloads.discard(offer)


def test_wrong_bytes_are_never_ready(desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path) -> None:
    add_one(loopback, tmp_path, fault=Fault.WRONG)
    (offer,) = looked_up(desk)
    assert problem(desk.model_files.downloads.fetch(offer, Cancel())).code is Code.HUB_HASH_WRONG
    assert models(desk) == []
    loopback.faults.clear()
    finish(desk.model_files.downloads.fetch(offer, Cancel()))


def test_what_breaks_off_at_the_very_end_is_not_fetched_again(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_one(loopback, tmp_path)
    (offer,) = looked_up(desk)
    with monkeypatch.context() as broken:

        def fill_up(path: Path, write: Callable[[BinaryIO], object]) -> None:
            if path.name != RECORD_NAME:
                return write_private(path, write)
            path.with_name(f"{RECORD_NAME}.1234.part").write_bytes(b"half")
            raise AppError(Code.DISK_FULL, path=str(path.parent))

        broken.setattr("app.models.incoming.write_private", fill_up)
        assert problem(desk.model_files.downloads.fetch(offer, Cancel())).code is Code.DISK_FULL
    assert models(desk) == []
    (unfinished,) = desk.model_files.downloads.unfinished()
    assert unfinished.done_bytes == offer.size_bytes
    sent = dict(loopback.served)
    finish(desk.model_files.downloads.fetch(offer, Cancel()))
    assert loopback.served == sent
    assert names_in(folder / "owner--Tiny-GGUF--Q8_0") == [RECORD_NAME, "tiny-Q8_0.gguf"]


# ---- what the catalogue says and the hub does not ----------------------------------------------------------------


def in_catalogue(path: str) -> Offer:
    file = RemoteFile(REPOSITORY, path, 1_000_000)
    return Offer(REPOSITORY, "Tiny, as the catalogue calls it", "Q8_0", (file,), licence="mit")


def test_a_catalogue_that_knows_other_parts_means_that_quantization(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path
) -> None:
    names = add_split(loopback, tmp_path)
    model = finish(desk.model_files.downloads.fetch(in_catalogue("tiny-Q8_0.gguf"), Cancel()))
    assert model.name == "Tiny, as the catalogue calls it Q8_0"
    assert len([request for request in loopback.requests if "/api/" in request.path]) == 1, "one answer says it all"
    assert names_in(folder / "owner--Tiny-GGUF--Q8_0") == sorted([*names, RECORD_NAME])
    assert desk.model_files.downloads.unfinished() == ()


def test_another_model_than_the_catalogue_describes_is_told(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path
) -> None:
    add_one(loopback, tmp_path)
    header = next(offer.header for offer in desk.model_files.downloads.offers() if offer.untrusted_name == "Qwen3 4B")
    described = msgspec.structs.replace(in_catalogue("tiny-Q8_0.gguf"), header=header)
    assert problem(desk.model_files.downloads.fetch(described, Cancel())).code is Code.HUB_MODEL_DIFFERS
    assert not list(folder.glob("owner--*"))


def test_a_projector_that_could_not_be_loaded_is_told_before_it_is_fetched(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path
) -> None:
    add_one(loopback, tmp_path)
    old = write_projector(tmp_path / "mmproj-F16.gguf", without=("mm.model.fc.weight",))
    loopback.add(old.name, old)
    (offer,) = looked_up(desk)
    told = problem(desk.model_files.downloads.fetch(offer, Cancel()))
    assert told == Problem(Code.HUB_PROJECTOR_LACKS, {"file": "mmproj-F16.gguf", "parts": "mm.model.fc.weight"})
    assert not list(folder.glob("owner--*"))


def test_a_quantization_that_is_gone_is_told(
    desk: Services, folder: Path, loopback: LoopbackHub, tmp_path: Path
) -> None:
    loopback.add("tiny-Q4_0.gguf", write_model(tmp_path / "source.gguf"))
    assert (
        problem(desk.model_files.downloads.fetch(in_catalogue("tiny-Q8_0.gguf"), Cancel())).code
        is Code.HUB_FILE_MISSING
    )
    assert desk.model_files.downloads.unfinished() == ()


def test_headers_are_asked_for_where_they_are_not_known(desk: Services, loopback: LoopbackHub, tmp_path: Path) -> None:
    add_split(loopback, tmp_path)
    (offer,) = looked_up(desk)
    progress: list[Asking | Opening] = []
    known = finish(desk.model_files.downloads.headers(offer, Cancel()), progress.append)
    assert any(isinstance(event, Opening) for event in progress)
    assert known.header is not None
    assert known.header.quantization == "Q8_0"
    assert known.projector_header is not None
    assert known.projector_header.projector == "llama4"
    asked = len(loopback.requests)
    assert finish(desk.model_files.downloads.headers(known, Cancel())) == known
    assert len(loopback.requests) == asked
