"""Events against what really happened on clips whose truth is known."""
