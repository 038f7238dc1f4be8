"""The GGUF format: headers of models, read in a locked-in process that gets bytes and no names.

`container.py` knows the format, `header.py` what its keys mean, `reader.py` is the desk's side.

Invariants:

- A header is read within limits, whatever it claims, and gives a header or a sentence; none is taken that llama.cpp
  refuses. Held by:
  tests/models/gguf/test_container.py::test_every_mutant_is_a_header_or_a_sentence_and_none_is_taken_that_llama_cpp_refuses.
- Nothing that the process says is taken on trust. Held by:
  tests/models/gguf/test_headers.py::test_a_header_that_cannot_be_is_not_believed.
- The process is given the model's files and nothing else. Held by:
  tests/models/gguf/test_headers.py::test_the_process_is_given_the_models_files_and_nothing_else.
"""
