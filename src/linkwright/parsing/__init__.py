"""Hostile bytes in, typed values out.

Pure: reads the one file it is given and nothing else, knows no database. What breaks a rule is an
`InvalidInput` when one value was asked for, and a `Refusal` beside the good rows when a file was.
"""
