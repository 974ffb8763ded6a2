"""Hosts that many unrelated sites share.

The public suffix list knows some of them (github.io, blogspot.com); these are the ones that outreach
meets and the list does not know, because their owners never asked to be on it.
"""

from typing import Final

SUBDOMAIN_HOSTS: Final = frozenset(
    {
        "aboutme.com",
        "altervista.org",
        "beehiiv.com",
        "bigcartel.com",
        "blog.fc2.com",
        "blog.hu",
        "blog.jp",
        "blogger.com",
        "blogs.sapo.pt",
        "blogspot.com",
        "bravesites.com",
        "buttondown.email",
        "canalblog.com",
        "carrd.co",
        "exblog.jp",
        "ghost.io",
        "github.io",
        "gitlab.io",
        "godaddysites.com",
        "hashnode.dev",
        "hatenablog.com",
        "hatenadiary.jp",
        "herokuapp.com",
        "home.blog",
        "jimdo.com",
        "jimdofree.com",
        "jimdosite.com",
        "livejournal.com",
        "livedoor.blog",
        "livedoor.jp",
        "medium.com",
        "mystrikingly.com",
        "myshopify.com",
        "netlify.app",
        "notion.site",
        "over-blog.com",
        "pages.dev",
        "posthaven.com",
        "seesaa.net",
        "simplesite.com",
        "skyrock.com",
        "squarespace.com",
        "strikingly.com",
        "substack.com",
        "svbtle.com",
        "tumblr.com",
        "typepad.com",
        "ucoz.com",
        "ucoz.ru",
        "vercel.app",
        "webflow.io",
        "weebly.com",
        "wixsite.com",
        "wordpress.com",
        "write.as",
        "yolasite.com",
    }
)
"""A site is `name.host`: jane.wordpress.com and john.wordpress.com are two sites."""

PATH_HOSTS: Final = {
    "about.me": 1,
    "dev.to": 1,
    "facebook.com": 1,
    "github.com": 1,
    "hackernoon.com": 2,  # /u/name
    "instagram.com": 1,
    "linkedin.com": 2,  # /in/name, /company/name
    "medium.com": 1,  # /@name and /publication
    "note.com": 1,
    "pinterest.com": 1,
    "reddit.com": 2,  # /r/name, /user/name
    "sites.google.com": 2,  # /view/name
    "substack.com": 1,  # /@name
    "telegra.ph": 1,
    "tumblr.com": 1,
    "vocal.media": 2,  # /authors/name
    "write.as": 1,
    "x.com": 1,
    "youtube.com": 1,  # /@name
}
"""A site is `host/name`, this many path segments deep; the bare host is itself."""

SITE_ITSELF: Final = frozenset({"www", "m", "en", "help", "support", "about", "blog"})
"""Subdomains of a shared host that belong to its owner, not to a tenant."""
