"""Where the camera looks: which view, how far it sways, and the view's zones in pixels."""
