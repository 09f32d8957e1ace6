"""Physical names, from the stage alone. The core stack and the domain stacks name each other's resources without referring to
each other, and a command line can find them without a lookup."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    stage: str

    def of(self, *parts: str) -> str:
        return "-".join(("remit", self.stage, *parts))

    @property
    def metrics(self) -> str:
        """The namespace of the stage's metrics."""
        return f"Remit/{self.stage}"

    def table(self, name: str) -> str:
        """One of Remit's own: actions, approvals, warrants, uses, ledger."""
        return self.of(name)

    def business_table(self, domain: str, name: str) -> str:
        return self.of(domain, name)

    def function(self, name: str) -> str:
        """One of the core's: api, approvals, recorder."""
        return self.of(name)

    def gate(self, domain: str) -> str:
        return self.of(domain, "gate")

    def executor(self, domain: str, agent: str) -> str:
        return self.of(domain, agent, "executor")

    def reasoner(self, domain: str, agent: str) -> str:
        return self.of(domain, agent, "reasoner")

    def extractor(self, domain: str) -> str:
        """The function that reads the domain's logs."""
        return self.of(domain, "extractor")

    def operation(self, domain: str, operation: str) -> str:
        """A function of the business's own service, which is deployed beside Remit."""
        return self.of(domain, "service", operation)

    def agent_role(self, domain: str, agent: str) -> str:
        return self.of(domain, agent, "agent")

    def reader_role(self, domain: str, agent: str) -> str:
        return self.of(domain, agent, "reader")

    def archive(self, account: str, region: str) -> str:
        """The bucket that keeps the ledger: buckets are named apart in the whole world."""
        return self.of("ledger", account, region)

    def transcripts(self, account: str, region: str) -> str:
        """The bucket that keeps what models were asked and answered."""
        return self.of("transcripts", account, region)

    def logs(self, account: str, region: str) -> str:
        """The bucket that keeps the logs and conversations that facts come from."""
        return self.of("logs", account, region)

    def mail_store(self, account: str, region: str) -> str:
        """The bucket of the mailbox service, with every message."""
        return self.of("mail-store", account, region)

    def mail(self) -> str:
        """SES's configuration set for all mail of the stage."""
        return self.of("mail")

    def alarms(self) -> str:
        """The topic that tells people of alarms."""
        return self.of("alarms")

    def machine(self, workflow: str) -> str:
        return self.of(workflow)


def machine_variable(workflow: str) -> str:
    """How a state machine's file calls the machine of a workflow that it starts: SupplyOrderMachineArn for supply-order."""
    return "".join(part.capitalize() for part in workflow.split("-")) + "MachineArn"


def action_workflow(domain: str) -> str:
    """The workflow behind POST /intents: one governed action and nothing else."""
    return f"{domain}-action"


def undo_workflow(domain: str) -> str:
    """The workflow behind POST /runs/{id}/undo: the compensations of one run, one after the other."""
    return f"{domain}-undo"


def extract_workflow(domain: str) -> str:
    """The workflow behind POST /facts/extract: what a log says, each statement a governed action."""
    return f"{domain}-extract"
