"""What client SDKs send over HTTP, read without touching the world: a request's bytes in, lines for bronze out.

A request is unpacked with a bound, read in the words of its protocol (Segment and its kin, Snowplow, SensorsData,
PostHog), its sender is found by write key, and each event becomes one line: the event as its client sent it, with what
the server knows of it under `_collector`. Whatever is not taken is refused by a reason, never dropped.
"""

from cdp_lake.bronze.collecting.incoming import Incoming
from cdp_lake.bronze.collecting.reception import Reception, received
from cdp_lake.bronze.collecting.refusal import RefusedRequest
from cdp_lake.bronze.collecting.senders import Sender, Senders
from cdp_lake.bronze.collecting.tallies import Tallies

__all__ = ["Incoming", "Reception", "RefusedRequest", "Sender", "Senders", "Tallies", "received"]
