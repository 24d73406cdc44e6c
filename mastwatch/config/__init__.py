"""The one place where YAML is read: text -> values with their lines -> a document model -> domain values."""
