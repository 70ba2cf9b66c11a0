"""Expected passages: the golden questions, feedback, and what a person means by "it should have found this"."""
