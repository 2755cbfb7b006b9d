package awsapi

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// newHTTPClient is the client of all services and of the credential chain. It has
// to be of the SDK's own type, to which the SDK adds AWS_CA_BUNDLE.
func newHTTPClient(ctx context.Context) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(bound).WithTimeout(attemptTime(ctx))
}

// Two attempts and the time between them fit into what is left, so that a second
// can follow a first that hangs.
func attemptTime(ctx context.Context) time.Duration { return share(ctx, 45, 0) }
func backoffTime(ctx context.Context) time.Duration {
	return min(share(ctx, 5, time.Second), time.Second)
}

// share is so many percent of the time that is left.
func share(ctx context.Context, percent time.Duration, unbounded time.Duration) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return unbounded
	}
	return max(time.Until(deadline)*percent/100, 10*time.Millisecond)
}

// bound makes a transport refuse redirects, answers without end, and proxies for
// addresses of this machine.
func bound(t *http.Transport) {
	t.Proxy = proxy
	t.OnProxyConnectResponse = refusedByProxy
	t.DisableCompression = true
	t.DialContext = boundedDial(t.DialContext)
}

func newMetadataHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: imdsDialTime}
	transport := &http.Transport{
		DialContext:           boundedDial(dialer.DialContext),
		ResponseHeaderTimeout: imdsAnswerTime,
		DisableCompression:    true,
	}
	return &http.Client{Transport: transport, Timeout: 2 * imdsAnswerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// proxy chooses the proxy for a request. It is the one place at which the SDK's
// client can be kept from following a redirect, which would take a signed request
// to a host that it was not signed for.
func proxy(request *http.Request) (*url.URL, error) {
	if request.Response != nil {
		return nil, &redirectError{request.Response.StatusCode}
	}
	if isLocal(request.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(request)
}

// isLocal: link-local addresses and EC2's own ULA prefix, where instance metadata
// and container credentials are, are behind no proxy, whatever NO_PROXY says.
func isLocal(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && (address.IsLinkLocalUnicast() || netip.MustParsePrefix("fd00:ec2::/32").Contains(address))
}

func refusedByProxy(_ context.Context, proxy *url.URL, connect *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy.Host, answer.StatusCode}
}

// redirectError is a redirect that was not followed.
type redirectError struct{ status int }

func (e *redirectError) Error() string        { return "redirect not followed" }
func (e *redirectError) RetryableError() bool { return false }

// proxyError is a proxy's refusal to connect.
type proxyError struct {
	proxy  string
	status int
}

func (e *proxyError) Error() string        { return "proxy: " + http.StatusText(e.status) }
func (e *proxyError) RetryableError() bool { return e.status >= 500 }

// maxAnswers is for all answers on one connection: several times a secret of
// 64 KiB with every byte escaped.
const maxAnswers = 2 << 20

type oversizedError struct{}

func (*oversizedError) Error() string        { return "the answer is larger than 2 MiB" }
func (*oversizedError) RetryableError() bool { return false }

type dial func(ctx context.Context, network, address string) (net.Conn, error)

func boundedDial(to dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := to(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &boundedConn{connection, maxAnswers}, nil
	}
}

type boundedConn struct {
	net.Conn
	left int
}

func (c *boundedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.left -= n; c.left < 0 {
		return 0, &oversizedError{}
	}
	return n, err
}
