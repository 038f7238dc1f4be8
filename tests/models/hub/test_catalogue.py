"""The catalogue: it is what its generator writes, its headers are true, and its terms reach every Llama 4."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.machine.paths import resources
from app.core.model import FileKind
from app.core.work import Cancel
from app.engine.architectures import ARCHITECTURES
from app.models.gguf.reader import HeaderReader, is_sound
from app.models.hub.catalogue import CompactHeader, CompactWeights, catalogue, expand, load
from app.models.offers import STRENGTHS, Offer, RemoteFile
from app.ui.kit.jobs import Done
from tests.endings import as_events
from tests.models import catalogue as writer
from tests.models import headers
from tests.models.catalogue import KINDS
from tests.models.headers import MAVERICK, SCOUT
from tests.models.published import header_of


def test_the_catalogue_is_what_its_generator_writes() -> None:
    assert (resources() / "models.json").read_bytes() == writer.text()


def test_every_offer_is_sound_and_can_be_run() -> None:
    offers = catalogue().offers
    assert len({offer.key for offer in offers}) == len(offers)
    for offer in offers:
        assert offer.size_bytes > 1_000_000_000
        assert not any(file.sha256 for file in offer.all_files)
        assert not any(part.startswith(".") for file in offer.all_files for part in file.path.split("/"))
        if offer.header is None:
            assert offer.quantization.startswith("UD-")
            continue
        assert offer.header.architecture in ARCHITECTURES
        assert is_sound(offer.header, sum(file.size_bytes for file in offer.files))
        assert offer.header.quantization.startswith(offer.quantization)
        if offer.projector is not None:
            assert offer.projector_header is not None
            assert offer.projector_header.kind is FileKind.PROJECTOR
            assert is_sound(offer.projector_header, offer.projector.size_bytes)
    assert not any("behemoth" in offer.key.lower() for offer in offers)


def test_each_model_says_what_it_is_good_at_and_how_that_is_known() -> None:
    contents = msgspec.json.decode((resources() / "models.json").read_bytes())
    ids = {licence["id"] for licence in contents["licences"]}
    for model in contents["models"]:
        assert model["licence"] in ids
        assert set(model["verified"]) == {"shape", "files", "licence"}
    for offer in catalogue().offers:
        assert set(offer.strengths) <= set(STRENGTHS)
        # Llama 4 and SmolLM2 were not trained on Japanese.
        if offer.untrusted_name.startswith(("Llama", "SmolLM")):
            assert "japanese" not in offer.strengths


def test_sizes_computed_from_the_shapes_are_those_of_the_files() -> None:
    """So the shapes are right: to the last layer and head, or the sums would differ."""
    for kind in KINDS:
        for quantization, _path, published_bytes in kind.files:
            mixture = kind.mixture if kind.mixture.startswith(quantization) else quantization
            computed = header_of(kind.shape, mixture).file_bytes
            own = kind.repository.startswith(("unsloth/Qwen3.5", "meta-models/")) or kind.name == "Qwen3.8 27B"
            if published_bytes:  # some makers chose other types for a few tensors
                assert computed == pytest.approx(published_bytes, rel=0.013 if own else 0.001), kind.name


@pytest.mark.parametrize(
    ("shape", "quantization"), [(SCOUT, "Q4_K_M"), (MAVERICK, "Q3_K_M")], ids=lambda each: str(each)
)
def test_the_headers_are_those_of_files_of_that_shape(tmp_path: Path, shape: headers.Shape, quantization: str) -> None:
    path = headers.write_header(tmp_path / "model.gguf", shape, quantization)
    (read,) = [event.result for event in as_events(HeaderReader().read(path, Cancel())) if isinstance(event, Done)]
    known = expand(writer.compact(header_of(shape, quantization)))
    forgotten = {"files": (), "file_bytes": 0, "untrusted_template": ""}
    assert msgspec.structs.replace(read, **forgotten) == msgspec.structs.replace(known, **forgotten)
    assert abs(read.file_bytes - known.file_bytes) < 20_000_000


def test_llama_4_comes_with_the_text_that_has_to_be_accepted() -> None:
    known = catalogue()
    scout = next(offer for offer in known.offers if offer.untrusted_name == "Llama 4 Scout")
    licence = known.licence_of(scout)
    assert licence is not None
    assert licence.must_accept
    assert licence.credit == "Built with Llama"
    assert licence.text.startswith(
        "LLAMA 4 COMMUNITY LICENSE AGREEMENT\n\nLlama 4 Version Effective Date: April 5, 2025"
    )
    assert licence.text.rstrip().endswith("any dispute arising out of this Agreement.")


def test_any_model_of_that_family_has_its_terms_whatever_its_repository_says() -> None:
    known = catalogue()
    scout = next(offer for offer in known.offers if offer.header is not None)
    copy = msgspec.structs.replace(scout, repository="someone/scout-uncensored", licence="mit")
    licence = known.licence_of(copy)
    assert licence is not None
    assert licence.id == "llama4"


def test_terms_that_are_not_known_are_named_and_no_terms_are_none() -> None:
    known = catalogue()
    offer = Offer("someone/model", "model", "Q4_0", (RemoteFile("someone/model", "m.gguf", 1),))
    assert known.licence_of(offer) is None
    licence = known.licence_of(msgspec.structs.replace(offer, licence="cc-by-nc-4.0"))
    assert licence is not None
    assert (licence.name, licence.text, licence.must_accept) == ("cc-by-nc-4.0", "", False)
    apache = known.licence_of(msgspec.structs.replace(offer, licence="Apache-2.0"))
    assert apache is not None
    assert apache.name == "Apache License 2.0"


def test_a_catalogue_with_a_field_that_nobody_knows_is_no_catalogue(tmp_path: Path) -> None:
    contents = msgspec.json.decode(writer.text())
    contents["models"][0]["colour"] = "green"
    (tmp_path / "models.json").write_bytes(msgspec.json.encode(contents))
    with pytest.raises(ValueError, match="colour"):
        load(tmp_path)


@pytest.mark.parametrize("layers", ["3-1", "x", "600", "0-", "1,,2", "-1"])
def test_layers_that_there_cannot_be_are_refused(layers: str) -> None:
    weights = CompactWeights("experts", 1, 1, ("f16",), layers)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=layers):
        expand(CompactHeader("llama", "a", "F16", 1, 1, (weights,)))
