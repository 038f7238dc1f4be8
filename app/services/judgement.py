"""Asking a model whether a page says a sentence, and what its answer is worth: measured once for each model."""

from __future__ import annotations

from collections.abc import Sequence

from app.store.judges import Judge, logistic

WORDS = ("yes", "no")
"""What an answer may begin with. Their logarithms, one minus the other, are the weight of a sentence."""

VERSION = 1
"""Raised with every change to the question or to CASES: what was measured before is of no use."""

LEAST_AREA = 0.75
"""A model whose answers rank true sentences above false ones less often than this is not asked."""

_SLOPES = 0.5
_PRIOR_SLOPE = 1.0
"""A few sentences say little about how steep the curve is: it is drawn towards this slope, as strongly as `_SLOPES`."""

CASES: tuple[tuple[str, str, bool], ...] = (
    ("The mill of Aldern grinds rye on Tuesdays and oats on Fridays.", "Rye is ground on Tuesdays.", True),
    ("The mill of Aldern grinds rye on Tuesdays and oats on Fridays.", "The mill grinds wheat on Sundays.", False),
    ("Visitors must leave their bags in the locker beside the gate.", "Bags have to stay in a locker.", True),
    ("Visitors must leave their bags in the locker beside the gate.", "Visitors may keep their bags.", False),
    ("The miller Jonas Petri bought the wheel for 90 crowns.", "Jonas Petri paid 90 crowns for the wheel.", True),
    ("The miller Jonas Petri bought the wheel for 90 crowns.", "Jonas Petri paid 19 crowns for the wheel.", False),
    ("No grain is taken after sunset, not even from neighbours.", "After sunset grain is refused.", True),
    ("No grain is taken after sunset, not even from neighbours.", "Neighbours may bring grain at night.", False),
    ("The pond was dug in 1742 and is two metres deep.", "The pond has been there since 1742.", True),
    ("The pond was dug in 1742 and is two metres deep.", "The pond is full of carp.", False),
    ("A sack that weighs more than 50 kilograms is carried by two people.", "Two people carry a heavy sack.", True),
    ("A sack that weighs more than 50 kilograms is carried by two people.", "One person carries a heavy sack.", False),
    ("水車小屋は火曜日にライ麦を、金曜日に燕麦をひく。", "ライ麦は火曜日にひく。", True),
    ("水車小屋は火曜日にライ麦を、金曜日に燕麦をひく。", "小麦は日曜日にひく。", False),
    ("見学者は荷物を門の横のロッカーに置かなければならない。", "荷物はロッカーに入れる義務がある。", True),
    ("見学者は荷物を門の横のロッカーに置かなければならない。", "見学者は荷物を持ったままでよい。", False),
    ("粉屋の西村徳三は水車を九十両で買った。", "西村徳三が払ったのは九十両である。", True),
    ("粉屋の西村徳三は水車を九十両で買った。", "西村徳三が払ったのは十九両である。", False),
    ("日没の後は、隣人からも穀物を受け取らない。", "日が沈むと穀物は断られる。", True),
    ("日没の後は、隣人からも穀物を受け取らない。", "隣人は夜でも穀物を持って来てよい。", False),
    ("池は一七四二年に掘られ、深さは二メートルである。", "池は一七四二年からある。", True),
    ("池は一七四二年に掘られ、深さは二メートルである。", "池には鯉が多い。", False),
    ("五十キロを超える袋は二人で運ぶ。", "重い袋を運ぶのは二人である。", True),
    ("五十キロを超える袋は二人で運ぶ。", "重い袋も一人で運ぶ。", False),
)
"""Sentences of a page that is nowhere, what is said of each, and whether it says that."""


def is_sound(judge: Judge) -> bool:
    """Whether the model can be asked."""
    return judge.area >= LEAST_AREA and judge.slope > 0


def question(label: str, statement: str, claim: str) -> str:
    """What the model is asked. The page's own sentence comes with it, so that a small model need not look for it."""
    return f"[p. {label}] {statement}\nClaim: {claim}\nDoes the page say what the claim says? Answer yes or no."


def calibration_questions() -> tuple[str, ...]:
    return tuple(question("1", statement, claim) for statement, claim, _ in CASES)


def weight(logs: Sequence[float]) -> float:
    """Of a sentence, by the logarithms of the probabilities of WORDS. Finite, whatever they are."""
    yes, no = (max(log, -1e3) for log in logs)
    return yes - no


def measure(model: str, weights: Sequence[float]) -> Judge:
    """What a model's answers to `calibration_questions` are worth."""
    truths = [truth for _statement, _claim, truth in CASES]
    slope, offset = _fit(weights, truths)
    return Judge(model, VERSION, slope, offset, area(weights, truths))


def area(weights: Sequence[float], truths: Sequence[bool]) -> float:
    """How often a true one has more weight than a false one; equal weights count half (Mann-Whitney)."""
    true = [weight for weight, truth in zip(weights, truths, strict=True) if truth]
    false = [weight for weight, truth in zip(weights, truths, strict=True) if not truth]
    won = sum((one > other) + (one == other) / 2 for one in true for other in false)
    return won / (len(true) * len(false)) if true and false else 0.5


def _fit(weights: Sequence[float], truths: Sequence[bool]) -> tuple[float, float]:
    """Slope and offset of the logistic curve that the truths are likeliest under (Platt scaling), by Newton's method,
    with the slope drawn towards `_PRIOR_SLOPE`."""
    slope, offset = _PRIOR_SLOPE, 0.0
    for _round in range(30):
        found = [logistic(slope * weight + offset) for weight in weights]
        errors = [probability - truth for probability, truth in zip(found, truths, strict=True)]
        spreads = [max(probability * (1 - probability), 1e-9) for probability in found]
        by_slope = sum(e * w for e, w in zip(errors, weights, strict=True)) + _SLOPES * (slope - _PRIOR_SLOPE)
        by_offset = sum(errors)
        a = sum(s * w * w for s, w in zip(spreads, weights, strict=True)) + _SLOPES
        b = sum(s * w for s, w in zip(spreads, weights, strict=True))
        c = sum(spreads)
        determinant = a * c - b * b
        if determinant < 1e-12:
            break
        slope -= (c * by_slope - b * by_offset) / determinant
        offset -= (a * by_offset - b * by_slope) / determinant
    return slope, offset
