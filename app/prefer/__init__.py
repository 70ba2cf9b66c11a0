"""After reranking, prefer: among passages that say alike, those that the question names or dates come first."""
