package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// loginServer is a registry that asks for a log-in, or, without a challenge, a token
// server. It keeps what it was told.
type loginServer struct {
	address   string
	challenge string

	mu       sync.Mutex
	accepted int    // log-ins
	others   string // what requests say besides the Authorization header
}

func newLoginServer(t *testing.T, challenge string) *loginServer {
	t.Helper()
	l := &loginServer{challenge: challenge}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	l.address = strings.TrimPrefix(server.URL, "http://")
	return l
}

func (l *loginServer) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	given := request.Header.Get("Authorization")
	request.Header.Del("Authorization")
	l.others += fmt.Sprintln(request.URL, request.Header)
	switch {
	case given == "Basic "+base64Login(tracedSecret):
		l.accepted++
		fmt.Fprintln(w, `{"token": "of-puller"}`)
	case given == "Bearer of-puller" && strings.HasPrefix(l.challenge, "Bearer "):
	default:
		w.Header().Set("Www-Authenticate", l.challenge)
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func base64Login(password string) string {
	return base64.StdEncoding.EncodeToString([]byte("puller:" + password))
}
