"""Octavo, a private reading desk: documents are read whole by a model on this machine, and a program checks its
answers.

The kernel is what that needs; all else is a feature. The map is app/README.md.

Invariants:

- Imports point down, and neither modules nor folders import in a circle. Held by: contract "imports point down",
  contract "no circle, neither of modules nor of folders".
- The kernel imports no feature, and features do not import each other: one that is taken out of `feature_list.py`
  leaves no trace. Held by: contract "no feature knows another", tests/features/test_leaving_out.py.
- Qt is in `ui/` and in `window/` of features only. Held by: contract "Qt only in the window".
- Sockets and HTTP are in the processes of the hub and of the remote engine only. Held by: contract "no sockets, no http
  outside the processes of the hub and of the remote engine", contract "what speaks with the network is imported by its
  process alone".
- Untrusted bytes are decoded in a reader's process only. Held by: contract "what decodes untrusted bytes stays in the
  reader".
- The database driver is in the stores only. Held by: contract "the database driver only in the store".
- `bootstrap.py` alone makes the parts and connects them; no module has a part in a global. Not tested: a reader of the
  code sees it.
"""

import logging

__version__ = "0.1.0"

logging.getLogger("octavo").addHandler(logging.NullHandler())
