"""The command line and the embedded stack. The only place that may import everything."""
