"""Use-cases: what a person can do, each a generator of events or a plain call, run by either face."""
