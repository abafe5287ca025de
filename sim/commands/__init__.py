"""The command line: each command reads the line, calls the library, prints."""
