"""From .nas text to its syntax tree and back."""
