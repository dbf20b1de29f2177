"""Libraries: one file each, one entry for each function that densecli knows."""
