"""affluence: from the records of a phone platform to the hours when somebody answers."""

__version__ = "0.1.0"
