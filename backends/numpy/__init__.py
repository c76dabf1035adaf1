"""The numpy backend: a small, forward-only reference interpreter of every standard op."""
