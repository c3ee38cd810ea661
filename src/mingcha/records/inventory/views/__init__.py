"""Pages of units, sites, systems, areas and cameras."""
