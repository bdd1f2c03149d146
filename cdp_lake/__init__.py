"""A customer data platform that is a lakehouse: sources in, consented profiles, segments and scores out."""

__version__ = "0.1.0"
