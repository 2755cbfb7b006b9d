//go:build linux

package e2e

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	images "github.com/google/go-containerregistry/pkg/registry"
)

// startPublicRegistry starts a registry that gives a token to everybody who asks
// for one without credentials, as Docker Hub does. Clients look for credentials
// first, which they do not where a registry asks for nothing.
func startPublicRegistry(t *testing.T) *registry {
	t.Helper()
	listener := listen(t, "127.0.0.1:0")
	public := &registry{host: listener.Addr().String()}
	server := http.Server{Handler: tokensForAll(public.host)}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return public
}

func tokensForAll(host string) http.Handler {
	token := rand.Text()
	stored := images.New(images.Logger(log.New(io.Discard, "", 0)))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /token", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		json.NewEncoder(w).Encode(map[string]string{"token": token})
	})
	mux.HandleFunc("/v2/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Docker-Distribution-API-Version", "registry/2.0")
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+host+`/token",service="public"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		stored.ServeHTTP(w, r)
	})
	return mux
}

// recordGets has the helper's calls written down before it gets them.
func (h *home) recordGets(t *testing.T) {
	t.Helper()
	h.write(t, "bin/"+program, "#!/bin/sh\nhost=$(cat)\necho \"$1 $host\" >>\"$HOME/calls\"\n"+
		"printf %s \"$host\" | exec "+filepath.Join(real.bin, program)+" \"$@\"\n")
	if err := os.Chmod(filepath.Join(h.dir, "bin", program), 0o700); err != nil {
		t.Fatal(err)
	}
	h.env["PATH"] = filepath.Join(h.dir, "bin") + ":" + h.env["PATH"]
}

// wasAskedAbout tells whether a client had the helper look a registry up.
func (h *home) wasAskedAbout(t *testing.T, host string) bool {
	t.Helper()
	calls, err := os.ReadFile(filepath.Join(h.dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(calls)) {
		if strings.HasPrefix(line, "get ") && strings.Contains(line, host) {
			return true
		}
	}
	return false
}

// asksAboutKnownOnly is for clients that look credentials up before they know the
// image: those of every registry that their configuration or the helper lists.
func (c client) asksAboutKnownOnly() bool {
	return strings.HasPrefix(c.name, "testcontainers") || strings.HasSuffix(c.name, "classic build")
}

// Where the helper is asked about every registry, a public one goes on working.
func TestClientsPullFromPublicRegistries(t *testing.T) {
	for _, c := range clients(t) {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			public := startPublicRegistry(t)
			image := public.publish(t, "library/app:1")
			c.askAll(t, s.home)
			s.home.recordGets(t)

			c.pulls(t, s.home, s.image).mustSucceed(t)
			c.pulls(t, s.home, image).mustSucceed(t)

			if asked := s.home.wasAskedAbout(t, public.host); asked == c.asksAboutKnownOnly() {
				t.Errorf("the helper was asked about %s: %v", public.host, asked)
			}
		})
	}
}
