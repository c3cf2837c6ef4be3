"""What is public about changes: corrections, feeds, the log, reports, the author's voice."""
