"""The dial: quality and time of every reranking setting, measured with questions that have expected passages."""
