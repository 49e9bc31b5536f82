"""Patent-date law as data: rule packs, facts, a three-valued status per office, a calendar of rights."""
