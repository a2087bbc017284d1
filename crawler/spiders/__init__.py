"""One file per walk: what is visited, and how hops are followed. No judgement, no database."""
