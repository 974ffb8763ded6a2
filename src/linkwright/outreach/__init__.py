"""All that talks to the outside world, or stands in for somebody who would: the readers and writers of text.

`ai` is the port. What answers behind it is local, needs no key and no network, unless the settings
name a provider. Nothing below this room imports it.
"""
