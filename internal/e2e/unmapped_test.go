//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Clients ask about hosts that are none of the helper's business all the time:
// that must cost neither a packet nor a look at the AWS configuration. A mapped
// host shows that the trace would tell.
func TestUnmappedHostTouchesNeitherNetworkNorAWS(t *testing.T) {
	cases := []struct {
		trace   string
		pattern *regexp.Regexp
	}{
		{"network system calls", regexp.MustCompile(`(?m)^.*\b(socket|connect|bind|sendto|sendmsg)\(.*$`)},
		{"the user's AWS configuration", regexp.MustCompile(`(?m)^.*"[^"]*/\.aws/.*$`)},
		{"the ECS agent's configuration", regexp.MustCompile(`(?m)^.*"[^"]*/ecs\.config".*$`)},
		{"what the machine is", regexp.MustCompile(`(?m)^.*"[^"]*/dmi/.*$`)},
	}
	h := newHome(t)
	h.useSecret(t, "mapped.example.com", absent)
	delete(h.env, "AWS_ACCESS_KEY_ID")

	mapped := h.traceGet(t, "mapped.example.com")
	unmapped := h.traceGet(t, "unmapped.example.com")

	for _, c := range cases {
		if !c.pattern.MatchString(mapped) {
			t.Errorf("mapped host: no trace of %s, so the test shows nothing", c.trace)
		}
		if found := c.pattern.FindString(unmapped); found != "" {
			t.Errorf("unmapped host: %s: %s", c.trace, found)
		}
	}
}

// traceGet returns the system calls on files and network of one call of the
// helper that ends in failure.
func (h *home) traceGet(t *testing.T, host string) string {
	t.Helper()
	trace := filepath.Join(h.dir, host+".trace")
	h.run(t, host, "strace", "-f", "-s", "4096", "-e", "trace=%network,%file", "-o", trace, program, "get").mustFail(t)
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
