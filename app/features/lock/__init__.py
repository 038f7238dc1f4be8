"""The lock: the desk is closed while nobody is at it, and the window shows nothing until the passphrase is entered. All
of it is in `window/`.

Invariants: none of its own.
"""
