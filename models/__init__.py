"""Which weights, where from, and that they are what they say. Imports nothing of ours."""
