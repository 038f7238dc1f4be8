"""Images through the projector on the card, and what the model makes of them."""

from __future__ import annotations

from pathlib import Path

from app.core.conversations.events import Looking
from tests.engine.conftest import lay_out
from tests.engine.images.test_vision import ask, image, logits, show
from tests.tools.gpu.conftest import Figure
from tests.tools.gpu.places import Places, apart


def test_an_image_gives_what_the_processor_makes_of_it(
    places: Places, tiny_scout: Path, tiny_projector: Path, figure: Figure
) -> None:
    prompt = ask("What is this?", image())
    found = []
    for load in (places.cpu, places.card):
        engine = load(tiny_scout, context_tokens=8192, projector_path=str(tiny_projector))
        model = engine.model()
        assert model is not None
        assert (model.vision is not None, model.vision_problem) == (True, None)
        reported = show(engine, prompt)
        assert all(isinstance(event, Looking) for event in reported)
        assert reported[-1].done == reported[-1].total > 0
        with_it = logits(engine, lay_out(engine, prompt))[0]
        other = ask("What is this?", image("b.png"))
        show(engine, other)
        found.append((with_it, logits(engine, lay_out(engine, other))[0]))
    (cpu, cpu_other), (card, card_other) = found
    same = apart(cpu, card)
    figure("best", same.best)
    assert same.is_rounding(same_kernels=False), same
    assert not apart(card, card_other).is_rounding(same_kernels=False), "the model sees which image it is"
    assert apart(cpu_other, card_other).is_rounding(same_kernels=False)
