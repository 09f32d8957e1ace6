"""An address that a domain sends mail from, verified as an identity of its own."""

from aws_cdk import aws_ses as ses
from constructs import Construct

from stacks.stages import Stage


class SenderTaken(Exception):
    """The message names the address."""


class Sender(ses.EmailIdentity):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, address: str) -> None:
        if address.lower() == stage.mail_sender.lower():
            why = "an agent that may send from it could ask in Remit's name: give the charter's sender another address"
            raise SenderTaken(f"{address} is where the approval mails of stage '{stage.name}' come from; {why}")
        super().__init__(scope, construct_id, identity=ses.Identity.email(address))
