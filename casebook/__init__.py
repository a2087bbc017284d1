"""Memory: the only package that touches the database."""
