"""Page marks and quotations of an answer, checked against the pages of the books."""
