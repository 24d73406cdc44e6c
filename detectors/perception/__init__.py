"""What is in the picture: detections, tracks, stationary and abandoned objects. No zone and no rule."""
