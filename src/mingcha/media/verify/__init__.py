"""Is the archive still what was recorded? Disk against catalog against ledger against witness."""
