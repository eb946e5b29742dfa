"""A model of the business: what each call is answered with, and what follows, one after the other.

It is written from what the READMEs promise. It imports nothing of the rooms, of the layer, of the
simulator or of the world it is compared with: plain Python, whose values change in place.
"""
