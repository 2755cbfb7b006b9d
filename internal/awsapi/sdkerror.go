package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go"
)

// serviceOf names the service that the SDK was asking: "Secrets Manager", "STS",
// "ec2imds"; empty for the container's credentials and for this machine.
func serviceOf(err error) string {
	var operation *smithy.OperationError
	if !errors.As(err, &operation) {
		return ""
	}
	// Credentials are asked for in the middle of an operation that needs them.
	if inner := serviceOf(operation.Err); inner != "" {
		return inner
	}
	return operation.Service()
}

// operationOf is the service with its operation, as in "STS AssumeRole".
func operationOf(err error) string {
	var operation *smithy.OperationError
	if !errors.As(err, &operation) {
		return "AWS"
	}
	if serviceOf(operation.Err) != "" {
		return operationOf(operation.Err)
	}
	return operation.Service() + " " + operation.Operation()
}

// statusOf is the HTTP status of the answer, 0 where there was none.
func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.HTTPStatusCode()
}

// asked names who was asked, and for what.
func (s *session) asked(err error) string {
	service := serviceOf(err)
	var credentials *credentialsError
	switch {
	case service == imds.ServiceID:
		return "instance metadata"
	case service != "":
		return operationOf(err)
	case errors.As(err, &credentials) && s.uses(aws.CredentialSourceHTTP):
		return "the container's credentials endpoint"
	case errors.As(err, &credentials) && s.uses(aws.CredentialSourceIMDS):
		return "instance metadata"
	}
	return "AWS"
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// endpointOf is the host and port that were asked.
func (s *session) endpointOf(err error) string {
	var request *url.Error
	if errors.As(err, &request) {
		if address, err := url.Parse(request.URL); err == nil && address.Host != "" {
			return address.Host
		}
	}
	if host := s.last.get(); host != "" {
		return host
	}
	return "AWS"
}

// describe is an error for the trace. Two kinds are not given in full, because
// they quote secrets: what a credential_process printed, and the canonical
// request, session token included, that follows the first line of a signature
// error.
func describe(err error) string {
	var process *processcreds.ProviderError
	var api smithy.APIError
	switch {
	case errors.As(err, &process):
		return "credential_process failed"
	case errors.As(err, &api):
		return operationOf(err) + ": " + api.ErrorCode() + ": " + firstLine(api.ErrorMessage())
	}
	return withoutPassword(strings.Join(strings.Fields(err.Error()), " "))
}

// withoutPassword takes out what may be the user and password of a URL that a
// text quotes. The URL may be too broken to be parsed: all between its "//", or
// the clause's beginning, and the last "@" goes.
func withoutPassword(text string) string {
	at := strings.LastIndex(text, "@")
	if at < 0 {
		return text
	}
	from := 0
	if start := strings.Index(text[:at], "//"); start >= 0 {
		from = start + len("//")
	} else if clause := strings.LastIndex(text[:at], ": "); clause >= 0 {
		from = clause + len(": ")
	}
	return text[:from] + "..." + text[at:]
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// lastClause is the innermost error's text: what went wrong, without the chain of
// who called whom.
func lastClause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return withoutPassword(err.Error())
		}
		err = inner
	}
}

func accountOf(arn string) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return ""
	}
	return fields[4]
}

func between(s, before, after string) string {
	_, s, ok := strings.Cut(s, before)
	if !ok {
		return ""
	}
	s, _, ok = strings.Cut(s, after)
	if !ok {
		return ""
	}
	return s
}
