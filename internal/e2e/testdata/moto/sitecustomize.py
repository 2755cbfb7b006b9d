"""Teaches moto what a stack with a secret needs. Python loads this at its start, by PYTHONPATH.

moto's CloudFormation has no AWS::SecretsManager::Secret and keeps a role's inline policies as
something that is no JSON, with AWS::NoValue in it; its IAM does not know which secret a call is about.
"""

import json

from moto.core.common_models import CloudFormationModel
from moto.core.utils import unix_time
from moto.iam.models import Role
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse


class StackSecret(FakeSecret, CloudFormationModel):
    __module__ = FakeSecret.__module__  # moto takes the service from it

    @staticmethod
    def cloudformation_name_type():
        return "Name"

    @staticmethod
    def cloudformation_type():
        return "AWS::SecretsManager::Secret"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json.get("Properties", {})
        unknown = set(properties) - {"Name", "Description", "KmsKeyId"}
        if unknown:
            raise ValueError(f"AWS::SecretsManager::Secret: {unknown} is not known here")
        now = int(unix_time())
        secret = cls(
            account_id,
            region_name,
            resource_name,
            {},
            "",
            description=properties.get("Description"),
            kms_key_id=properties.get("KmsKeyId"),
            created_date=now,
            last_changed_date=now,
        )
        secretsmanager_backends[account_id][region_name].secrets[secret.name] = secret
        return secret

    @property
    def physical_resource_id(self):
        return self.arn


def secret_of(response):
    """The ARN of the secret that a call is about."""
    name = json.loads(response.body or "{}").get("SecretId", "*")
    secrets = secretsmanager_backends[response.current_account][response.region].secrets
    return secrets[name].arn if name in secrets else name


SecretsManagerResponse._determine_resource = secret_of


put_policy = Role.put_policy


def put_policy_as_json(role, name, policy):
    if not isinstance(policy, str):
        statements = [statement for statement in policy["Statement"] if statement is not None]
        policy = json.dumps({**policy, "Statement": statements})
    put_policy(role, name, policy)


Role.put_policy = put_policy_as_json
