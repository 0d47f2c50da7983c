"""A directory (LDAP v3) over real sockets and real TLS, in a thread: bind, search, StartTLS and nothing else.

As Active Directory and others do, it takes a bind with a name and without a password for nobody's, and answers success.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

from ldap3.protocol import rfc4511 as asn
from pyasn1.codec.ber import decoder, encoder

BASE = "ou=people,dc=example,dc=cn"
START_TLS = "1.3.6.1.4.1.1466.20037"
SERVICE, SERVICE_PASSWORD = "cn=bihuan,dc=example,dc=cn", "service-password"
_OK, _OPERATIONS, _PROTOCOL, _INVALID, _SIZE = 0, 1, 2, 49, 4


@dataclass
class Directory:
    """``people``: uid → (password, attributes). ``heard`` has what was said, in order, and whether TLS stood then."""

    people: dict = field(default_factory=dict)
    port: int = 0
    anonymous: bool = False
    start_tls: bool = True
    heard: list = field(default_factory=list)

    def dn(self, uid: str) -> str:
        return f"uid={uid},{BASE}"

    def binds(self, name: str, password: str) -> int:
        known = {SERVICE: SERVICE_PASSWORD, **{self.dn(u): p for u, (p, _) in self.people.items()}}
        return _OK if not password or known.get(name) == password else _INVALID

    def found(self, wanted) -> list:
        return [
            (u, {"uid": [u], **more})
            for u, (_, more) in self.people.items()
            if fits(wanted, {"uid": [u], **more})
        ]


def fits(wanted, entry: dict) -> bool:
    """Whether an entry fits a filter, as the tree that it is."""
    kind = wanted.getName()
    part = wanted.getComponent()
    if kind in {"and", "or"}:
        return (all if kind == "and" else any)(fits(inner, entry) for inner in part)
    if kind == "notFilter":
        return not fits(part["innerNotFilter"], entry)
    if kind == "present":
        return str(part) in entry or str(part) == "objectClass"
    if kind == "equalityMatch":
        values = entry.get(str(part["attributeDesc"]), [])
        return bytes(part["assertionValue"]).decode().lower() in [v.lower() for v in values]
    return True  # a substring (*): what an injected name would make of an equality


@contextmanager
def serving(context: ssl.SSLContext, directory: Directory, *, ldaps: bool = True) -> Iterator[Directory]:
    """Serve ``directory`` on a free port while the block runs."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.02)
    directory.port, ends, threads = server.getsockname()[1], [], []

    def accept():
        while not ends:
            try:
                client, _ = server.accept()
            except TimeoutError:
                continue
            client.settimeout(60)
            thread = Thread(target=_talk, args=(client, context, directory, ldaps))
            thread.start()
            threads.append(thread)

    main = Thread(target=accept, name="directory")
    main.start()
    try:
        yield directory
    finally:
        ends.append(True)
        for thread in [main, *threads]:
            thread.join()
        server.close()


def _talk(client, context, directory, ldaps):
    try:
        if ldaps:
            client = context.wrap_socket(client, server_side=True)
        secure, who = ldaps, ""
        while data := client.recv(65536):
            message, _ = decoder.decode(data, asn1Spec=asn.LDAPMessage())
            request = message["protocolOp"]
            name, part = request.getName(), request.getComponent()
            if name == "extendedReq":
                may = directory.start_tls
                client.sendall(
                    _answer(message, "extendedResp", asn.ExtendedResponse(), _OK if may else _PROTOCOL)
                )
                if may:
                    client, secure = context.wrap_socket(client, server_side=True), True
            elif name == "bindRequest":
                dn, password = str(part["name"]), bytes(part["authentication"].getComponent()).decode()
                directory.heard.append(("bind", dn, secure))
                code = directory.binds(dn, password)
                who = dn if code == _OK and password else ""
                client.sendall(_answer(message, "bindResponse", asn.BindResponse(), code))
            elif name == "searchRequest":
                directory.heard.append(("search", who, secure))
                client.sendall(_results(message, part, directory, allowed=bool(who) or directory.anonymous))
            else:
                return
    except (OSError, ssl.SSLError):
        pass  # a client that does not trust the certificate hangs up
    finally:
        client.close()


def _answer(message, name, response, code) -> bytes:
    response["resultCode"], response["matchedDN"], response["diagnosticMessage"] = code, "", ""
    return _wrapped(message, name, response)


def _results(message, part, directory, *, allowed) -> bytes:
    if not allowed:
        return _answer(message, "searchResDone", asn.SearchResultDone(), _OPERATIONS)
    found = directory.found(part["filter"])
    most = int(part["sizeLimit"])
    entries = b"".join(_entry(message, directory, *one) for one in found[:most])
    return entries + _answer(
        message, "searchResDone", asn.SearchResultDone(), _SIZE if len(found) > most else _OK
    )


def _entry(message, directory, uid, attributes) -> bytes:
    response = asn.SearchResultEntry()
    response["object"] = directory.dn(uid)
    listed = asn.PartialAttributeList()
    for n, (name, values) in enumerate(attributes.items()):
        one, given = asn.PartialAttribute(), asn.Vals()
        for at, value in enumerate(values):
            given.setComponentByPosition(at, asn.AttributeValue(value.encode()))
        one["type"], one["vals"] = name, given
        listed.setComponentByPosition(n, one)
    response["attributes"] = listed
    return _wrapped(message, "searchResEntry", response)


def _wrapped(message, name, response) -> bytes:
    made = asn.LDAPMessage()
    made["messageID"] = int(message["messageID"])
    made["protocolOp"] = asn.ProtocolOp().setComponentByName(name, response)
    return encoder.encode(made)
