"""How fast the records become a table, beside other ways to do it: `records_to_week`."""
