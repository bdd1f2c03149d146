"""Which columns identify people, in which namespace, and on which of them facts may hang."""

from __future__ import annotations

from collections.abc import Sequence, Set

from cdp_lake.bronze.assessment.findings import Tie
from cdp_lake.config.header_words import NAMESPACES
from cdp_lake.config.source_kinds import Kind

IDENTIFYING = frozenset(NAMESPACES) - {"order_id"}
_NOBODY = ("product", "ad_spend", "coupon_offer", "consent")
# The more trusted first: facts hang on the first that has a value.
_ORDER = tuple(
    "crm_id user_id anonymous_id previous_id wechat_unionid national_id email wechat_openid wecom_external_userid "
    "alipay_open_id taobao_open_uid loyalty_id phone order_id".split()
)
_WITHIN_ONE_APP = ("wechat_openid", "wecom_external_userid", "alipay_open_id", "taobao_open_uid")


def likely_ties(kind: Kind, named: Sequence[tuple[str, str]], namespaces: Set[str]) -> tuple[Tie, ...]:
    """Identifiers of a feed whose columns mean this, as (column, meaning)."""
    if kind in _NOBODY:
        return ()
    used = [(column, meaning) for column, meaning in named if meaning in _ORDER and _is_told(kind, meaning)]
    used.sort(key=lambda pair: _ORDER.index(pair[1]))
    devices = {"user_id", "anonymous_id"} & {meaning for _, meaning in used} if kind == "event" else set()
    first = {meaning: column for column, meaning in reversed(used)}
    return tuple(
        Tie(
            NAMESPACES[meaning],
            column,
            carrier=(meaning in devices or not devices) and meaning != "previous_id" and first[meaning] == column,
            is_known=NAMESPACES[meaning] in namespaces,
            doubt=_doubt(meaning),
        )
        for column, meaning in used
    )


def _is_told(kind: Kind, meaning: str) -> bool:
    """Orders link who paid with who checked out; a receipt's number is on nothing else."""
    return meaning != "order_id" or kind in ("event", "order_rows")


def _doubt(meaning: str) -> str:
    if meaning in _WITHIN_ONE_APP:
        return f"an id within one app or corporation: with several, write {meaning}@APP"
    return ""
