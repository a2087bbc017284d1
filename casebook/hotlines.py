"""What is said where Pehra does not look for a child's pictures: who lawfully may, and where to go."""

from platforms.hotlines import hotlines


def instead(ref: str) -> str:
    """Say in one sentence why nothing is looked for in a minor's case, and what to do instead."""
    bodies = "; ".join(f"{one.name}, {one.address}, for {one.who}" for one in hotlines() if one.matches)
    others = ", ".join(one.address for one in hotlines() if not one.matches)
    return (
        f"{ref} is a minor's: Pehra keeps no fingerprint of a child's picture and looks for no copies; who may: "
        f"{bodies}; pages with them are reported by address alone: {others}; print the addresses with: "
        f"pehra link handover {ref} --to HOTLINE"
    )
