"""What the sheets of Excel and OpenDocument have in common: a grid of shown values becomes tables of text."""
