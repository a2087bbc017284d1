"""Time: what runs when, on one machine or many."""
