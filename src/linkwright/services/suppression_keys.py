"""How a suppressed person is recognised without keeping the address."""

from __future__ import annotations

from hashlib import sha256
from hmac import digest

from linkwright.parsing.addresses import address_key


def address_hash(address: str, key: bytes, pepper: bytes = b"") -> bytes:
    """Return the keyed hash under which any spelling of one mailbox is found.

    Keyed by the user's own key and the operator's pepper: without both, nobody can test
    whether an address is on the list by hashing it.

    >>> address_hash("J.Doe@gmail.com", b"k") == address_hash("jdoe+a@googlemail.com", b"k")
    True
    """
    return digest(key + pepper, address_key(address).encode("utf-8", "surrogatepass"), sha256)
