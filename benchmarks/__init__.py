"""`mastwatch bench NAME` measures one thing and prints JSON; the figures are kept in docs/performance.md."""
