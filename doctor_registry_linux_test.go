//go:build linux

package main

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	imageregistry "github.com/google/go-containerregistry/pkg/registry"
	"github.com/rogpeppe/go-internal/testscript"
)

// registry KIND [ADDRESS]: a registry for puller and canary-5vXk at $REGISTRY. Kinds are
// basic, bearer, open, page (a web page), missing (404), broken (503), strange
// (asks for Negotiate), redirect (to $ELSEWHERE), elsewhere (its token server is
// not on this machine, and in the open); tls (basic, over TLS, with ca.pem); and
// bare (basic, in the open, and answers a TLS hello with a line that is not HTTP).
func startRegistry(ts *testscript.TestScript, _ bool, args []string) {
	args = append(args, "127.0.0.1:0")
	kind := args[0]
	notes, err := os.Create(ts.MkAbs("given"))
	ts.Check(err)
	ts.Defer(func() { notes.Close() })
	r := &scriptRegistry{kind: kind, notes: notes, images: imageregistry.New(imageregistry.Logger(log.New(io.Discard, "", 0)))}
	server := &http.Server{Handler: r}
	if kind == "tls" {
		server.TLSConfig = scriptTLS(ts)
	}
	if kind == "bare" {
		ts.Setenv("REGISTRY", serveBare(ts, server))
		return
	}
	ts.Setenv("REGISTRY", serve(ts, args[1], server))
}

func serveBare(ts *testscript.TestScript, server *http.Server) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { server.Close() })
	go server.Serve(bareListener{listener})
	return listener.Addr().String()
}

// bareListener answers a TLS hello with a line that is not HTTP.
type bareListener struct{ net.Listener }

func (l bareListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	return bareConnection{connection}, err
}

type bareConnection struct{ net.Conn }

func (c bareConnection) Read(into []byte) (int, error) {
	const handshake = 0x16 // RFC 8446, 5.1
	n, err := c.Conn.Read(into)
	if n > 0 && into[0] == handshake {
		io.WriteString(c.Conn, "no TLS here\r\n")
		return 0, io.EOF
	}
	return n, err
}

// given N: so many requests brought the last registry a password.
func given(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := strings.Count(ts.ReadFile("given"), "\n"); got != want {
		ts.Fatalf("%d requests with a password, want %d:\n%s", got, want, ts.ReadFile("given"))
	}
}

// scriptRegistry keeps its images behind a log-in.
type scriptRegistry struct {
	kind   string
	images http.Handler
	notes  io.Writer // the paths for which it was given a password
}

func (r *scriptRegistry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	username, password, basic := request.BasicAuth()
	if basic {
		fmt.Fprintln(r.notes, request.URL.Path)
	}
	right := basic && username == "puller" && password == "canary-5vXk"
	switch {
	case r.kind == "page":
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html>canary</html>")
	case r.kind == "missing":
		http.NotFound(w, request)
	case r.kind == "broken":
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.kind == "redirect" && basic:
		http.Redirect(w, request, "http://"+request.Host+"/elsewhere", http.StatusTemporaryRedirect)
	case r.kind == "open":
		r.images.ServeHTTP(w, request)
	case request.URL.Path == "/token":
		r.token(w, request, right)
	case r.kind == "bearer" && request.Header.Get("Authorization") == "Bearer token-of-puller", r.kind != "bearer" && right:
		r.images.ServeHTTP(w, request)
	default:
		w.Header().Set("Www-Authenticate", r.challenge(request.Host))
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func (r *scriptRegistry) challenge(address string) string {
	switch r.kind {
	case "bearer":
		return `Negotiate, Bearer realm="http://` + address + `/token",service="a \"service\""`
	case "elsewhere":
		return `Bearer realm="http://192.0.2.1/token"`
	case "strange":
		return "Negotiate"
	}
	return `Basic realm="a, registry"`
}

func (r *scriptRegistry) token(w http.ResponseWriter, request *http.Request, right bool) {
	want := url.Values{"service": {`a "service"`}, "account": {"puller"}}
	if !right || request.URL.Query().Encode() != want.Encode() {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	io.WriteString(w, `{"access_token":"token-of-puller"}`)
}

// scriptTLS is a certificate of an authority that nobody knows, in ca.pem.
func scriptTLS(ts *testscript.TestScript) *tls.Config {
	certificate, err := newCertificate(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC))
	ts.Check(err)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), authority, 0o600))
	return &tls.Config{Certificates: []tls.Certificate{certificate}}
}
