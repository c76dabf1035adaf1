"""What measures a candidate: static costs, training, one-shot and zero-cost scores."""
