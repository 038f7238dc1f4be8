"""The process in which a model's own chat template is rendered, and nothing else. It gets no file.

Its command line is that of `isolation.worker_main.enter`.
"""

from __future__ import annotations

import contextlib
import sys

from app.core.errors import AppError
from app.isolation import worker_main
from app.models.templates.format_finding import work_out
from app.models.templates.protocol import Event, Order, Worked

_SAMPLES = (
    "{% macro a(b) %}{{ b | trim }}{% endmacro %}{% set c = namespace(d='') %}{{ bos_token }}"
    "{% for m in messages %}{% set c.d = c.d + m.role %}<{{ m['role'] }}>{{ a(m.content) }}{{ eos_token }}"
    "{% generation %}{% if loop.last %}{{ strftime_now('%d %b %Y') }}{% endif %}{% endgeneration %}{% endfor %}"
    "{{ {'a': [1]} | tojson(indent=1) }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ raise_exception('no') }}",
    "{{ messages[",
    "{{ a.b.c }}",
)
"""Templates that load whatever is loaded late: compiling, filters, dates, and each way to fail."""


def get_ready() -> None:
    for sample in _SAMPLES:
        with contextlib.suppress(AppError):
            work_out(sample)


def carry_out(order: Order) -> Event:
    """Carry out an order; whatever happens becomes an event."""
    event: Event = worker_main.attempt(lambda: Worked(work_out(order.untrusted_template)))
    return event


def main(*arguments: str) -> None:
    port, _fds = worker_main.enter(Order, arguments, get_ready=get_ready)
    worker_main.serve(port, carry_out)


if __name__ == "__main__":
    main(*sys.argv[1:])
