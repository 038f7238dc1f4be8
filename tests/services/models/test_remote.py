"""A remote engine among the services: who is asked, what is sent, and what is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book, Document, Format, Page, Section
from app.core.errors import Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Password
from app.core.matter import LIBRARY
from app.core.settings import RemoteServer, RemoteSettings, RemoteTexts
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.services.models.remote_engine import KEY_VARIABLE, RemoteEngine
from app.store.settings import SettingsStore
from app.store.system_keyring import RemoteKeys
from tests import whole
from tests.engine.remote.toy_server import ToyServer
from tests.there import there
from tests.ui.fakes import SCOUT, FakeDesk, open_desk
from tests.work import problem_of

_HOST = "models.example.org"
_REMOTE = RemoteSettings(f"https://{_HOST}", model="large", ca_file="/ca.pem")


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeDesk]:
    made = open_desk(tmp_path / "desk")
    yield made
    made.desk.close()


@pytest.fixture
def book(fake: FakeDesk) -> Book:
    pages = tuple(Page(n, str(n), "word " * 80) for n in range(1, 11))
    document = Document("Lease", Format.TEXT, "00" * 32, pages, (Section("One", 1), Section("Two", 4)))
    return fake.books.add(document, Path("/lease.txt"))


def _set(settings: SettingsStore, remote: RemoteSettings) -> None:
    settings.save(msgspec.structs.replace(settings.load(), remote=remote))


def test_an_address_in_the_settings_is_what_is_loaded(fake: FakeDesk) -> None:
    models = fake.desk.models
    assert models.host() == ""
    _set(fake.desk.settings, _REMOTE)
    assert models.host() == _HOST
    finish(models.load(None, Cancel()))
    remote = fake.engine.specs[-1].remote
    assert remote is not None
    assert (remote.address, remote.model, remote.ca_file) == (_REMOTE.address, "large", "/ca.pem")
    assert remote.key is None
    _set(fake.desk.settings, msgspec.structs.replace(_REMOTE, enabled=False))
    finish(models.load(None, Cancel()))
    assert fake.engine.specs[-1].remote is None


def test_a_model_chosen_here_turns_the_remote_engine_off_and_keeps_its_address(
    fake: FakeDesk, tiny_scout: Path
) -> None:
    _set(fake.desk.settings, _REMOTE)
    finish(fake.desk.models.load(str(tiny_scout), Cancel()))
    assert fake.engine.specs[-1].remote is None
    assert fake.desk.settings.load().remote == msgspec.structs.replace(_REMOTE, enabled=False)


_OTHER = RemoteServer("Tokyo", "https://tokyo.example.org", "small", "/tokyo.pem")


def test_another_server_takes_the_place_of_the_first_and_nothing_is_lost(fake: FakeDesk) -> None:
    settings = fake.desk.settings
    _set(settings, msgspec.structs.replace(_REMOTE, others=(_OTHER,)))
    chosen = settings.load().remote.choosing("Tokyo")
    assert chosen is not None
    settings.change("remote", chosen)
    finish(fake.desk.models.load(None, Cancel()))
    remote = fake.engine.specs[-1].remote
    assert remote is not None
    assert (remote.address, remote.model, remote.ca_file) == (_OTHER.address, "small", "/tokyo.pem")
    back = settings.load().remote.choosing(_REMOTE.address)
    assert back == msgspec.structs.replace(_REMOTE, others=(_OTHER,))
    assert chosen.choosing("Kyoto") is None


def test_a_matter_has_a_server_of_its_own(tmp_path: Path) -> None:
    """Nothing of a matter goes to the library's, and nothing of the library to the matter's."""
    first, second = ToyServer("llama-server"), ToyServer("llama-server")
    desk = whole.open_desk(Paths(tmp_path))
    try:
        others = (RemoteServer("Tokyo", second.address),)
        desk.settings.change("remote", RemoteSettings(first.address, others=others))
        matter = desk.shared.matters.create("Case").id
        desk = desk.shared.turn_to(matter)
        finish(desk.models.ready(Cancel()))
        desk.own_settings.change("remote", RemoteSettings(name="Tokyo"))
        desk.models.choose_again()
        assert finish(desk.models.ready(Cancel())).path == second.address
        desk = desk.shared.turn_to(LIBRARY)
        assert desk.models.loaded() is None, "nothing more goes to the matter's"
        assert finish(desk.models.ready(Cancel())).path == first.address
        asked = len(first.asked)
        desk = desk.shared.turn_to(matter)
        assert desk.models.host() == second.address.removeprefix("http://")
        desk.own_settings.change("remote", RemoteSettings(enabled=False))
        assert (desk.models.host(), len(first.asked)) == ("", asked)
        assert desk.models.wanted_remote().in_use is False
    finally:
        desk.close()
        first.close()
        second.close()


def test_a_matter_whose_server_is_gone_asks_no_other(fake: FakeDesk) -> None:
    _set(fake.desk.settings, _REMOTE)
    inside = fake.desk.shared.turn_to(fake.desk.shared.matters.create("Case").id)
    inside.own_settings.change("remote", RemoteSettings(name="Tokyo"))
    problem = problem_of(inside.models.load(None, Cancel()))
    assert (problem.code, problem.params) == (Code.REMOTE_SERVER_UNKNOWN, {"name": "Tokyo"})
    assert (fake.engine.specs, inside.models.host()) == ([], "")
    inside.close()


def test_a_bad_address_is_told_and_nothing_is_loaded(fake: FakeDesk) -> None:
    _set(fake.desk.settings, RemoteSettings("http://models.example.org"))
    problem = problem_of(fake.desk.models.load(None, Cancel()))
    assert problem.code is Code.REMOTE_ADDRESS_INSECURE
    assert fake.engine.specs == []


def test_a_book_that_does_not_lie_on_the_desk_is_not_sent_to_be_counted(fake: FakeDesk, book: Book) -> None:
    desk = fake.desk
    finish(desk.models.load(None, Cancel()))
    counted = finish(desk.documents.library.tokens(book.id, Cancel()))
    assert counted is not None
    fake.engine.info = msgspec.structs.replace(SCOUT, host=_HOST, vocabulary="another")
    finish(desk.models.load(None, Cancel()))
    assert finish(desk.documents.library.tokens(book.id, Cancel())) is None
    assert desk.documents.library.page_tokens(book.id) is None
    assert desk.asking.context.tokens_of(BookRef(book.id)) is None
    assert [chapter.tokens for chapter in desk.asking.context.chapters(book)] == [0, 0]
    desk.settings.change("remote.texts", RemoteTexts.AS_IS)
    conversation = desk.conversations.create(books=(BookRef(book.id),))
    assert there(finish(desk.asking.context.use(conversation, Cancel()))).used_tokens > 0, "what lies there is"
    fake.engine.info = msgspec.structs.replace(SCOUT, host=_HOST)
    finish(desk.models.load(None, Cancel()))
    assert finish(desk.documents.library.tokens(book.id, Cancel())) == counted, "a number that is known already stays"


def test_the_key_belongs_to_the_address(fake: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    remote = RemoteEngine(RemoteKeys(fake.desk.settings, lambda _may_ask: None))
    remote.set_key(_REMOTE.address, Password(" secret "))
    assert remote.has_key(f"{_REMOTE.address}/v1")
    assert not remote.has_key(f"{_REMOTE.address}:8443")
    assert not remote.has_key("nonsense")
    used = remote.spec(_REMOTE, 0).remote
    assert used is not None
    assert used.key == Password("secret")
    monkeypatch.setenv(KEY_VARIABLE, "another")
    used = remote.spec(_REMOTE, 0).remote
    assert used is not None
    assert used.key == Password("another")
    remote.set_key(_REMOTE.address, Password(""))
    assert not remote.has_key(_REMOTE.address)


def test_what_a_server_can_do_is_found_out_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ToyServer("vllm")
    try:
        engine = EngineClient()
        made = open_desk(tmp_path / "desk", engine)  # type: ignore[arg-type]
        _set(made.desk.settings, RemoteSettings(server.address))

        def tried() -> int:
            finish(made.desk.models.load(None, Cancel()))
            return len([path for path, body, _headers in server.asked if "completions" in path and body is not None])

        first = tried()
        assert first > 0
        assert tried() == first
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 25 * 60 * 60)
        assert tried() == 2 * first
        monkeypatch.setattr(time, "time", lambda: now)
        assert tried() == 3 * first, "what the clock says was found in the future is not believed"
        made.desk.settings.set_blob("server_traits", b"what another version wrote")
        assert tried() == 4 * first
        made.desk.close()
    finally:
        server.close()
