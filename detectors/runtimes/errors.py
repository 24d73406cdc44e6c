"""What an engine says when it cannot do its work."""

from __future__ import annotations


class DetectorFailed(Exception):
    """The engine cannot run these weights, or stopped answering."""
