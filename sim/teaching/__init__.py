"""Teaching: exercises with predictions, their printed packs, classes, and play. Each module is imported where it is used."""
