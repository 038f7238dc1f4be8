"""Files into pages, in a process of their own, and quotations against pages."""
