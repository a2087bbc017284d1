"""Goes out and looks: fetches, judges, and hands what it found to the casebook."""
