"""What measures and explains: expected passages, diagnosis, evaluation, the dial, training."""
