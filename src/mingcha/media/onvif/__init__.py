"""ONVIF: finding cameras on the network and asking them who they are and where their streams are. Nothing else."""
