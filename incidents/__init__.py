"""The domain: candidates, field reports, their deadlines and their history. Imports nothing of ours."""
