"""Packets -> frames behind one protocol, and which frames go on."""
