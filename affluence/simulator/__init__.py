"""Calls with a known truth: a seeded phone platform, simulated call by call.

``simulation`` plays a ``scenario``, ``truth`` tells what really happened, ``true_week`` what the
average week is like, ``asterisk_csv`` writes the records that an Asterisk would have written.
"""
