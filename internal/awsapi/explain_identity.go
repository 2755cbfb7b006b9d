package awsapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

// explainSignature is for what every service says of the credentials and the
// time with which a request was signed.
func (s *session) explainSignature(err error, api smithy.APIError) *Error {
	message := api.ErrorMessage()
	switch code := strings.TrimSuffix(api.ErrorCode(), "Exception"); code {
	case "ExpiredToken":
		return s.expired(err)
	case "RequestTimeTooSkewed", "RequestExpired":
		return clockSkew()
	case "InvalidSignature", "SignatureDoesNotMatch":
		if strings.Contains(message, "Signature expired") || strings.Contains(message, "Signature not yet current") {
			return clockSkew()
		}
		return s.badCredentials(code, "the secret access key does not fit its access key id")
	case "UnrecognizedClient", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure":
		return s.badCredentials(code, "AWS does not know the access key or session token")
	case "IncompleteSignature", "MissingAuthenticationToken":
		return s.badCredentials(code, "AWS cannot read the request's signature")
	}
	return nil
}

func (s *session) badCredentials(code, cause string) *Error {
	return &Error{Code: "credentials-refused", Cause: fmt.Sprintf("%s (%s, with %s)", cause, code, s.whose()),
		Remedy: "correct them, or remove them where a role should be used; keys of another partition and regions that are not enabled end so too"}
}

func clockSkew() *Error {
	return &Error{Code: "clock-skew", Cause: "AWS refuses the request's time: this machine's clock is wrong",
		Remedy: "set it and keep it set: timedatectl set-ntp true"}
}

func (s *session) expired(err error) *Error {
	remedy := "renew them, or remove them where a role should be used"
	switch {
	case operationOf(err) == "STS AssumeRoleWithWebIdentity":
		return &Error{Code: "credentials-expired", Cause: "the web identity token has expired", Remedy: "see who should renew the file that AWS_WEB_IDENTITY_TOKEN_FILE or the profile names"}
	case s.agent.external:
		remedy = "see that the SSM agent runs, which renews them: systemctl status amazon-ssm-agent"
	case s.uses(aws.CredentialSourceIMDS):
		remedy = "try again in a minute; EC2 renews them"
	}
	return &Error{Code: "credentials-expired", Cause: "the AWS credentials have expired (" + s.whose() + ")", Remedy: remedy}
}

// whose says in words where the SDK found the credentials.
func (s *session) whose() string {
	name, file, _ := strings.Cut(s.source, ": ")
	switch {
	case name == "EnvConfigCredentials":
		return "AWS_ACCESS_KEY_ID of the environment"
	case name == "SharedConfigCredentials" && file != "":
		return "the access key in " + file
	case s.uses(aws.CredentialSourceIMDS):
		return "the instance's role"
	case s.uses(aws.CredentialSourceHTTP):
		return "the container's credentials"
	case s.uses(aws.CredentialSourceProcess):
		return "the credential_process of profile " + s.profile()
	case s.uses(aws.CredentialSourceProfile):
		return "the access key of profile " + s.profile()
	case s.request.RoleARN != "":
		return s.request.RoleARN
	case s.source == "":
		return "credentials of the SDK's chain"
	}
	return s.source
}

func (s *session) uses(source aws.CredentialSource) bool { return slices.Contains(s.sources, source) }
