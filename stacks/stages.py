"""What differs between the places where Remit runs: values, never branches."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aws_cdk import CliCredentialsStackSynthesizer, DefaultStackSynthesizer, Duration, IReusableStackSynthesizer, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

from remit.names import Names

LOCAL_ENDPOINT = "http://127.0.0.1:4566"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`api_url` is a format over {endpoint}, {api}, {region}, {domain} and {stage}, `keys_url` over {endpoint}, {pool}, {region} and
    {domain}, `sign_in_url` over {endpoint}, {prefix} and {region}; `wheels` are uv's options that choose them."""

    name: str
    api_url: str
    keys_url: str
    sign_in_url: str
    second_factor: cognito.Mfa
    synthesizer: Callable[[], IReusableStackSynthesizer]
    architecture: lambda_.Architecture
    wheels: tuple[str, ...]
    removal_policy: RemovalPolicy
    protected: bool
    tls: bool
    point_in_time_recovery: bool
    encryption: dynamodb.TableEncryption
    log_retention: logs.RetentionDays
    # Nobody can shorten it for what has been put, not even the account's root user.
    archive_retention: s3.ObjectLockRetention
    seal_every: str
    # Longer than the archiver's time-out and the clocks' difference.
    seal_settles_seconds: int
    # How late a reminder, a further level or an expiry may be.
    tick_every: str
    # After so long without a seal somebody is told.
    seal_overdue_minutes: int
    # How long what models were asked and answered is kept, unless it is redacted before.
    transcript_days: int
    # How often it is counted what waits.
    watch_every: str
    # Who is told of alarms, by mail, once each has agreed to it.
    operators: tuple[str, ...]
    # So many denials of one agent within five minutes are a spike.
    denial_spike: int
    mail_sender: str
    model_id: str
    # No pause of a workflow is longer here than this; None: as long as the charter says.
    longest_pause_seconds: int | None = None
    # Which Cedar decides: the service, at a call a question, or the gate itself over the service's policies.
    engine: Literal["verified-permissions", "embedded"] = "verified-permissions"

    @property
    def names(self) -> Names:
        return Names(self.name)

    def pause(self, seconds: int) -> int:
        """How long a workflow really waits where its charter says so many seconds."""
        return seconds if self.longest_pause_seconds is None else min(seconds, self.longest_pause_seconds)


LOCAL = Stage(
    name="local",
    api_url="{endpoint}/restapis/{api}/{stage}/_user_request_",
    keys_url="{endpoint}/{pool}/.well-known/jwks.json",
    sign_in_url="{endpoint}",
    second_factor=cognito.Mfa.OFF,
    # The bootstrap roles' conditions are not evaluated by the local cloud.
    synthesizer=CliCredentialsStackSynthesizer,
    architecture=lambda_.Architecture.ARM_64 if platform.machine() in {"arm64", "aarch64"} else lambda_.Architecture.X86_64,
    wheels=(),
    removal_policy=RemovalPolicy.DESTROY,
    protected=False,
    tls=False,
    point_in_time_recovery=False,
    encryption=dynamodb.TableEncryption.DEFAULT,
    log_retention=logs.RetentionDays.ONE_WEEK,
    archive_retention=s3.ObjectLockRetention.compliance(Duration.days(1)),
    seal_every="rate(1 minute)",
    seal_settles_seconds=2,
    tick_every="rate(1 minute)",
    seal_overdue_minutes=5,
    transcript_days=7,
    watch_every="rate(1 minute)",
    operators=("operations@example.com",),
    denial_spike=10,
    mail_sender="remit@example.com",
    model_id="amazon.nova-pro-v1:0",
    longest_pause_seconds=1,
)

PROD = Stage(
    name="prod",
    api_url="https://{api}.execute-api.{region}.{domain}/{stage}",
    keys_url="https://cognito-idp.{region}.{domain}/{pool}/.well-known/jwks.json",
    sign_in_url="https://{prefix}.auth.{region}.amazoncognito.com",
    second_factor=cognito.Mfa.REQUIRED,
    synthesizer=DefaultStackSynthesizer,
    architecture=lambda_.Architecture.ARM_64,
    wheels=("--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.13"),
    removal_policy=RemovalPolicy.RETAIN,
    protected=True,
    tls=True,
    point_in_time_recovery=True,
    # The key that DynamoDB keeps for this account: its use is in CloudTrail, and no role needs a grant on it.
    encryption=dynamodb.TableEncryption.AWS_MANAGED,
    log_retention=logs.RetentionDays.ONE_YEAR,
    archive_retention=s3.ObjectLockRetention.compliance(Duration.days(365)),
    seal_every="rate(15 minutes)",
    seal_settles_seconds=120,
    tick_every="rate(1 minute)",
    seal_overdue_minutes=60,
    transcript_days=365,
    watch_every="rate(1 minute)",
    operators=("operations@example.com",),
    denial_spike=10,
    mail_sender="remit@example.com",
    model_id="amazon.nova-pro-v1:0",
)

_STAGES = {stage.name: stage for stage in (LOCAL, PROD)}


class UnknownStage(Exception):
    """The message names the stages there are."""


def stage_named(name: str) -> Stage:
    if name not in _STAGES:
        raise UnknownStage(f"'{name}' is no stage: choose one of {', '.join(_STAGES)} with -c stage=NAME")
    return _STAGES[name]
