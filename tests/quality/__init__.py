"""Quality of retrieval and reranking, measured on public development sets; `make quality`."""
