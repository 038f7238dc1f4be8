"""Images of a conversation, seen large.

Invariants:

- An image is found by its name, and the variant that has it is shown. Held by:
  tests/ui/page/test_image_names.py::test_an_image_is_found_by_its_name,
  tests/ui/page/test_image_names.py::test_the_variant_that_has_the_image_is_shown.
"""
