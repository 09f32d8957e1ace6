"""How mail leaves: tracked by nobody, encrypted on its way, and with whatever comes back on the event bus."""

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_ses as ses
from constructs import Construct

from stacks.constructs.function import Function
from stacks.stages import Stage

# Neither OPEN nor CLICK: for these SES would put an image into the mail and lead its link through an address of its own.
_COMES_BACK = [ses.EmailSendingEvent.BOUNCE, ses.EmailSendingEvent.COMPLAINT, ses.EmailSendingEvent.REJECT]


class MailThatComesBack(Construct):
    """A domain's gate hears of the mails that did not reach its approvers. No account can put events of this source on the bus but SES."""

    def __init__(self, scope: Construct, construct_id: str, *, domain: str, gate: Function) -> None:
        super().__init__(scope, construct_id)
        events.Rule(
            self,
            "Rule",
            event_pattern=events.EventPattern(
                source=["aws.ses"],
                detail_type=["Email Bounced", "Email Rejected"],
                detail={"mail": {"tags": {"domain": [domain], "approval": events.Match.exists()}}},
            ),
            targets=[targets.LambdaFunction(gate.resource)],
        )


class MailSettings(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        settings = ses.ConfigurationSet(
            self, "Set", configuration_set_name=stage.names.mail(), tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE
        )
        bus = events.EventBus.from_event_bus_name(self, "Bus", "default")
        settings.add_event_destination("ComesBack", destination=ses.EventDestination.event_bus(bus), events=_COMES_BACK)
