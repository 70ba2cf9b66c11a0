"""Stage 3b, prefer: the final order and the question go in; among passages that say alike, those it means come first."""
