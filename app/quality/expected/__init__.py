"""Expected passages: the golden questions, feedback, and the passages that people name."""
