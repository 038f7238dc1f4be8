"""Images into embeddings: how they are cut, encoded once, and kept.

Invariants:

- Llama 4 gets the tiles and separators of its reference processor; llama.cpp's own layout lost the separators above one
  tile. Held by: tests/engine/test_reference.py, tests/engine/images/test_tiles.py.
- A projector is tried before the first image: its tokens, the number of its embeddings, and that a change in one tile
  changes that tile's embeddings alone. Held by:
  tests/engine/images/test_vision.py::test_a_projector_that_does_not_look_is_switched_off,
  tests/engine/images/test_vision.py::test_a_projector_that_is_of_no_use_leaves_the_text.
- Other families are laid out by llama.cpp's library (mtmd); a new one is a line of `tests/models/family_projectors.py`.
  Held by: tests/engine/images/test_families.py.
- Embeddings that see each other both ways (Gemma) are evaluated in one slice, since llama.cpp ends the process
  otherwise; larger images are reduced until they fit. Held by:
  tests/engine/images/test_families.py::test_what_sees_itself_whole_is_made_to_fit_into_a_slice.
- All embeddings of an image in rows and columns have one position in time, so only its first slice may be broken off.
  Held by: tests/engine/images/test_rows_and_columns.py::test_a_broken_slice_takes_nothing_else_of_the_image_with_it.
- Embeddings on disk are encrypted, and bound to the image, the projector, the layout and the engine's build. Held by:
  tests/engine/images/test_vision.py::test_embeddings_on_disk_are_sealed_and_bound.
"""
