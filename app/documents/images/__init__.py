"""Images that a person attaches, decoded in a process of their own, which has no other file and no network.

`reader.py` is the desk's side, `worker.py` the process.

Invariants:

- The first bytes choose an image's one decoder, whatever its name says. Held by:
  tests/documents/images/test_hostile_images.py::test_what_is_no_image_of_a_known_kind_is_not_decoded_whatever_its_name.
- Octavo keeps the PNG that the process wrote, never the file, and the desk does not decode even that. Held by:
  tests/documents/images/test_decoding.py::test_nothing_but_pixels_is_kept,
  tests/documents/images/test_image_reader.py::test_the_desk_has_no_decoder_to_use.
- No decoder starts a thread or loads anything once the sandbox is closed, which is why HEIC is refused. Held by:
  tests/documents/images/test_hostile_images.py::test_the_sandbox_holds_around_the_decoders_and_they_work_in_it,
  tests/documents/images/test_image_reader.py::test_a_ready_process_opens_no_file_and_imports_nothing.
- An image from outside has a process of its own; those that Octavo wrote share one. Held by:
  tests/documents/images/test_image_reader.py::test_what_was_written_here_is_decoded_in_one_process_that_stays.
- A size beyond the limits is refused before anything is unpacked. Held by:
  tests/documents/images/test_hostile_images.py::test_a_size_beyond_the_limits_is_refused_before_it_is_unpacked.
"""
