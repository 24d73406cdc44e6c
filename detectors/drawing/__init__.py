"""Annotated video: what the pipeline saw and decided, drawn over the picture."""
