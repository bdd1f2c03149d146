"""Whose doing an event is: a person's, a machine's, or that of the company itself."""

from __future__ import annotations

import re
from ipaddress import ip_network

from pydantic import Field, field_validator

from cdp_lake.config.strict import Strict


class BotRules(Strict):
    """What gives a machine away: words of its user agent, as patterns whose case does not count, or its pace.

    events_per_minute: the most that one device or account can do by hand; null does not ask.
    """

    user_agents: tuple[str, ...] = ()
    events_per_minute: int | None = Field(default=None, ge=1)

    @field_validator("user_agents")
    @classmethod
    def _patterns(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in given:
            try:
                re.compile(pattern)
            except re.error as problem:
                raise ValueError(f"'{pattern}' is no regular expression: {problem}") from problem
        return given


class InternalRules(Strict):
    """What gives a colleague away: a network in CIDR form (IPv4 or IPv6), or the domain of an e-mail address."""

    networks: tuple[str, ...] = ()
    email_domains: tuple[str, ...] = ()

    @field_validator("networks")
    @classmethod
    def _cidr(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for network in given:
            try:
                ip_network(network)
            except ValueError as problem:
                raise ValueError(f"'{network}' is no network ({problem}); write one like 10.0.0.0/8") from problem
        return given

    @field_validator("email_domains")
    @classmethod
    def _domains(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [domain for domain in given if "@" in domain or "." not in domain]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: a domain is expected, such as example.com")
        return tuple(domain.lower() for domain in given)


class TrafficRules(Strict):
    """How traffic that is no customer's is told from the rest; without rules all of it is human."""

    bot: BotRules = BotRules()
    internal: InternalRules = InternalRules()
