"""What is shown: everything a page or a JSON answer needs, already decided and named."""
