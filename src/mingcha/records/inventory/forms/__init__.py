"""Forms of units, sites, areas and cameras."""
