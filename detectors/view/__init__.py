"""Where the camera looks: its sway, and its zones in the pixels of this picture."""
