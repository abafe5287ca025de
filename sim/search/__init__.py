"""Search: which mixes of levers, with what responses to what happens, do well over many futures and by many measures."""
