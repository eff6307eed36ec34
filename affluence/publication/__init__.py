"""From an edition to its site: pages, open data and the checks they must pass."""
