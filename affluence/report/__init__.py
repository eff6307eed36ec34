"""Pages for whoever staffs the lines, and for the user committee: never published."""
