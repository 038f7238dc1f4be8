"""The words that a person reads, for both faces: sentences for errors, names of pages, reasons, in their language."""
