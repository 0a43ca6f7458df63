"""Exchange ActiveSync as it travels: query lines, elements and their meaning for an item."""
