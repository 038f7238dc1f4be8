"""The speed at which the model reads, and how long it will take. The further on in a context, the longer a token
takes."""

from __future__ import annotations

from app.core.conversations.events import Reading

_FIRST_GUESS_S = 2.0
"""The seconds that are measured before the time left is shown."""

_RECENT_S = 5.0
"""The seconds over which the speed is measured, up to now."""

_FEWEST_TOKENS = 256
"""The tokens from which on the speed of a reading counts: fewer, those of a title or of a first try, say nothing about
how fast a book is read."""

_MIN_SAMPLES = 4
"""The slices from which on the growth counts: fewer say nothing about how the time for a token grows."""


class ReadingSpeed:
    """Follows one reading. What was taken from the context or from disk does not count: only evaluating takes time.

    Attention compares a token with all before it, so the seconds for a token at position p are taken as a + b * p,
    fitted by least squares to the slices so far, with b not below 0.
    """

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None  # evaluated position, seconds
        self._samples: list[tuple[int, int, float, float]] = []  # from, to, seconds they took, when they were done
        self._last: tuple[int, float] = (0, 0.0)
        self._total = 0

    def note(self, reading: Reading, now: float) -> None:
        """Note how far the reading is; `now` is in seconds of any clock."""
        self._total = reading.total
        if self._first is None or reading.done <= reading.reused:
            self._first, self._samples = (reading.done, now), []
        elif reading.done > self._last[0]:
            self._samples.append((self._last[0], reading.done, now - self._last[1], now))
        self._last = (reading.done, now)

    def go_on(self, now: float) -> None:
        """Go on after a pause, whose time does not count."""
        self._last = (self._last[0], now)

    @property
    def tokens_per_second(self) -> float:
        """The speed of reading over the last few seconds; 0 while too little was evaluated."""
        if sum(end - start for start, end, *_ in self._samples) < _FEWEST_TOKENS:
            return 0.0
        recent = [sample for sample in self._samples if sample[3] > self._last[1] - _RECENT_S]
        seconds = sum(sample[2] for sample in recent)
        return sum(end - start for start, end, *_ in recent) / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The seconds that are left; None while it is too early to say."""
        if self._first is None or not self._samples or self._last[1] - self._first[1] < _FIRST_GUESS_S:
            return None
        done, total = self._last[0], self._total
        base, growth = self._fit()
        return (total - done) * (base + growth * (done + total) / 2)

    def _fit(self) -> tuple[float, float]:
        """Return a and b of the fit, each slice weighed by its tokens."""
        weights = [end - start for start, end, *_ in self._samples]
        middles = [(start + end) / 2 for start, end, *_ in self._samples]
        costs = [seconds / weight for (_, _, seconds, _), weight in zip(self._samples, weights, strict=True)]
        whole = sum(weights)
        middle = sum(w * x for w, x in zip(weights, middles, strict=True)) / whole
        cost = sum(w * y for w, y in zip(weights, costs, strict=True)) / whole
        spread = sum(w * (x - middle) ** 2 for w, x in zip(weights, middles, strict=True))
        if len(weights) < _MIN_SAMPLES or not spread:
            return cost, 0.0
        together = sum(w * (x - middle) * (y - cost) for w, x, y in zip(weights, middles, costs, strict=True))
        growth = max(0.0, together / spread)
        return cost - growth * middle, growth
