"""Octavo, a private reading desk. The map of this package is in app/README.md."""

import logging

__version__ = "0.1.0"

logging.getLogger("octavo").addHandler(logging.NullHandler())
