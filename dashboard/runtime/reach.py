"""Where phones in the room can reach this machine: its addresses, the one to use, and a QR code of a link.

Nothing is sent to find out: the system's own list is read. It names the network that each address belongs to, such as `wlan0`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from sim.ensemble.spec import LimitError
from sim.theme import PAPER, PRINTED

# What networks within a machine, and tunnels out of it, are called: phones in the room are on neither.
_ELSEWHERE = (
    "docker",
    "br-",
    "veth",
    "virbr",
    "vmnet",
    "vbox",
    "tun",
    "tap",
    "utun",
    "wg",
    "zt",
    "tailscale",
    "awdl",
    "llw",
)


@dataclass(frozen=True)
class Reach:
    """An address of this machine, and the network that it belongs to ("" where the system does not say)."""

    address: str
    network: str = ""

    @property
    def is_public(self) -> bool:
        """Whether the whole internet may be able to reach it."""
        return ip_address(self.address).is_global

    def url(self, port: int, path: str = "") -> str:
        """The address of a page."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{port}/{path}"


def addresses() -> list[Reach]:
    """All addresses by which others can reach this machine, the likeliest for a room first."""
    usable = {one.address: one for one in _listed() if _usable(ip_address(one.address.partition("%")[0]))}
    out = _way_out()
    return sorted(usable.values(), key=lambda one: _rank(one, out))


def _rank(one: Reach, out: str) -> tuple[bool, bool, bool, bool, str]:
    inside = one.network.startswith(_ELSEWHERE)
    return inside, ":" in one.address, one.is_public, one.address != out, one.address


def _usable(address: IPv4Address | IPv6Address) -> bool:
    """Not this machine's alone; nor one that a browser can name only together with its own network."""
    return not (address.is_loopback or address.is_unspecified or (address.version == 6 and address.is_link_local))


def _way_out() -> str:
    """The address from which this machine would speak to others; nothing is sent. "" without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, suppress(OSError):
        one.connect(("192.0.2.1", 9))  # an address kept for examples
        return str(one.getsockname()[0])
    return ""


def _listed() -> Iterator[Reach]:
    """The system's own list."""
    import ifaddr

    for network in ifaddr.get_adapters():
        for one in network.ips:  # an IPv6 address comes with what tells networks apart
            yield Reach(str(one.ip if one.is_IPv4 else one.ip[0]), network.nice_name)


def chosen(given: str | None) -> Reach:
    """The address to use: the one given, else the likeliest.

    Raises:
        LimitError: it is none of this machine's, or the machine has none that others can reach.
    """
    found = addresses()
    if not found:
        raise LimitError(
            "this machine is on no network, so no phone can reach it; join the room's Wi-Fi or switch on this machine's "
            "hotspot, then start again"
        )
    if given is None:
        return found[0]
    known = {one.address: one for one in found}
    wanted = given.strip("[]")
    with suppress(ValueError):
        wanted = str(ip_address(wanted))
    if wanted not in known:
        raise LimitError(f"{given} is no address of this machine that others can reach; allowed: {', '.join(known)}")
    return known[wanted]


# ------------------------------------------------------------------------------------------------ QR codes


def qr_picture(link: str) -> str:
    """A link's QR code as an SVG picture, for the `src` of an image."""
    import segno

    return str(
        segno.make(link, micro=False, error="m").svg_data_uri(scale=8, border=3, dark=PRINTED["ink"], light=PAPER)
    )


def qr_text(link: str, colours: bool) -> str:
    """The same in half blocks, for a terminal.

    Args:
        colours: whether the terminal takes colours: the code is then light on dark, whatever the terminal's own are.
    """
    import io

    import segno

    out = io.StringIO()
    segno.make(link, micro=False, error="m").terminal(out, border=2, compact=True)
    lines = out.getvalue().rstrip("\n").split("\n")
    return "\n".join(f"\033[97;40m{line}\033[0m" if colours else line for line in lines)
