package mapping_test

import (
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

func TestNear(t *testing.T) {
	m, err := mapping.Parse([]*mapping.Source{{Name: "test", Data: []byte(`{"registries": {
		"registry.example.com": "s", "registry.example.com:5000": "s", "other.example.com:8443": "s", "docker.io": "s", "*.corp.example": "s"}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[mapping.Host]mapping.Host{
		"registry.exmaple.com":    "registry.example.com",   // two slips
		"registry.example.co":     "registry.example.com",   // one
		"other.example.com":       "other.example.com:8443", // the port is missing
		"other.example.com:443":   "other.example.com:8443", // another port
		"registry.example.com:80": "registry.example.com",   // a port too much
		"rgstr.example.com":       "",                       // three slips
		"quay.io":                 "",
		"a.corp.exampel":          "", // a pattern is no host
	} {
		if near, found := m.Near(asked); near != want || found != (want != "") {
			t.Errorf("Near(%q) = %q, %v, want %q", asked, near, found, want)
		}
	}
}
