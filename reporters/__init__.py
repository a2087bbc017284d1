"""Writes to platforms, staff, partners and the public; nothing leaves without a person's act."""
