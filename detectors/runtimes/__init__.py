"""Engines that run the detector's network, all behind `detectors.perception.detections.Detector`."""
