package awstest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The services, as Request.Service and Fault.Service name them.
const (
	secretsManager       = "secretsmanager"
	sts                  = "sts"
	imds                 = "imds"
	containerCredentials = "container"
)

// Request is one request that arrived, what it asked for, and how it was
// answered. Fields that the operation does not have are empty.
type Request struct {
	Service   string // secretsmanager, sts, imds, container; empty when no service has such a path
	Operation string // GetSecretValue, AssumeRole, …; of the metadata services see Fault.Operation

	Region      string // the one it was signed for
	AccessKeyID string
	Caller      string // ARN of the identity behind a signature that was right

	Host      string
	UserAgent string
	Body      string

	SecretID                                     string
	RoleARN, RoleSessionName, ExternalID, Policy string

	Status int    // HTTP status of the answer
	Code   string // AWS's error code in it; empty on success
}

// Requests gives every request so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Count gives the number of requests for an operation of a service so far; an
// empty operation or service means any.
func (s *Server) Count(service, operation string) int {
	n := 0
	for _, r := range s.Requests() {
		if matches(service, r.Service) && matches(operation, r.Operation) {
			n++
		}
	}
	return n
}

func matches(wanted, have string) bool { return wanted == "" || wanted == have }

// call is one request while it is being answered.
type call struct {
	Request
	http *http.Request
	form url.Values // the parameters of a query-protocol request
	now  time.Time  // by the server's clock, which a fault may have put wrong
}

func newCall(r *http.Request, body []byte) *call {
	c := &call{http: r, form: url.Values{}}
	c.Host, c.UserAgent, c.Body = r.Host, r.UserAgent(), string(body)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		c.form, _ = url.ParseQuery(c.Body)
	}
	c.Service, c.Operation = identify(r, c.form)
	c.readSecretID()
	c.readRole()
	if auth, err := parseAuthorization(r.Header.Get("Authorization")); err == nil {
		c.AccessKeyID, c.Region = auth.keyID, auth.region
	}
	return c
}

// identify names the service and the operation: by header for Secrets Manager
// (protocol awsJson 1.1), by form field for STS (query protocol), by path for
// the two metadata services.
func identify(r *http.Request, form url.Values) (service, operation string) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		service, operation, _ = strings.Cut(target, ".")
		return service, operation
	}
	if action := form.Get("Action"); action != "" {
		return sts, action
	}
	if r.URL.Path == ContainerCredentialsPath {
		return containerCredentials, "GetCredentials"
	}
	if strings.HasPrefix(r.URL.Path, "/latest/") {
		return imds, imdsOperation(r)
	}
	return "", r.Method + " " + r.URL.Path
}
