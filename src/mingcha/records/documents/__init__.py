"""The archive of a system: design, construction, acceptance, upkeep, firms, certificates, agreements, plans."""
