"""Questions and answers, one below the other."""
