"""Engines that run the detector's network, all behind `detectors.detections.Detector`."""
