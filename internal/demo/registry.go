package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
)

// privateRegistry is a registry on loopback that answers nobody without the
// right username and password.
type privateRegistry struct {
	*httptest.Server
	host string // 127.0.0.1:PORT
}

func startRegistry(username, password string) *privateRegistry {
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, ok := r.BasicAuth(); !ok || u != username || p != password {
			refuse(w)
			return
		}
		images.ServeHTTP(w, r)
	}))
	return &privateRegistry{server, strings.TrimPrefix(server.URL, "http://")}
}

// refuse answers as the distribution specification wants a registry to.
func refuse(w http.ResponseWriter) {
	w.Header().Set("Www-Authenticate", `Basic realm="demo registry"`)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	io.WriteString(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`)
}
