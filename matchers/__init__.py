"""Is this the same picture, film, or name? No network, no database, no case."""
