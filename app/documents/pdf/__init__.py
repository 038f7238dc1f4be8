"""PDF, read with PDFium: characters, lines, columns, tables, and what is on top of a page.

`pdf.py` begins, `page.py` reads one page, `layout.py` orders it.

Invariants:

- In a form the drawing counts and not the data: a value is read from its appearance, data that differ are hidden text,
  and a page is drawn with its form. So a person sees what the model reads. Held by:
  tests/documents/pdf/test_annotations.py::test_what_is_drawn_in_a_field_counts_and_not_what_its_data_say,
  tests/documents/pdf/test_annotations.py::test_a_person_sees_what_the_model_reads.
- What nobody can see is left out and flagged, and what can be seen stays. Held by:
  tests/documents/pdf/test_pdf.py::test_what_nobody_sees_is_left_out_and_flagged,
  tests/documents/pdf/test_pdf.py::test_what_can_be_seen_stays.
- A line is taken for a running head or a page number only if it is surely one. Held by:
  tests/documents/pdf/test_running_heads.py::test_numbers_that_do_not_count_along_stay,
  tests/documents/pdf/test_running_heads.py::test_a_short_document_keeps_every_line.
- A copy with highlights is written anew, since what PDFium appends is damaged in encrypted files. Held by:
  tests/documents/pdf/test_highlights.py::test_what_is_encrypted_stays_so_and_opens_with_its_password.
- What PDFium calls back is made before the sandbox closes, which gives no memory for code. Held by:
  tests/documents/pdf/test_highlights.py::test_the_reader_writes_them_in_its_sandbox_and_leaves_the_file_alone.
- Links lead to a page of the file or to the web; others are left out, and nobody opens an address. Held by:
  tests/documents/pdf/test_links.py::test_what_leads_neither_to_a_page_nor_to_the_web_is_left_out.
- PDFium is the build without JavaScript and without XFA. Not tested: the wheel in `uv.lock` is that build.
"""
