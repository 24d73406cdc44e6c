"""What people read, each in their language: English stands in the code, the others in `.po` files."""
