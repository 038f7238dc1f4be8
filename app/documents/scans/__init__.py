"""Text from pictures of pages: `recognition.py` is the desk's side, `worker.py` the process that recognises.

Invariants:

- The process gets pixels and never a file; its models want no network and write nothing. Held by:
  tests/documents/scans/test_recognition.py::test_the_models_want_no_network_and_write_nothing,
  tests/documents/scans/test_recognition.py::test_the_sandbox_holds_around_the_models.
- Nobody else may say that a page was recognised. Held by:
  tests/documents/test_hostile.py::test_only_the_recogniser_says_what_was_recognised.
- A recogniser that dies costs its pages only, and no picture is recognised twice. Held by:
  tests/documents/scans/test_recognition.py::test_a_recogniser_that_dies_costs_its_pages_only,
  tests/documents/scans/test_recognition.py::test_no_picture_is_recognised_twice.
- What was hard to read says so. Held by: tests/documents/scans/test_recognition.py::test_what_is_hard_to_read_says_so.
- Of rapidocr the models alone are used: `boxes.py` and `line_pictures.py` do what its code would need OpenCV for. Not
  tested: `overrides` in `pyproject.toml` leave OpenCV out.
"""
