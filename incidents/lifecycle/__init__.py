"""The life of a candidate and of a report as tables, and what a transition does. Pure."""
