"""Acts on policies and approvals."""

from mingcha.records.policies.actions.approvals import (
    approve,
    ask_approval,
    refuse_approval,
    use_approval,
    withdraw_approval,
)
from mingcha.records.policies.actions.changes import agree_to_change, change_policy, withdraw_change

__all__ = [
    "agree_to_change",
    "approve",
    "ask_approval",
    "change_policy",
    "refuse_approval",
    "use_approval",
    "withdraw_approval",
    "withdraw_change",
]
