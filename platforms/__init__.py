"""What we know of each platform, as data: no network, no database, no case."""
