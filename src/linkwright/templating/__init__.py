"""Templates: texts with holes, filled without surprises.

A template is Jinja2 in a sandbox, cut down to what a letter needs: variables, `if`, one
`for`, and a few filters. `render` gives a letter or says what is missing; it never gives
half a letter.

Nothing here knows the database, so a rule can be tried on any text.
"""

from linkwright.templating.conversion import html_from_text, html_template_from_text
from linkwright.templating.grammar import check_template, places_of, variables_of
from linkwright.templating.leftovers import leftovers_in
from linkwright.templating.rendering import Missing, Rendered, render
from linkwright.templating.variables import Value

__all__ = [
    "Missing",
    "Rendered",
    "Value",
    "check_template",
    "html_from_text",
    "html_template_from_text",
    "leftovers_in",
    "places_of",
    "render",
    "variables_of",
]
