"""llama.cpp: loaded, its handles owned, and the cards that it computes on."""
