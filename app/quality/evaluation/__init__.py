"""Evaluation: questions with expected passages go in; quality of every stage, its losses and its speed come out."""
