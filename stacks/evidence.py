"""What makes the ledger evidence: its archive, and the seals over it."""

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.acknowledge import acknowledge_wildcard
from stacks.arns import Arns
from stacks.bundling import Bundle
from stacks.constructs.archive import Archive
from stacks.constructs.function import Function
from stacks.constructs.schedule import Schedule
from stacks.constructs.seal_key import SealKey
from stacks.constructs.stream import Stream
from stacks.constructs.texts import Texts
from stacks.stages import Stage


class EvidenceStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, ledger_stream: str) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._names, self._arns = stage, stage.names, Arns(self, stage.names)
        self._archive = Archive(self, "Archive", stage=stage, name=self._names.archive(self.account, self.region))
        archiver, sealer = self._archiver(ledger_stream), self._sealer()
        self._archive.only_written_by([archiver, sealer])
        Schedule(self, "Sealing", name=self._names.of("seal"), rate=stage.seal_every, function=sealer)
        self._auditor()
        self._reader(Texts(self, "Transcripts", stage=stage, name=self._names.transcripts(self.account, self.region)))
        CfnOutput(self, "ArchiveBucket", value=self._archive.bucket_name)

    def _archiver(self, ledger_stream: str) -> Function:
        archiver = self._function("archiver", {"ARCHIVE_BUCKET": self._archive.bucket_name}, seconds=60)
        archiver.allow(self._arns.table("ledger"), "dynamodb:Query")
        self._objects(archiver, "s3:PutObject", "entries", "irregular")
        Stream(self, "Stream", arn=ledger_stream, reader=archiver, gather_seconds=5)
        return archiver

    def _sealer(self) -> Function:
        key = SealKey(self, "SealKey", stage=self._stage)
        environment = {
            "ARCHIVE_BUCKET": self._archive.bucket_name,
            "SEAL_KEY": key.key_arn,
            "SETTLE_SECONDS": str(self._stage.seal_settles_seconds),
        }
        sealer = self._function("sealer", environment, seconds=300, memory=1024)
        sealer.allow(self._archive.bucket_arn, "s3:ListBucket")
        self._objects(sealer, "s3:GetObject", "entries", "irregular", "seals")
        self._objects(sealer, "s3:PutObject", "seals", "keys")
        sealer.allow(key.key_arn, "kms:Sign", "kms:GetPublicKey")
        key.only_signs_for(sealer)
        return sealer

    def _auditor(self) -> None:
        """A policy for people who check: they read the ledger and its archive, and nothing else."""
        objects = self._arns.archived()
        reads = [
            iam.PolicyStatement(actions=["dynamodb:Scan", "dynamodb:Query"], resources=[self._arns.table("ledger")]),
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self._archive.bucket_arn]),
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[objects]),
        ]
        policy = iam.ManagedPolicy(self, "Auditor", managed_policy_name=self._names.of("auditor"), statements=reads)
        acknowledge_wildcard(policy, objects, "All of the archive is there to be read by whoever checks it.")

    def _reader(self, transcripts: Texts) -> None:
        """A policy for people who answer for personal data: they read what models were asked and answered. To have it deleted they call
        the API, which records it."""
        objects = self._arns.transcripts()
        allowed = iam.PolicyStatement(actions=["s3:GetObject"], resources=[objects])
        # With it, what was redacted is told apart from what may not be read.
        listed = iam.PolicyStatement(actions=["s3:ListBucket"], resources=[transcripts.bucket_arn])
        policy = iam.ManagedPolicy(self, "Reader", managed_policy_name=self._names.of("transcripts"), statements=[allowed, listed])
        acknowledge_wildcard(policy, objects, "Whose data has to go is not known before.")

    def _objects(self, function: Function, action: str, *folders: str) -> None:
        for folder in folders:
            objects = self._arns.archived(f"{folder}/")
            function.allow(objects, action)
            acknowledge_wildcard(function.role, objects, "Objects are named after their content, which is not known before.")

    def _function(self, name: str, environment: dict[str, str], *, seconds: int, memory: int = 512) -> Function:
        return Function(
            self,
            name.capitalize(),
            stage=self._stage,
            name=self._names.function(name),
            bundle=Bundle(folder=name),
            environment=environment,
            seconds=seconds,
            memory=memory,
        )
