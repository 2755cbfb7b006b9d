// Package awstest is a small AWS endpoint on loopback, for tests and the demo:
// one handler that speaks as much of Secrets Manager, STS, EC2's instance
// metadata service (IMDSv2) and the ECS container credentials endpoint as a
// reader of secrets meets.
//
//	aws := awstest.Start()
//	defer aws.Close()
//	aws.PutSecret(awstest.Secret{ARN: arn, String: new(`{"username":"u","password":"p"}`)})
//
// A program that runs with [Server.Environ] in its environment then reads that
// secret as it would on AWS. The answers, the errors included, have the status,
// headers and body that the real services send. What makes it a test:
//
//   - Every signature is computed again and compared (Signature Version 4), and
//     the region it was made for decides what is found: a secret of eu-west-1
//     does not exist for a request that was signed for us-east-1.
//   - Only what a host needs is allowed: any operation other than
//     GetSecretValue is denied, as IAM would deny it.
//   - Every request is kept, in order: [Server.Requests], [Server.Count].
//   - It fails as told: [Server.Fail] takes a [Fault], from an AWS error to a
//     connection that hangs, ends half-way or is reset.
package awstest

import (
	"crypto/rand"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"time"
)

// What the endpoint knows from the start.
const (
	AccessKeyID     = "AKIAAWSTESTEXAMPLE01" // long-term key of an IAM user in Account
	SecretAccessKey = "awstest/Secret+Access/Key/EXAMPLE0000001"
	Account         = "111122223333" // of that user, and of both roles
	Region          = "eu-west-1"    // where the instance metadata says the machine is
)

// Server is a running endpoint. All methods may be called from several
// goroutines.
type Server struct {
	URL   string // "http://127.0.0.1:PORT", or https
	CAPEM []byte // of the authority that signed its certificate; nil without TLS

	listener *httptest.Server

	mu          sync.Mutex
	secrets     map[string]storedSecret // by ARN
	identities  map[string]identity     // by access key id
	externalIDs map[string]string       // by role ARN
	faults      []Fault
	requests    []Request

	instance  identity // of the role that the instance metadata hands out
	container identity // of the role that the container endpoint hands out
	imdsToken string
}

// Start listens on a free port of 127.0.0.1.
func Start() *Server {
	s := newServer()
	s.listener.Start()
	s.URL = s.listener.URL
	return s
}

// StartTLS is Start with TLS: the certificate, made for whatever host name the
// client asks for, is signed by an authority of this server's own (CAPEM, for
// AWS_CA_BUNDLE).
func StartTLS() *Server {
	s := newServer()
	authority := newAuthority()
	s.CAPEM = authority.pem()
	s.listener.TLS = &tls.Config{
		Certificates:   []tls.Certificate{authority.certify("127.0.0.1")},
		GetCertificate: authority.certificateFor,
	}
	s.listener.StartTLS()
	s.URL = s.listener.URL
	return s
}

func newServer() *Server {
	s := &Server{
		secrets:     map[string]storedSecret{},
		identities:  map[string]identity{},
		externalIDs: map[string]string{},
		imdsToken:   rand.Text() + rand.Text(),
	}
	s.AddKey(AccessKeyID, SecretAccessKey, "")
	s.instance = s.issue(assumedRole("aws", Account, instanceRole, instanceID), instanceRoleLifetime)
	s.container = s.issue(assumedRole("aws", Account, containerRole, "0123456789abcdef"), instanceRoleLifetime)
	s.listener = httptest.NewUnstartedServer(s)
	return s
}

// Close stops listening and ends every answer that hangs. It may be called
// twice.
func (s *Server) Close() {
	s.listener.Listener.Close() // first, so that nobody comes in between the next two
	s.listener.CloseClientConnections()
	s.listener.Close()
}

// Environ gives the environment variables ("KEY=value") that point an AWS SDK
// at this endpoint and keep it away from the machine's own AWS set-up: the
// default key, no shared files, no instance metadata, no region.
func (s *Server) Environ() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.URL,
		"AWS_ACCESS_KEY_ID=" + AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + SecretAccessKey,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	}
}

// ServeHTTP answers one request of any of the services.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	c := newCall(r, body)
	answer, fault := s.handle(c)
	deliver(w, r, answer, fault)
}

const maxRequestBody = 1 << 20

// handle decides the answer and keeps the request, in one step, so that the
// record has the order in which the answers were decided.
func (s *Server) handle(c *call) (answer, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := s.takeFault(c)
	c.now = time.Now().Add(fault.Skew)
	a := s.answer(c)
	if fault.replaces() {
		a = fault.answer(c)
	}
	c.Status, c.Code = a.status, a.code
	s.requests = append(s.requests, c.Request)
	return a, fault
}

func (s *Server) answer(c *call) answer {
	switch c.Service {
	case secretsManager:
		return s.answerSecretsManager(c)
	case sts:
		return s.answerSTS(c)
	case imds:
		return s.answerIMDS(c)
	case containerCredentials:
		return s.answerContainer(c)
	default:
		return plainAnswer(http.StatusNotFound, "no such path here\n")
	}
}
