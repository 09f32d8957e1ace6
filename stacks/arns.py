"""The ARNs behind the physical names: one stack grants on another's resources without referring to them."""

from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack

from remit.names import Names


@dataclass(frozen=True, slots=True)
class Arns:
    stack: Stack
    names: Names

    def table(self, name: str) -> str:
        return self._arn("dynamodb", "table", self.names.table(name))

    def approvals_index(self, name: str) -> str:
        return f"{self.table('approvals')}/index/{name}"

    def person_index(self) -> str:
        return f"{self.table('delegations')}/index/person"

    def business_table(self, domain: str, name: str) -> str:
        return self._arn("dynamodb", "table", self.names.business_table(domain, name))

    def archived(self, folder: str = "") -> str:
        """Every object of the archive, or of one of its folders."""
        return self._objects(self.names.archive(self.stack.account, self.stack.region), folder)

    def transcripts(self, folder: str = "") -> str:
        """Every transcript, or those of one folder."""
        return self._objects(self.names.transcripts(self.stack.account, self.stack.region), folder)

    def logs(self, folder: str) -> str:
        """The logs of one folder."""
        return self._objects(self.names.logs(self.stack.account, self.stack.region), folder)

    def role(self, name: str) -> str:
        return self.stack.format_arn(service="iam", region="", resource="role", resource_name=name)

    def index(self, domain: str, table: str, index: str) -> str:
        return f"{self.business_table(domain, table)}/index/{index}"

    def gate(self, domain: str) -> str:
        return self._arn("lambda", "function", self.names.gate(domain), ArnFormat.COLON_RESOURCE_NAME)

    def operation(self, domain: str, operation: str) -> str:
        return self._arn("lambda", "function", self.names.operation(domain, operation), ArnFormat.COLON_RESOURCE_NAME)

    def mail_store(self, folder: str | None = None) -> str:
        """The bucket of the mailbox service, or every object in one of its folders."""
        bucket, objects = self.names.mail_store(self.stack.account, self.stack.region), None if folder is None else f"{folder}/*"
        return self.stack.format_arn(service="s3", region="", account="", resource=bucket, resource_name=objects)

    def machine(self, workflow: str) -> str:
        return self._arn("states", "stateMachine", self.names.machine(workflow), ArnFormat.COLON_RESOURCE_NAME)

    def execution(self, workflow: str) -> str:
        """Every execution of one machine."""
        return self._arn("states", "execution", f"{self.names.machine(workflow)}:*", ArnFormat.COLON_RESOURCE_NAME)

    def recorder(self) -> str:
        return self._arn("lambda", "function", self.names.function("recorder"), ArnFormat.COLON_RESOURCE_NAME)

    def alarms(self) -> str:
        return self.stack.format_arn(service="sns", resource=self.names.alarms())

    def mail_identity(self, sender: str) -> str:
        return self._arn("ses", "identity", sender)

    def mail_settings(self) -> str:
        return self._arn("ses", "configuration-set", self.names.mail())

    def model(self, model_id: str) -> str:
        return self.stack.format_arn(service="bedrock", account="", resource="foundation-model", resource_name=model_id)

    def _objects(self, bucket: str, folder: str) -> str:
        return self.stack.format_arn(service="s3", region="", account="", resource=bucket, resource_name=f"{folder}*")

    def _arn(self, service: str, resource: str, name: str, form: ArnFormat = ArnFormat.SLASH_RESOURCE_NAME) -> str:
        return self.stack.format_arn(service=service, resource=resource, resource_name=name, arn_format=form)
