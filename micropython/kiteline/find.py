# Where is the hub? Asked by broadcast on its UDP port, where one listens who is allowed to answer (PROTOCOL.md, "Finding the
# hub"). Loaded when the hub is not where it was.
import asyncio
import json
import os
import random
import socket
from binascii import hexlify
from micropython import const

from .clock import uptime
from .wire import dumps

_KEPT = "/kiteline-hub.json"
_TURN_MS = const(25)
_TURNS = const(32)  # so long answers are waited for
_AGAIN = const(10)  # turns until the question is sent again: datagrams get lost
_MOST = const(4)  # hubs of one question
_NAME = "kiteline.local"
_TLS_PORT = const(9443)
_NAME_MS = const(30_000)  # a name that nobody answers stops everything on the chip for up to 5 s
_VAIN_MS = const(60_000)  # so long it counts that nobody was found

_named = -_NAME_MS  # uptime when the name was asked for
_seeker = None  # the task that asks
_vain = -_VAIN_MS  # uptime when the board's hub was last asked for in vain


def start(link, board):
    """Asks once, beside everything else: where hubs are comes into `link.found`."""
    global _seeker
    # Who was told an address and was never in session takes no other hub for it, unless that has its key, or
    # the certificate.
    if link.home or link.key or link.tls or not link.hub or link.hub[0][-6:] == ".local":
        if not _seeker or _seeker.done():
            _seeker = board._jobs.start(_seek(link, board))


async def _seek(link, board):
    global _vain
    id = hexlify(os.urandom(4)).decode()  # whoever has not seen the question cannot answer it
    params = {"board": board.name}
    if link.home:
        params["home"] = link.home
    question = dumps({"jsonrpc": "2.0", "id": id, "method": "$where", "params": params})
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.setblocking(False)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for turn in range(_TURNS):
            if link.session is not None:
                return
            try:
                if turn % _AGAIN == 0:
                    s.sendto(question, ("255.255.255.255", link.udp))
                while True:
                    data, sender = s.recvfrom(512)
                    _heard(link, board, id, data, sender[0])
            except OSError:
                pass  # nothing has come, or there is no network just now
            await asyncio.sleep_ms(_TURN_MS)
    finally:
        s.close()
    if not link.found:
        _vain = uptime()
        if not link.hub:
            _by_name(link, board)
            if not link.found:
                link.tell(_missing(link))


def _heard(link, board, id, data, host):
    try:
        message = json.loads(data)
        result = message["result"]
        place = host, result["tls" if link.tls else "tcp"]
        fits = message["id"] == id and 0 < place[1] < 65536
        if link.home:
            fits = fits and result["home"] == link.home
        elif link.hub and not link.key and not link.tls:
            # Its name is all that is known.
            fits = fits and result["hub"].lower() + ".local" == link.hub[0].lower()
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    if fits and place not in link.found:
        _put(link, board, "question", place)


def _put(link, board, how, place):
    if len(link.found) < _MOST:
        link.found.append(place)
    else:
        # Whoever answers with many addresses must not keep out the one that is right for ever.
        link.found[random.getrandbits(16) % _MOST] = place
    if board.trace:
        board.trace("found", how, "%s:%d" % place)


def _by_name(link, board):
    global _named
    if uptime() - _named >= _NAME_MS:
        _named = uptime()
        try:
            _put(link, board, "name", socket.getaddrinfo(_NAME, _TLS_PORT if link.tls else link.udp, 0, socket.SOCK_STREAM)[0][-1])
        except OSError:
            pass


def _missing(link):
    if link.home:
        return "offline: this board's hub is not in this network; without the file %s it would take another" % _KEPT
    return 'offline: no hub answers in this network; is one running? Or say where it is: "hub" in /kiteline.json'


def accept(link, home, proved):
    """Whether the hub that answered hello is this board's. Writes down where it is, if that has changed: one write to flash."""
    own = link.place == link.hub
    if home and link.home and home != link.home and not (proved or link.tls):
        # Another hub where the settings say: right if the board's own is nowhere.
        if not own or uptime() - _vain > _VAIN_MS:
            return False
    kept = link.home, link.at
    link.home = home or link.home
    link.at = None if own else link.place
    if (link.home, link.at) != kept:
        try:
            with open(_KEPT, "w") as f:
                json.dump({"hub": link.hub, "home": link.home, "at": link.at}, f)
        except OSError:
            pass  # no room: then it is found again after the next start
    return True
