"""The steps of a run: each brings one form of the data up to date and says what it did.

They join the pure stages (calls, measures, typical_week, publication) to the store, the sources
and the targets; only `affluence.pipeline` knows their order.
"""
