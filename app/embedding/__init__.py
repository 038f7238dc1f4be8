"""Embedding: texts become vectors, in a process of its own; what means the same is near to each other.

Invariants:

- The process gets texts and never a file. Held by:
  tests/embedding/test_embedder.py::test_the_sandbox_holds_around_the_model.
- A package with a model may be missing: the others do what they can. Held by: tests/embedding/test_packages.py.
- A passage has one vector of a kind, whoever is computed at the same time. Held by:
  tests/embedding/test_embedder.py::test_all_threads_make_the_same_vectors_in_order.
- Whoever changes how sentences are cut, or takes other models, changes the name that `embedding_model()` gives; vectors
  are then made anew. Held by: tests/services/finding/test_search.py::test_another_model_makes_its_own_vectors.
- ONNX Runtime stays below 1.27, since later versions collect telemetry: a thread, and a database in the home folder.
  Not tested: `pyproject.toml` pins it.
"""
