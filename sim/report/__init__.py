"""The report: one HTML file with the reading, the pictures and the tables."""
