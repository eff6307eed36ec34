"""Call records → LEGS: the files of phone platforms, each in its dialect."""
