"""The people on whose behalf agents act: a Cognito user pool, with the charters' groups and one application."""

from collections.abc import Iterable

from aws_cdk import Aws, CfnOutput, Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.stages import Stage

_PASSWORD = cognito.PasswordPolicy(min_length=14, require_digits=True, require_lowercase=True, require_symbols=True, require_uppercase=True)


class People(Construct):
    """`tenant` is set when a person is made and never after: neither the person nor an application can write it."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, endpoint: str, groups: Iterable[str]) -> None:
        super().__init__(scope, construct_id)
        self._pool = cognito.UserPool(
            self,
            "Pool",
            user_pool_name=stage.names.of("people"),
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True),
            sign_in_case_sensitive=False,
            account_recovery=cognito.AccountRecovery.NONE,
            password_policy=_PASSWORD,
            mfa=stage.second_factor,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            custom_attributes={"tenant": cognito.StringAttribute(min_len=1, max_len=128, mutable=False)},
            deletion_protection=stage.protected,
            removal_policy=stage.removal_policy,
        )
        for group in sorted(set(groups)):
            cognito.UserPoolGroup(self, f"Group-{group}", user_pool=self._pool, group_name=group)
        self._client = self._application(stage)
        self._keys_url = stage.keys_url.format(endpoint=endpoint, pool=self._pool.user_pool_id, region=Aws.REGION, domain=Aws.URL_SUFFIX)
        acknowledge(self._pool, "AwsSolutions-COG2", "Required in every stage but the local one, whose people are made up.")
        acknowledge(self._pool, "AwsSolutions-COG8", "The plan is the account's choice; nothing here rests on threat protection.")
        for name, value in (("PoolId", self._pool.user_pool_id), ("ClientId", self._client.user_pool_client_id)):
            # Found by just this name, whichever construct it is in.
            CfnOutput(self, name, value=value).override_logical_id(name)

    def settings(self) -> dict[str, str]:
        """What it takes to verify a token."""
        return {
            "TOKEN_ISSUER": f"https://cognito-idp.{Aws.REGION}.amazonaws.com/{self._pool.user_pool_id}",
            "TOKEN_AUDIENCE": self._client.user_pool_client_id,
            "TOKEN_KEYS_URL": self._keys_url,
        }

    def sign_in(self, stage: Stage, endpoint: str, public_url: str) -> dict[str, str]:
        """What it takes to have approvers sign in at the pool's own pages, where no function of ours sees a password or a second factor.
        An application of its own: its tokens say nothing on anybody's behalf elsewhere."""
        prefix = f"{stage.names.of('people')}-{Aws.ACCOUNT_ID}"
        self._pool.add_domain("SignIn", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
        approvals = self._pool.add_client(
            "Approvals",
            user_pool_client_name=stage.names.of("approvals"),
            auth_flows=cognito.AuthFlow(),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID],
                callback_urls=[f"{public_url}/signed-in"],
            ),
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            id_token_validity=Duration.hours(1),
        )
        return {
            **self.settings(),
            "TOKEN_AUDIENCE": approvals.user_pool_client_id,
            "SIGN_IN_URL": stage.sign_in_url.format(endpoint=endpoint, prefix=prefix, region=Aws.REGION),
            "PUBLIC_URL": public_url,
        }

    def _application(self, stage: Stage) -> cognito.UserPoolClient:
        return self._pool.add_client(
            "Application",
            user_pool_client_name=stage.names.of("application"),
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=True),
            disable_o_auth=True,
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            id_token_validity=Duration.hours(1),
            access_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(1),
            read_attributes=cognito.ClientAttributes().with_custom_attributes("tenant"),
            write_attributes=cognito.ClientAttributes().with_standard_attributes(fullname=True),
        )
