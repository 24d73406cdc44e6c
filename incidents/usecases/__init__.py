"""What people and timers do: load, decide, save in one transaction. One file an audience or timer."""
