"""Stage 6, cite: an answer and its passages go in, the answer with checked citations comes out."""
