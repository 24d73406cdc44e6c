"""Packets to frames, and which frames go on."""
