"""A local page for the webmaster: the site as it is beside the site as it would be, two buttons.

`overview` reads how everything stands, `page` says it in French, `actions` answers what the page
asks for, `access` decides who may ask, and `server` is the only door to the network.
"""
