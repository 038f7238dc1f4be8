"""Plans how much memory a model takes, and where its parts go; pure arithmetic, no model is touched.

`cache.py` counts the KV cache, `graph.py` llama.cpp's compute buffer, `demand.py` all bytes by class and device;
`machine.py` says what there is, `speed.py` estimates, `placement.py` chooses, and `ways.py` names what else could be
asked for.

Invariants:

- A plan counts what llama.cpp takes, to the byte where a dry run can tell. Held by:
  tests/engine/test_planner_memory.py.
- What stays in main memory is copied to the card for each slice of a prompt (`op_offload`): experts, and of a whole
  layer its cache too. The plan counts that; only CUDA unpacks a quantized cache. Held by:
  tests/engine/test_planner_memory.py::test_experts_go_where_they_are_sent,
  tests/engine/test_planner.py::test_every_plan_adds_up.
- Weights that go to a card are read, not mapped, because llama.cpp uploads beside reading only then. Held by:
  tests/engine/test_planner.py::test_a_file_is_uploaded_while_it_is_read_and_kept_in_memory_if_it_fits.
- Weights that the processor repacks are read, not mapped, because a mapped file would stay in memory beside its copy.
  Weights that a person has mapped are not repacked, and count to the disk. Held by:
  tests/engine/test_planner.py::test_weights_on_the_disk_take_no_memory_and_are_not_repacked.
- A tied embedding table that is repacked for the output layer counts twice. Held by:
  tests/engine/test_planner.py::test_a_tied_table_that_is_repacked_is_there_twice_and_read_once.
"""
