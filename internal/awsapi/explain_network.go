package awsapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const routeRemedy = "check the way there: NAT gateway, VPC endpoint, security group, proxy"

// explainNetwork is for when there was no answer, or not all of it.
func (s *session) explainNetwork(ctx context.Context, err error) *Error {
	endpoint := s.endpointOf(err)
	var dns *net.DNSError
	var timeout net.Error
	var broken *net.OpError
	switch {
	case isProxyFault(err):
		return proxyUnreachable(endpoint, err)
	case errors.As(err, &dns):
		return unresolved(dns)
	case isTLS(err):
		return explainTLS(endpoint, err)
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout(),
		errors.Is(err, net.ErrClosed) && time.Now().After(s.attemptEnds): // who closed it was the HTTP client, at the end of an attempt's time
		return s.overdue(endpoint, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return &Error{Code: "network", Cause: "the connection to " + endpoint + " broke off", Transient: true, Remedy: "try again; if it goes on, " + routeRemedy}
	case !errors.As(err, &broken) && isNoHTTP(err):
		return s.badAnswer(err, ", nor HTTP")
	case broken != nil, isUnsent(err):
		return &Error{Code: "network", Cause: "no connection to " + endpoint + ": " + lastClause(err), Transient: true, Remedy: routeRemedy}
	}
	return nil
}

// isUnsent: the SDK could not send the request, for whatever reason.
func isUnsent(err error) bool {
	var send *smithyhttp.RequestSendError
	return errors.As(err, &send)
}

// isNoHTTP: an answer came that net/http cannot read, for which it has no type.
// Its words quote the answer.
func isNoHTTP(err error) bool {
	text := err.Error()
	return isUnsent(err) && (strings.Contains(text, "transport connection broken") || strings.Contains(text, "malformed "))
}

func unresolved(dns *net.DNSError) *Error {
	cause := "the name " + dns.Name + " cannot be resolved"
	if !dns.IsNotFound {
		cause += " (the name server does not answer)"
	}
	return &Error{Code: "dns", Cause: cause, Transient: true,
		Remedy: "check the region's spelling, AWS_ENDPOINT_URL and /etc/resolv.conf: getent hosts " + dns.Name}
}

// overdue names what was waited for when the time was up.
func (s *session) overdue(endpoint string, err error) *Error {
	var credentials *credentialsError
	if errors.As(err, &credentials) && s.uses(aws.CredentialSourceProcess) && s.last.get() == "" {
		return s.processOverdue()
	}
	return &Error{Code: "deadline", Cause: "no answer from " + endpoint + " in time", Transient: true, Remedy: routeRemedy}
}

func explainTLS(endpoint string, err error) *Error {
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil {
		return &Error{Code: "tls-expired", Cause: "the certificate of " + endpoint + " is valid only " + validity(invalid.Cert) + ", and not now by this machine's clock",
			Remedy: "if the clock is wrong, set it: timedatectl set-ntp true; else renew the certificate"}
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) {
		return &Error{Code: "tls", Cause: endpoint + " does not speak TLS", Remedy: "correct AWS_ENDPOINT_URL or the proxy"}
	}
	if isAlert(err) {
		return &Error{Code: "tls", Cause: "no TLS in common with " + endpoint + ": " + strings.TrimPrefix(lastClause(err), "tls: "),
			Remedy: "correct AWS_ENDPOINT_URL or the proxy, or see which TLS versions and client certificates it asks for"}
	}
	return &Error{Code: "tls", Cause: "the certificate of " + endpoint + " is not trusted: " + strings.TrimPrefix(lastClause(err), "x509: "),
		Remedy: "if a proxy or a private endpoint stands there, set AWS_CA_BUNDLE to the file with its CA"}
}

func validity(certificate *x509.Certificate) string {
	return fmt.Sprintf("from %s to %s", certificate.NotBefore.UTC().Format(time.DateOnly), certificate.NotAfter.UTC().Format(time.DateOnly))
}

func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &verification) || errors.As(err, &record) || isAlert(err) || errors.Is(err, http.ErrSchemeMismatch)
}

// isAlert: one of the two sides ended the handshake, or what followed it, by an
// alert of TLS.
func isAlert(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error")
}

// isProxyFault: the proxy itself could not be reached.
func isProxyFault(err error) bool {
	for operation := (*net.OpError)(nil); errors.As(err, &operation); err = operation.Err {
		if operation.Op == "proxyconnect" {
			return true
		}
	}
	return false
}

const proxyRemedy = "correct HTTPS_PROXY and NO_PROXY in the client's environment, or HTTP_PROXY and NO_PROXY in /etc/ecs/ecs.config"

func proxyUnreachable(endpoint string, err error) *Error {
	var connect *net.OpError
	errors.As(err, &connect)
	proxy := "the proxy"
	if inner := (*net.OpError)(nil); errors.As(connect.Err, &inner) && inner.Addr != nil {
		proxy += " " + inner.Addr.String()
	}
	return &Error{Code: "proxy", Cause: proxy + " for " + endpoint + " cannot be reached: " + lastClause(err), Transient: true, Remedy: proxyRemedy}
}

// explainRefusal is for answers that this package's own transport does not take.
func (s *session) explainRefusal(_ context.Context, err error) *Error {
	var redirect *redirectError
	var proxy *proxyError
	var oversized *oversizedError
	switch {
	case errors.As(err, &redirect):
		return s.redirected(err)
	case errors.As(err, &proxy):
		return &Error{Code: "proxy", Cause: fmt.Sprintf("the proxy %s does not connect to %s: %s", proxy.proxy, s.endpointOf(err), statusText(proxy.status)), Transient: true, Remedy: proxyAnswerRemedy(proxy.status)}
	case errors.As(err, &oversized):
		return s.badAnswer(err, ", larger than any of AWS's")
	}
	return nil
}

func proxyAnswerRemedy(status int) string {
	switch status {
	case http.StatusProxyAuthRequired:
		return "put the proxy's user and password into HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT), or bypass it with NO_PROXY"
	case http.StatusForbidden:
		return "have the proxy allow this host and port 443, or bypass it with NO_PROXY"
	}
	return proxyRemedy
}
