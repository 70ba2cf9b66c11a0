"""Claims about passages in seven languages, right and wrong ones of each kind: `python -m tests.quality.claims`."""
