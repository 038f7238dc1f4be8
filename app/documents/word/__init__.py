"""Word processors' documents: DOCX, ODT, RTF."""
