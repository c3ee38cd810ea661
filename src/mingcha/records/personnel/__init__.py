"""Monitoring posts, appointments and the personnel file the law asks for before anybody watches."""
