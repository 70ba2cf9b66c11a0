"""Embedding models and ONNX models on the CPU: where their files are, how they are built and run."""
