"""What the pages of every audience share: layout, drawing, templates, JSON of the domain's views."""
