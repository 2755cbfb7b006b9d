package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// explain makes one sentence of whatever the SDK says. Each step knows one kind
// of fault and leaves the others to those after it.
func (s *session) explain(ctx context.Context, err error) *Error {
	s.client.trace("AWS: %s", describe(err))
	var explained *Error
	if errors.As(err, &explained) {
		return explained
	}
	steps := []func(context.Context, error) *Error{
		s.explainRefusal,
		s.explainConfig,
		s.explainMetadata,
		s.explainAPI,
		s.explainNetwork,
		s.explainAnswer,
		s.explainCredentials,
	}
	for _, step := range steps {
		if e := step(ctx, err); e != nil {
			return e
		}
	}
	return &Error{Code: "aws-error", Cause: lastClause(err), Remedy: "look closer with ECSSECRETS_LOG=debug"}
}

// explainAPI is for errors that a service of AWS itself names. A code means what
// the service that sends it means.
func (s *session) explainAPI(_ context.Context, err error) *Error {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() == "UnknownError" {
		return nil
	}
	if e := s.explainBusy(err, api); e != nil {
		return e
	}
	if e := s.explainSignature(err, api); e != nil {
		return e
	}
	switch serviceOf(err) {
	case "Secrets Manager":
		return s.explainSecret(err, api)
	case "STS":
		return s.explainSTS(err, api)
	case "SSO", "SSO OIDC":
		return s.explainSSO(err, api)
	case "":
		return s.explainEndpoint(err, api)
	}
	return refused(err, api)
}

// explainBusy is for services that could not serve just now.
func (s *session) explainBusy(err error, api smithy.APIError) *Error {
	if _, throttled := retry.DefaultThrottleErrorCodes[api.ErrorCode()]; throttled || statusOf(err) == http.StatusTooManyRequests {
		return &Error{Code: "throttled", Cause: fmt.Sprintf("%s is throttled (%s)", s.asked(err), api.ErrorCode()), Transient: true,
			Remedy: "try again in a minute; if it goes on, see who else calls it, or ask AWS for a higher quota"}
	}
	if status := statusOf(err); status >= 500 {
		return s.unavailable(err, status)
	}
	return nil
}

func (s *session) unavailable(err error, status int) *Error {
	return &Error{Code: "aws-unavailable", Cause: fmt.Sprintf("%s answered %s", s.asked(err), statusText(status)), Transient: true,
		Remedy: "try again in a minute; if it goes on, see https://health.aws.amazon.com"}
}

// refused is for what has no sentence of its own.
func refused(err error, api smithy.APIError) *Error {
	return &Error{Code: "aws-error", Cause: fmt.Sprintf("%s refused: %s: %s", operationOf(err), api.ErrorCode(), api.ErrorMessage()),
		Remedy: "look closer with ECSSECRETS_LOG=debug"}
}
