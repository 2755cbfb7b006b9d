package awsapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// explainMetadata is for an instance whose metadata service gives no credentials,
// by what it answered last.
func (s *session) explainMetadata(ctx context.Context, err error) *Error {
	if s.imds == nil || !s.waitsForMetadata(ctx, err) {
		return nil
	}
	var configuration *configError
	if errors.As(err, &configuration) {
		return s.noRegion()
	}
	asked, status, at := s.imds.lastAnswer()
	switch {
	case !asked, status == 0 && !s.imds.certain:
		return s.noCredentials()
	case status == 0:
		return &Error{Code: "imds-unreachable", Cause: "no credentials of the instance's role: instance metadata does not answer at " + at, Transient: true,
			Remedy: "see that no firewall or route of this machine stands before it: curl -m 2 http://" + at}
	case status == http.StatusUnauthorized:
		return &Error{Code: "imds-unreachable", Cause: "no credentials of the instance's role: instance metadata wants a token and gives none to this process", Transient: true,
			Remedy: "from a container, raise the hop limit: aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2 --instance-id ID"}
	case status == http.StatusForbidden:
		return &Error{Code: "imds-disabled", Cause: "no credentials of the instance's role: instance metadata is switched off for this instance",
			Remedy: "switch it on: aws ec2 modify-instance-metadata-options --http-endpoint enabled --instance-id ID"}
	case status == http.StatusNotFound:
		return noInstanceRole()
	case status == http.StatusTooManyRequests:
		return &Error{Code: "throttled", Cause: "instance metadata is throttled", Transient: true, Remedy: "try again in a minute, and see which process asks it so often"}
	}
	return nil
}

// waitsForMetadata: the metadata client failed, or the deadline ended the wait
// for it, of which the SDK keeps no other trace.
func (s *session) waitsForMetadata(ctx context.Context, err error) bool {
	var credentials *credentialsError
	return serviceOf(err) == imds.ServiceID ||
		errors.As(err, &credentials) && ctx.Err() != nil && serviceOf(err) == "" && s.uses(aws.CredentialSourceIMDS)
}

func noInstanceRole() *Error {
	return &Error{Code: "no-instance-role", Cause: "no AWS credentials found: this instance has no IAM role",
		Remedy: "attach one: aws ec2 associate-iam-instance-profile --iam-instance-profile Name=PROFILE --instance-id ID"}
}

func (s *session) noRegion() *Error {
	e := &Error{Code: "no-region", Cause: "the secret is given by name and no region is set", Remedy: `add "region" to the entry, write the secret's ARN, or set AWS_REGION`}
	if s.imds == nil {
		return e
	}
	switch asked, status, at := s.imds.lastAnswer(); {
	case s.imds.notAsked != "":
		e.Cause += "; instance metadata was not asked: " + s.imds.notAsked
	case asked && status == 0:
		e.Cause += "; instance metadata does not answer at " + at
		e.Transient = s.imds.certain
	case asked:
		e.Cause += "; instance metadata answers " + statusText(status)
		e.Transient = status == http.StatusTooManyRequests || status >= 500
	}
	return e
}
