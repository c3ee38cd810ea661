"""ONVIF: finding cameras on the network, asking them who they are and where their streams are, and turning them.
Nothing else."""
