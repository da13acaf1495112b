"""Database URLs as hosts hand them out, read by the rules of libpq and put into what asyncpg understands."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

import asyncpg

SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")

# libpq's parameters (its manual, "Parameter Key Words") that asyncpg understands as they are in a URL …
UNDERSTOOD = frozenset({
    "host", "port", "dbname", "user", "password", "passfile", "service", "options", "application_name",
    "target_session_attrs", "sslmode", "sslnegotiation", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl",
    "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib",
})  # fmt: skip
# … those that this module honours itself …
OURS = frozenset({
    "channel_binding", "connect_timeout", "fallback_application_name", "prepared_statement_cache_size", "ssl",
})  # fmt: skip
# … and those whose absence changes no outcome: system-level tuning, and what asyncpg does in any case.
WITHOUT_EFFECT = frozenset({
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "sslcompression",
    "sslsni", "load_balance_hosts", "gssdelegation",
})  # fmt: skip
HARMLESS = {"gssencmode": ("disable", "prefer"), "client_encoding": ("auto", "utf8", "UTF8", "utf-8", "UTF-8")}
TLS_LIMITS = frozenset({"sslcrl", "ssl_min_protocol_version", "ssl_max_protocol_version"})
CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a database; kept out of every repr, as it holds the password.

    `dsn` and `options` are asyncpg.connect's. `statements` is how many prepared statements a connection keeps.
    """

    dsn: str = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    statements: int

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.dsn, **self.options)


def read_url(url: str) -> Address:
    """Reads what libpq reads, by its rules, and `postgresql+asyncpg://`.

    ValueError names what is wrong and never shows a password. `prepared_statement_cache_size=0` makes connections fit
    for a pooler such as PgBouncer that gives each transaction another session.
    """
    parameters = dict(_parameters(url))
    _check(parameters)
    parameters = _with_tls(parameters)
    _check(parameters)
    statements = _number(parameters, "prepared_statement_cache_size", default=100)
    options: dict[str, Any] = {"statement_cache_size": statements}
    if statements:  # PgBouncer refuses sessions with settings that it does not know
        options["server_settings"] = {"jit": "off"}
    if timeout := _number(parameters, "connect_timeout", default=0):
        options["timeout"] = timeout
    if parameters["sslrootcert"] == "system":
        options["ssl"] = _system_context(parameters)
    return Address(_dsn(parameters), options, statements)


def _parameters(url: str) -> Iterator[tuple[str, str]]:
    """Name and value, decoded; of two with one name the later counts, so that the query overrides what is before it.

    libpq decodes %20 but no "+", and knows no fragments: "#" and "+" are ordinary characters of a password.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator or scheme not in SCHEMES:
        raise ValueError("the database URL must begin with postgresql://")
    credentials, place = _split_credentials(rest)
    location, _, query = place.partition("?")
    hosts, _, database = location.partition("/")
    user, _, password = credentials.partition(":")
    yield from _hosts(hosts)
    yield from (("user", unquote(user)), ("password", unquote(password)), ("dbname", unquote(database)))
    for part in filter(None, query.split("&")):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"the database URL's parameter {_shown(name)} has no value")
        yield unquote(name), unquote(value)


def _split_credentials(rest: str) -> tuple[str, str]:
    """At the last "@" before the path, so that one in a password does no harm."""
    authority = rest.partition("/")[0]
    if "@" not in authority:
        return "", rest
    credentials = authority.rpartition("@")[0]
    return credentials, rest[len(credentials) + 1 :]


def _hosts(listed: str) -> Iterator[tuple[str, str]]:
    names, ports = [], []
    for entry in listed.split(","):
        name, colon, port = entry.rpartition(":")
        if not colon or entry.endswith("]"):  # no port, perhaps the colons of an IPv6 address
            name, port = entry, ""
        names.append(unquote(name).removeprefix("[").removesuffix("]"))
        ports.append(unquote(port))
    yield "host", ",".join(names)
    yield "port", ",".join(ports) if any(ports) else ""


def _check(parameters: Mapping[str, str]) -> None:
    """The port first: it is wrong where a password has a raw "/", and what follows is then a part of the password."""
    if not re.fullmatch(r"[\d,]*", parameters["port"]):
        hint = "special characters of a password are to be percent-encoded (/ is %2F, ? is %3F)"
        raise ValueError(f"the database URL's port is not a number; {hint}")
    for name, value in parameters.items():
        if name not in UNDERSTOOD | OURS | WITHOUT_EFFECT | HARMLESS.keys():
            raise ValueError(f"the database URL's parameter {_shown(name)} is not supported")
        choices = CHOICES.get(name) or HARMLESS.get(name)
        if choices and value and value not in choices:
            raise ValueError(f"the database URL's {name} must be one of {', '.join(choices)}")


def _shown(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]{2,40}", name) else "(with an odd name)"


def _number(parameters: Mapping[str, str], name: str, *, default: int) -> int:
    """libpq takes a negative timeout for none."""
    value = parameters.get(name, "")
    if not re.fullmatch(r"-?\d*", value):
        raise ValueError(f"the database URL's {name} is not a number")
    return max(0, int(value)) if value else default


def _with_tls(parameters: Mapping[str, str]) -> dict[str, str]:
    """The same with `ssl` and `channel_binding` put as `sslmode` and `sslrootcert`.

    asyncpg cannot bind the password's exchange to the TLS channel. Who requires it wants to be sure to talk to the
    right server; so the server's certificate is verified instead, by default against the system's authorities.
    """
    tls = {"sslmode": parameters.get("sslmode", ""), "sslrootcert": parameters.get("sslrootcert", "")}
    if not tls["sslmode"]:
        given = parameters.get("ssl", "")
        tls["sslmode"] = {"true": "require", "false": "disable"}.get(given, given)
    verified = tls["sslmode"].startswith("verify") or tls["sslrootcert"]
    if parameters.get("channel_binding") == "require" and not verified:
        tls = {"sslmode": "verify-full", "sslrootcert": "system"}
    if tls["sslrootcert"] == "system":
        tls["sslmode"] = tls["sslmode"] or "verify-full"
    return {**parameters, **tls}


def _system_context(parameters: Mapping[str, str]) -> ssl.SSLContext:
    """For `sslrootcert=system`, which asyncpg takes for the name of a file."""
    if parameters["sslmode"] != "verify-full":
        raise ValueError("the database URL's sslrootcert=system goes with sslmode=verify-full only")
    if unsupported := TLS_LIMITS & {name for name, value in parameters.items() if value}:
        raise ValueError(f"the database URL's sslrootcert=system does not go with {', '.join(sorted(unsupported))}")
    context = ssl.create_default_context()
    context.set_alpn_protocols(["postgresql"])
    if certificate := parameters.get("sslcert"):
        _load_certificate(context, certificate, parameters)
    return context


def _load_certificate(context: ssl.SSLContext, certificate: str, parameters: Mapping[str, str]) -> None:
    try:
        context.load_cert_chain(certificate, parameters.get("sslkey") or None, parameters.get("sslpassword", ""))
    except OSError as error:
        raise ValueError(f"the database URL's sslcert or sslkey cannot be read: {error.strerror}") from None


def _dsn(parameters: Mapping[str, str]) -> str:
    """All in the query, where asyncpg reads everything alike. Empty values mean libpq's defaults."""
    passed = {name: value for name, value in parameters.items() if name in UNDERSTOOD and value}
    if fallback := parameters.get("fallback_application_name"):
        passed.setdefault("application_name", fallback)
    if "host" in passed:
        passed["host"] = ",".join(f"[{host}]" if ":" in host else host for host in passed["host"].split(","))
    if "port" in passed:
        passed["port"] = ",".join(port or "5432" for port in passed["port"].split(","))
    return "postgresql://?" + urlencode(passed, quote_via=quote, safe="")
