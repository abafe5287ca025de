"""Response: what the model's worlds do when a lever is moved, or another course is taken."""
