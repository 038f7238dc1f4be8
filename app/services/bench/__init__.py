"""A benchmark of a model on this machine: what is measured, in which order, and what comes of it."""
