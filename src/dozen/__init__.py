"""Dozen: twelve everyday services for a community, in one server."""

__version__ = "0.1.0"
