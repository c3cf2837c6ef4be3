"""What `make bench` measures. Ratios and bytes; nothing here passes or fails."""
