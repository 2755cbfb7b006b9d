//go:build linux

package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// release is what a release publishes: packages, and the bootstrap files that name
// them.
type release struct {
	files     string // folder
	downloads *http.Server
}

// publishRelease serves the packages on loopback, and fills the bootstrap files
// with that address.
func publishRelease(t *testing.T) *release {
	t.Helper()
	packages := packagesOf(t, newer, "linux/amd64 linux/arm64")
	listener := listen(t, "127.0.0.1:0")
	r := &release{files: t.TempDir(), downloads: &http.Server{Handler: http.FileServer(http.Dir(packages))}}
	go r.downloads.Serve(listener)
	t.Cleanup(func() { r.downloads.Close() })
	out, err := exec.Command("../../packaging/ecs/fill", packages, "http://"+listener.Addr().String(), r.files).CombinedOutput()
	if err != nil {
		t.Fatalf("fill: %v: %s", err, out)
	}
	return r
}

// The mapping in the bootstrap files, the only thing to edit.
const (
	exampleHost   = "registry.example.com"
	exampleSecret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"
)

// edited is a bootstrap file with the mapping for a machine's registry.
func (r *release) edited(t *testing.T, file string, m *machine, secret string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.files, file))
	if err != nil {
		t.Fatal(err)
	}
	for _, once := range []string{exampleHost, exampleSecret} {
		if n := strings.Count(string(text), once); n != 1 {
			t.Fatalf("%s has %s %d times", file, once, n)
		}
	}
	return strings.NewReplacer(exampleHost, m.registry.host, exampleSecret, secret).Replace(string(text))
}

// mappingOf is the mapping file that the bootstrap files write.
func mappingOf(host, secret string) string {
	return "{\n  \"registries\": {\n    \"" + host + "\": \"" + secret + "\"\n  }\n}\n"
}
