"""Word processors' documents: DOCX, RTF."""
