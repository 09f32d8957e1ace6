"""A domain's policies in Amazon Verified Permissions: one store, STRICT."""

import json

from aws_cdk import Stack
from aws_cdk import aws_verifiedpermissions as verifiedpermissions
from constructs import Construct

from remit.policies import PolicySet
from stacks.stages import Stage


class PolicyStore(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, policy_set: PolicySet) -> None:
        super().__init__(scope, construct_id)
        store = verifiedpermissions.CfnPolicyStore(
            self,
            "Store",
            description=Stack.of(self).stack_name,
            schema={"cedarJson": json.dumps(policy_set.policy_schema)},
            validation_settings={"mode": "STRICT"},
            deletion_protection={"mode": "ENABLED" if stage.protected else "DISABLED"},
        )
        store.apply_removal_policy(stage.removal_policy)
        self.id = store.attr_policy_store_id
        self.arn = store.attr_arn
        for policy in policy_set.policies:
            static = {"static": {"description": policy.id, "statement": policy.statement}}
            verifiedpermissions.CfnPolicy(self, policy.id, policy_store_id=self.id, definition=static)
