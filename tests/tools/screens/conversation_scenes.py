"""Scenes of the conversation: what an answer rests on and its details, sizes of text, rich answers."""

from __future__ import annotations

from typing import Any

from app.core.settings import ThemeChoice
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, pause, wait

_QUESTION = "When must the tenant give notice to leave, and does a side letter change it?"
_ANSWER = (
    "The lease asks for twelve months: the tenant shall give notice to end the Term “not less than twelve months "
    "before the end of the then current Term” [p. 87]. Notice sent by e-mail alone does not count; it “must reach "
    "the Harbour Office by registered post” [p. 88].\n\n"
    "The side letter of 3 May 2021 shortens this: “For Berths 4 to 7 the notice period is shortened to nine months” "
    "[Side letters 2019–2024, p. 22]."
)

_RICH = """The rent of the four berths, as the schedule has it [p. 87]:

| Berth | Length | Rent a year | What the schedule says of the quay wall |
|:--|--:|--:|:--|
| 4 | 22 m | 1,200 | in repair until spring, with half the rent |
| 5 | 18 m | 960 | sound |
| 6 | 30 m | 1,850 | sound; the fenders are the tenant's |

The daily rate follows from it:

```python
def daily(rent: float, days: int = 365) -> float:
    return round(rent / days, 2)  # to the cent
```

1. The landlord repairs the wall [p. 88].
2. The tenant repairs
   - the fenders,
   - the moorings.
"""

_FORMULAS = r"""The rent falls due in $n$ parts of $\frac{R}{n}$ each; with interest $i$ from the eighth day
on [p. 1], what is owed after $t$ days is \(R_t = R\,(1 + i)^{t/365}\), so the sum over all berths is

$$\sum_{b=4}^{7} R_b \left(1 + \frac{i}{365}\right)^{t_b} \le \int_0^T r(s)\,ds$$

Berth 5 costs $960 a year, and berth 4 between $1,000 and $1,200. The matrix of the side letter is

\[ A = \begin{pmatrix} 1 & \sqrt{2} \\ \alpha & \beta \end{pmatrix}, \quad \bar{x} = \frac{1}{n} \sum_{i=1}^{n} x_i \]

| Berth | Rent |
|:--|:--|
| 4 | $R_4 = 1{,}200$ |
| 5 | $R_5 = \frac{4}{5} R_4$ |

What is not LaTeX stays as it is: $\frac{a$.
"""

_WIDE = """All berths beside each other [p. 87], and what is still to be done:

| Berth | Length | Depth | Rent a year | Tenant | Guarantee | Insurance | Survey | Notice |
|:--|--:|--:|--:|:--|:--|:--|:--|:--|
| 4 | 22 m | 4.5 m | 1,200 | Marlow Shipping | bank | whole | 12 March 2024 | nine months |
| 5 | 18 m | 4.0 m | 960 | Marlow Shipping | bank | whole | 12 March 2024 | nine months |
| 6 | 30 m | 6.0 m | 1,850 | Harbour Pilots | deposit | third party | 3 June 2023 | twelve months |

- [x] Ask for the survey of Berth 6
- [ ] Renew the guarantee of Berth 4
"""

_FOOTNOTES = (
    "The lease asks for twelve months[^term], and notice by e-mail alone does not count [p. 88].[^post] A side letter"
    " shortens the period for some berths [Side letters 2019–2024, p. 22], but not for all of them[^term].\n\n"
    "It says nothing of a notice that is given on the very last day.[^3]\n\n"
    "[^term]: “Not less than twelve months before the end of the then current Term” [p. 87]; so the clock runs"
    " backwards from the end of the Term and not from the day on which the notice was posted.\n"
    "[^post]: Registered post alone counts.\n"
    "[^3]: This is what the *books* say; ask the Harbour Office.\n"
)


def _talk(stage: Stage, *answers: str, text_percent: int = 100, **options: Any) -> None:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.engine.answers = [(answer,) for answer in answers]
    stage.open(**options)
    stage.presenter.model_area.preferences.set_text(text_percent)
    for number in range(len(answers)):
        stage.ask(_QUESTION if number == 0 else "Since when?")


def _details(stage: Stage, **options: Any) -> None:
    _talk(stage, _ANSWER, "Since May 2021 [Side letters 2019–2024, p. 22].", **options)
    stage.last_answer().foot.numbers_button.click()
    stage.settle()


def answer_details(stage: Stage) -> None:
    _details(stage)


def answer_details_dark(stage: Stage) -> None:
    _details(stage, theme=ThemeChoice.DARK)


def answer_details_small(stage: Stage) -> None:
    _details(stage, size=(1024, 700))


def answer_details_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _details(stage)
    finally:
        use_language("en")


def text_large(stage: Stage) -> None:
    _talk(stage, _ANSWER, "Since May 2021 [Side letters 2019–2024, p. 22].", text_percent=150)
    stage.window.talk.more.click()
    stage.settle()


def _rich(stage: Stage, **options: Any) -> None:
    _talk(stage, _RICH, **options)


def rich(stage: Stage) -> None:
    _rich(stage)


def rich_dark(stage: Stage) -> None:
    _rich(stage, theme=ThemeChoice.DARK)


def rich_small(stage: Stage) -> None:
    _rich(stage, size=(1024, 700))


def _formulas(stage: Stage, **options: Any) -> None:
    _talk(stage, _FORMULAS, **options)
    wait(lambda: not any(piece.written and piece.written.pending for piece in stage.last_answer().pieces))
    stage.settle()


def formulas(stage: Stage) -> None:
    _formulas(stage)


def formulas_dark(stage: Stage) -> None:
    _formulas(stage, theme=ThemeChoice.DARK)


def formulas_large(stage: Stage) -> None:
    _formulas(stage, text_percent=150)


def formulas_200(stage: Stage) -> None:
    _formulas(stage, size=(1280, 800))


def footnotes(stage: Stage) -> None:
    _talk(stage, _FOOTNOTES)


def footnotes_dark(stage: Stage) -> None:
    _talk(stage, _FOOTNOTES, theme=ThemeChoice.DARK, size=(1024, 700))


def editing(stage: Stage) -> None:
    _talk(stage, _ANSWER, "Since May 2021 [Side letters 2019–2024, p. 22].")
    stage.presenter.talk_area.asking.edit(stage.presenter.shown.turns[0].question.id)
    stage.settle()


def asked_next(stage: Stage) -> None:
    gate = Gate()
    _talk(stage, _ANSWER, theme=ThemeChoice.DARK)
    stage.engine.answers = [("Since May 2021, as", gate, "")]
    stage.ask("Since when?", settle=False)
    wait(gate.reached.is_set)
    wait(lambda: stage.window.talk.composer.text() == "")
    stage.presenter.talk_area.asking.submit("And for which berths?")
    pause(200)


def wide_table(stage: Stage) -> None:
    _talk(stage, _WIDE, size=(1200, 800))


CONVERSATION_SCENES = (
    wide_table,
    editing,
    asked_next,
    formulas,
    formulas_dark,
    formulas_large,
    formulas_200,
    footnotes,
    footnotes_dark,
    rich,
    rich_dark,
    rich_small,
    answer_details,
    answer_details_dark,
    answer_details_small,
    answer_details_japanese,
    text_large,
)
CONVERSATION_SCALED = {"formulas-200": "2"}
