"""Where call records come from."""
