"""Two faces, terminal and browser: arguments in, words out."""
