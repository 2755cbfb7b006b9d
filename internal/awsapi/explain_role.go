package awsapi

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

// explainSTS is for roles, the entry's and the profile's.
func (s *session) explainSTS(err error, api smithy.APIError) *Error {
	principal := to(between(api.ErrorMessage(), "User: ", " is not authorized"))
	web := operationOf(err) == "STS AssumeRoleWithWebIdentity"
	switch code := strings.TrimSuffix(api.ErrorCode(), "Exception"); {
	case code == "AccessDenied" && web:
		return &Error{Code: "access-denied-role", Cause: "sts:AssumeRoleWithWebIdentity denied", Withdrawn: true,
			Remedy: "let the trust policy of the role (AWS_ROLE_ARN or the profile's) allow this identity provider, audience and subject"}
	case code == "AccessDenied" && s.request.RoleARN == "":
		return &Error{Code: "access-denied-role", Cause: "sts:AssumeRole of the role in profile " + s.profile() + " denied" + principal, Withdrawn: true,
			Remedy: "allow it in this identity's policy and in the role's trust policy"}
	case code == "AccessDenied":
		return &Error{Code: "access-denied-role", Cause: "sts:AssumeRole of " + s.request.RoleARN + " denied" + principal, Withdrawn: true, Remedy: s.trustRemedy()}
	case code == "RegionDisabled":
		return &Error{Code: "aws-error", Cause: "STS is not activated in this region", Remedy: "activate it in the account settings of IAM, or set AWS_REGION to another region"}
	case web && (code == "InvalidIdentityToken" || code == "IDPRejectedClaim" || code == "IDPCommunicationError"):
		return &Error{Code: "credentials-refused", Cause: "STS refuses the web identity token (" + code + ")",
			Remedy: "see that IAM knows its issuer as an identity provider with this audience"}
	}
	return refused(err, api)
}

func (s *session) trustRemedy() string {
	remedy := "allow it in this identity's policy and in the role's trust policy"
	if s.request.ExternalID != "" {
		return remedy + fmt.Sprintf(", with the external id %q", s.request.ExternalID)
	}
	return remedy + `; if that asks for an external id, add "externalId" to the entry`
}

// explainSSO is for IAM Identity Center, which wants a person now and then.
func (s *session) explainSSO(err error, api smithy.APIError) *Error {
	switch {
	case serviceOf(err) == "SSO OIDC", strings.HasPrefix(api.ErrorCode(), "Unauthorized"):
		return s.ssoExpired()
	case strings.HasPrefix(api.ErrorCode(), "Forbidden"), strings.HasPrefix(api.ErrorCode(), "ResourceNotFound"):
		return &Error{Code: "access-denied-role", Cause: "IAM Identity Center does not give this user the role of profile " + s.profile(), Withdrawn: true,
			Remedy: "correct sso_account_id and sso_role_name, or have the permission set assigned"}
	}
	return refused(err, api)
}

func (s *session) ssoExpired() *Error {
	return &Error{Code: "sso-expired", Cause: "the SSO session of profile " + s.profile() + " has expired or was never opened",
		Remedy: "open it: aws sso login --profile " + s.profile()}
}

// explainEndpoint is for services that the SDK asks without naming them: the
// container's credentials endpoint, and IAM where it answers through IMDS.
func (s *session) explainEndpoint(err error, api smithy.APIError) *Error {
	if s.uses(aws.CredentialSourceIMDS) {
		return &Error{Code: "no-instance-role", Cause: fmt.Sprintf("the instance's role gives no credentials: %s: %s", api.ErrorCode(), firstLine(api.ErrorMessage())),
			Remedy: "see that the role exists and that its trust policy names ec2.amazonaws.com"}
	}
	status := statusOf(err)
	if 300 <= status && status < 400 {
		return s.redirected(err)
	}
	return &Error{Code: "container-credentials", Cause: strings.TrimSpace(fmt.Sprintf("the container's credentials endpoint %s refuses: %s %s", s.endpointOf(err), statusText(status), api.ErrorCode())),
		Remedy: "see that AWS_CONTAINER_CREDENTIALS_* and AWS_CONTAINER_AUTHORIZATION_TOKEN are those of this container"}
}
