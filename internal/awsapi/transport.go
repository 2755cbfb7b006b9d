package awsapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	maxBackoff = time.Second
	maxAnswer  = 1 << 20 // a secret of 64 KiB, every byte escaped, and room to spare
)

// newHTTPClient allows each attempt a bit less than half of what is left, so that
// a second one can follow a first that hangs.
func newHTTPClient(ctx context.Context) *awshttp.BuildableClient {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.Proxy = proxy })
	if deadline, ok := ctx.Deadline(); ok {
		client = client.WithTimeout(max(time.Until(deadline)*45/100, 100*time.Millisecond))
	}
	return client
}

// proxy keeps link-local addresses, where instance metadata and container
// credentials are, from going through a proxy, whatever NO_PROXY says.
func proxy(request *http.Request) (*url.URL, error) {
	if address, err := netip.ParseAddr(request.URL.Hostname()); err == nil && address.IsLinkLocalUnicast() {
		return nil, nil
	}
	return http.ProxyFromEnvironment(request)
}

// bounded makes of the SDK's client, which has AWS_CA_BUNDLE in it by now, one
// that follows no redirect, since a signed request is for one host only, and
// reads no endless answer.
func bounded(client aws.HTTPClient) (*http.Client, error) {
	buildable, ok := client.(*awshttp.BuildableClient)
	if !ok {
		return nil, errors.New("the SDK replaced the HTTP client")
	}
	return &http.Client{
		Transport:     boundedTransport{buildable.GetTransport()},
		Timeout:       buildable.GetTimeout(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

type boundedTransport struct{ *http.Transport }

func (t boundedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.Transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{&boundedReader{response.Body, maxAnswer}, response.Body}
	return response, nil
}

var errOversized = errors.New("the answer is larger than 1 MiB")

type boundedReader struct {
	io.Reader
	left int
}

func (r *boundedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.left -= n; r.left < 0 {
		return n, errOversized
	}
	return n, err
}
