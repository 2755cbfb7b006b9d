package cli

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// loginTime bounds the log-in to a registry.
const loginTime = 10 * time.Second

// login logs in to the registry with the secret's user name and password.
func (d *doctor) login(p *patient) []finding {
	f := finding{Step: "registry", Object: string(p.host)}
	switch {
	case d.offline:
		f.Outcome, f.Found = skipped, "not asked: --offline"
		return one(f)
	case p.credential == nil && p.entry != nil && p.entry.Anonymous && !p.copyUsed:
		f.Outcome, f.Found = note, `no password to log in with: the client is told "not found" and pulls anonymously (onError)`
		return one(f)
	case p.credential == nil:
		f.Outcome, f.Found = skipped, "no password to log in with"
		return one(f)
	}
	ctx, cancel := context.WithTimeout(context.Background(), loginTime)
	defer cancel()
	r := newRegistry(p.host, d.Machine.Etc)
	how, err := r.login(ctx, p.credential.Username, p.credential.Password)
	if err != nil {
		f.Outcome = faulty
		f.Code, f.Found, f.Remedy = r.explain(err, p)
		if p.outage && f.Code == "registry-refused" {
			f.Found += ofTheCopy
		}
		return one(f)
	}
	f.Outcome, f.Found = well, how
	switch {
	case how == openRegistry, how == plainRegistry:
		f.Outcome = note
	case p.outage:
		f.Found += ofTheCopy
	}
	return one(f)
}

// ofTheCopy: with AWS out of service, the log-in is what a pull's would be.
const ofTheCopy = " (those of the copy)"

// newRegistry trusts, beside the system, the authorities that docker and podman
// were given for the host: certs.d/HOST/*.crt.
func newRegistry(host mapping.Host, etc string) *registry {
	address := string(host)
	if host == mapping.DockerHub {
		address = "registry-1.docker.io"
	}
	_, plain := mapping.ParseHost("http://" + address)
	authorities, err := x509.SystemCertPool()
	if err != nil {
		authorities = x509.NewCertPool()
	}
	for _, folder := range []string{"docker", "containers"} {
		files, _ := filepath.Glob(filepath.Join(etc, folder, "certs.d", address, "*.crt"))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			authorities.AppendCertsFromPEM(text)
		}
	}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: refusedByProxy,
		TLSClientConfig:        &tls.Config{RootCAs: authorities},
		DialContext:            (&net.Dialer{Timeout: loginTime / 2}).DialContext,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return &registry{address: address, mayBePlain: plain, client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{answer.StatusCode}
}

// proxyError is a proxy's refusal to connect.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return "the proxy refuses: " + statusText(e.status) }

// explain names the kind of a failed log-in, says what happened and what to do.
func (r *registry) explain(err error, p *patient) (code, cause, remedy string) {
	var answer *answerError
	var refused *proxyError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &answer):
		return answer.code, answer.cause, cmp.Or(answer.remedy, "correct the secret's user name and password, which this registry must accept: "+p.entry.CredentialsParameter)
	case errors.As(err, &refused), strings.Contains(err.Error(), "proxyconnect"):
		return "registry-proxy", "the proxy is in the way: " + innermost(err), "let it through there, or go without: export NO_PROXY=" + r.address
	case errors.As(err, &certificate):
		return "registry-tls", "its TLS certificate is not trusted: " + innermost(err),
			"give docker the authority: /etc/docker/certs.d/" + r.address + "/ca.crt (podman: /etc/containers/certs.d)"
	case withoutTLS(err):
		return "registry-tls", "it does not speak TLS", "see that the port is right; passwords are not sent in the open"
	case errors.As(err, &name):
		return "registry-unreachable", "its name cannot be resolved", "check the spelling and /etc/resolv.conf: getent hosts " + name.Name
	case errors.Is(err, context.DeadlineExceeded):
		return "registry-unreachable", "no answer in time", "check the way there: security group, firewall, proxy: curl -sv https://" + r.address + "/v2/"
	}
	return "registry-unreachable", "no connection: " + innermost(err), "check the way there: security group, firewall, proxy: curl -sv https://" + r.address + "/v2/"
}

func innermost(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}
