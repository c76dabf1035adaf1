"""Search strategies, which ask for trials and are told their results."""
