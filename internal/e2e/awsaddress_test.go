//go:build linux

package e2e

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// startAWS starts an AWS endpoint that has AWS's own names, with certificates that
// the system trusts. It checks signatures, as the emulator does not.
func startAWS(t *testing.T) *awstest.Server {
	t.Helper()
	aws := awstest.StartTLS()
	t.Cleanup(aws.Close)
	endpoint, err := url.Parse(aws.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward(t, "127.0.0.1:443", endpoint.Host)
	appendToFile(t, "/etc/ssl/certs/e2e.pem", string(aws.CAPEM))
	for _, region := range []string{ireland, oregon} {
		appendToFile(t, "/etc/hosts", "127.0.0.1 secretsmanager."+region+".amazonaws.com\n")
	}
	return aws
}

// serveMetadata has the endpoint answer where EC2's instance metadata is.
func serveMetadata(t *testing.T, aws *awstest.Server) {
	t.Helper()
	ip(t, "address", "add", "169.254.169.254/32", "dev", "lo")
	t.Cleanup(func() { ip(t, "address", "delete", "169.254.169.254/32", "dev", "lo") })
	metadata := http.Server{Handler: aws}
	go metadata.Serve(listen(t, "169.254.169.254:80"))
	t.Cleanup(func() { metadata.Close() })
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %q: %v: %s", args, err, out)
	}
}

// forward passes connections on to another address until the test ends.
func forward(t *testing.T, from, to string) {
	t.Helper()
	listener := listen(t, from)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go pass(client, to)
		}
	}()
}

func pass(client net.Conn, to string) {
	defer client.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	go io.Copy(server, client)
	io.Copy(client, server)
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// appendToFile changes a file of the sandbox's /etc, or makes one, until the test
// ends.
func appendToFile(t *testing.T, path, text string) {
	t.Helper()
	before, absent := os.ReadFile(path)
	if err := os.WriteFile(path, append(slices.Clone(before), text...), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		restore := func() error { return os.WriteFile(path, before, 0o644) }
		if absent != nil {
			restore = func() error { return os.Remove(path) }
		}
		if err := restore(); err != nil {
			t.Error(err)
		}
	})
}
