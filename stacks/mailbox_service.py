"""The mailbox service of the business: a store for mail, and a function for each thing that can be done with it, each with a role of its
own. Agents call the functions; nobody's agent can open the store."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.acknowledge import acknowledge_wildcard
from stacks.arns import Arns
from stacks.bundling import Bundle
from stacks.constructs.function import Function
from stacks.constructs.mail_store import MailStore
from stacks.stages import Stage

_DOMAIN = "mailbox"
_WHY = "Mailboxes and messages are named after what arrives, which is not known before."


class MailboxServiceStack(Stack):
    """Mail arrives as `mail/<mailbox>/<message>`: SES's receipt rules can put it there, one for each mailbox."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._arns = stage, Arns(self, stage.names)
        self._store = MailStore(self, "Store", stage=stage, name=stage.names.mail_store(self.account, self.region))
        read, listed, delete = self._function("read", "read"), self._function("list", "listed"), self._function("delete", "delete")
        self._objects(read, "mail", "s3:GetObject")
        self._objects(listed, "deletions", "s3:GetObject")
        self._objects(delete, "deletions", "s3:GetObject", "s3:PutObject")
        self._objects(delete, "mail", "s3:DeleteObject")
        CfnOutput(self, "MailStore", value=self._store.bucket_name)

    def _function(self, operation: str, entry: str) -> Function:
        """Who may list the store is told that an object is not there; whoever may not is only refused."""
        function = Function(
            self,
            operation.capitalize(),
            stage=self._stage,
            name=self._stage.names.operation(_DOMAIN, operation),
            bundle=Bundle(folder=_DOMAIN, entry=entry),
            environment={"MAIL_STORE": self._store.bucket_name},
        )
        function.allow(self._arns.mail_store(), "s3:ListBucket")
        return function

    def _objects(self, function: Function, folder: str, *actions: str) -> None:
        objects = self._arns.mail_store(folder)
        function.allow(objects, *actions)
        acknowledge_wildcard(function.role, objects, _WHY)
