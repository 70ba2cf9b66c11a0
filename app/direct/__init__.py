"""Answers that are computed from the documents, where a few passages are not enough; app.pipeline tries them."""
