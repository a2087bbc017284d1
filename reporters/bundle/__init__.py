"""The court bundle: what was captured, by whom it was handled, and the proofs, in one ZIP that a stranger can check."""
