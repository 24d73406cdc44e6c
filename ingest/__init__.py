"""From a camera to frames. Imports nothing of ours."""
