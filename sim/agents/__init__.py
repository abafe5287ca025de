"""Who acts: actors, factions, groups and places; agents hold state and call rules."""
