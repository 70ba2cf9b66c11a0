"""The whole corpus at once: other vectors, another chunker, public test sets."""
