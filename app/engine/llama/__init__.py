"""llama.cpp: loaded once, its handles owned by `llama.py`, and the cards that it computes on.

Invariants:

- Only the low-level bindings are used (see `app/decisions/001-low-level-bindings.md`), and only here and in
  `engine/images/projector.py`. Held by: contract "llama.cpp only in engine.llama and engine.images.projector".
- A text with a very long run never reaches the tokenizer whole: its regular expressions recurse for each character and
  would end the process. Other texts keep exactly their tokens. Held by: tests/engine/test_safe_chunks.py.
- Whoever changes how texts are cut raises `llama.CUTTING_VERSION`. Not tested: nothing can tell a change that matters
  from one that does not.
- Llama 4 begins with begin-of-text and ends at three tokens, whatever keys a converter left out. Held by:
  tests/engine/test_begin_and_end.py.
- Plans and llama.cpp count the same devices: `hardware.used_cards` alone says on which cards a model is laid. Held by:
  tests/tools/gpu/test_placements.py::test_a_plan_is_what_the_card_gives.
- A card that is full or lost is named, while a model loads and while it computes. Held by:
  tests/engine/test_full_memory.py, tests/engine/llama/test_uncaught.py.
- `positions.py` alone knows llama.cpp's positions; all other code counts places. Qwen's and GLM's models read an image
  in rows and columns, which take fewer positions than places. Held by: tests/engine/images/test_rows_and_columns.py.
- When llama-cpp-python moves, these rules are measured again. Held by: tests/engine.
"""
