"""One real client SDK of Python sends the events Step 0 to Step N-1 of one user, and waits until they are taken.

python send.py NAME URL KEY USER N
"""

import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

TRIES = 20


def segment(url: str, key: str, user: str, names: list[str]) -> None:
    """segment-analytics-python."""
    from segment.analytics.client import Client

    client = Client(key, host=url, gzip=True)
    for name in names:
        client.track(user, name, {"total": 9.9})
    client.identify(user, {"email": "u1@example.org"})
    client.shutdown()


def rudderstack(url: str, key: str, user: str, names: list[str]) -> None:
    """rudder-sdk-python."""
    from rudderstack.analytics.client import Client

    client = Client(key, host=url, gzip=True)
    for name in names:
        client.track(user, name)
    client.shutdown()


def posthog(url: str, key: str, user: str, names: list[str]) -> None:
    """The posthog package; it asks for feature flags too."""
    from posthog import Posthog

    client = Posthog(key, host=url, gzip=True)
    assert client.get_all_flags(user) == {}
    for name in names:
        client.capture(name, distinct_id=user)
    client.alias("visitor", user)
    client.shutdown()


def snowplow(url: str, key: str, user: str, names: list[str]) -> None:
    """snowplow-tracker; its application id is the write key. Its own timer sends again what was refused."""
    from snowplow_tracker import Emitter, StructuredEvent, Subject, Tracker

    address, sent = urlsplit(url), list[object]()
    emitter = Emitter(
        str(address.hostname),
        protocol="http",
        port=address.port,
        batch_size=len(names),
        on_success=sent.extend,
        max_retry_delay_seconds=1,
    )
    tracker = Tracker("test", emitter, subject=Subject().set_user_id(user), app_id=key)
    for name in names:
        tracker.track(StructuredEvent(category="test", action=name))
    for _ in _tries():
        if len(sent) >= len(names):
            return
    sys.exit("not everything was taken")


def sensorsdata(url: str, key: str, user: str, names: list[str]) -> None:
    """SensorsAnalyticsSDK; whoever uses it flushes again when it raises."""
    import sensorsanalytics

    consumer = sensorsanalytics.BatchConsumer(f"{url}/sa?project={key}")
    client = sensorsanalytics.SensorsAnalytics(consumer)
    client.track_signup(user, "visitor")
    for name in names:
        client.track(user, name.replace(" ", "_"), {"order_amount": 9.9}, is_login_id=True)
    for _ in _tries():
        try:
            return client.flush()
        except sensorsanalytics.SensorsAnalyticsNetworkException:
            continue
    sys.exit("not everything was taken")


def _tries() -> Iterator[int]:
    for attempt in range(TRIES):
        time.sleep(0.5 if attempt else 0)
        yield attempt


CLIENTS: dict[str, Callable[[str, str, str, list[str]], None]] = {
    client.__name__: client for client in (segment, rudderstack, posthog, snowplow, sensorsdata)
}

if __name__ == "__main__":
    name, url, key, user, count = sys.argv[1:]
    CLIENTS[name](url, key, user, [f"Step {n}" for n in range(int(count))])
