package awsapi

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go"
)

// explainAnswer is for answers that are none of AWS's.
func (s *session) explainAnswer(_ context.Context, err error) *Error {
	status := statusOf(err)
	if serviceOf(err) == imds.ServiceID {
		_, status, _ = s.imds.lastAnswer()
	}
	switch {
	case 300 <= status && status < 400:
		return s.redirected(err)
	case status == http.StatusProxyAuthRequired:
		return &Error{Code: "proxy", Cause: "the proxy for " + s.endpointOf(err) + " answers " + statusText(status), Transient: true, Remedy: proxyAnswerRemedy(status)}
	case status >= 500:
		return s.unavailable(err, status)
	case status == http.StatusTooManyRequests:
		return &Error{Code: "throttled", Cause: s.asked(err) + " is throttled", Transient: true, Remedy: "try again in a minute"}
	case status > http.StatusOK:
		return s.badAnswer(err, " ("+statusText(status)+")")
	case status > 0, isGarbled(err):
		return s.badAnswer(err, "")
	}
	return nil
}

func isGarbled(err error) bool {
	var garbled *smithy.DeserializationError
	var notJSON *json.SyntaxError
	var otherJSON *json.UnmarshalTypeError
	var notXML *xml.SyntaxError
	return errors.As(err, &garbled) || errors.As(err, &notJSON) || errors.As(err, &otherJSON) || errors.As(err, &notXML)
}

const impostorRemedy = "correct AWS_ENDPOINT_URL and the proxy, or find out who answers in the place of AWS"

func (s *session) badAnswer(err error, how string) *Error {
	return &Error{Code: "bad-answer", Cause: s.asked(err) + " gave an answer that is none of AWS's" + how + " (" + s.endpointOf(err) + ")", Remedy: impostorRemedy}
}

func (s *session) redirected(err error) *Error {
	return &Error{Code: "redirected", Cause: s.asked(err) + " answered with a redirect, which is not followed (" + cmp.Or(s.last.get(), s.endpointOf(err)) + ")", Remedy: impostorRemedy}
}
