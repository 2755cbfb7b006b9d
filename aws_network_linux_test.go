//go:build linux

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// network gives the rest of the script a network of its own: loopback only, with
// the endpoint in its usual place and where EC2 and ECS have theirs, and no name
// server. It takes root. What a script starts, it starts from its own thread,
// which keeps the network until the script ends.
func network(ts *testscript.TestScript, _ bool, _ []string) {
	runtime.LockOSThread()
	ts.Check(unix.Unshare(unix.CLONE_NEWNET))
	ts.Check(firstError(addAddress("lo", "127.0.0.1"), addAddress("lo:1", "169.254.169.254"), addAddress("lo:2", "169.254.170.2")))
	usual := strings.TrimPrefix(endpoint(ts).URL, "http://")
	for _, address := range []string{usual, "169.254.169.254:80", "169.254.170.2:80"} {
		serve(ts, address, &http.Server{Handler: endpoint(ts)})
	}
}

// addAddress gives an interface an address and takes it up: netdevice(7).
func addAddress(name, address string) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if err := request.SetInet4Addr(net.ParseIP(address).To4()); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFADDR, request); err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}

// serve answers at an address of the script's network until the script ends.
func serve(ts *testscript.TestScript, address string, server *http.Server) string {
	listener, err := net.Listen("tcp", address)
	ts.Check(err)
	ts.Defer(func() { server.Close() })
	server.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust a certificate are expected
	if server.TLSConfig != nil {
		go server.ServeTLS(listener, "", "")
	} else {
		go server.Serve(listener)
	}
	return listener.Addr().String()
}

// recordingProxy leads every host to one endpoint, or refuses with a status. It
// writes down whom it was asked for.
type recordingProxy struct {
	endpoint http.Handler
	tunnel   string // where CONNECT leads
	refusal  int

	mu    sync.Mutex
	hosts io.Writer
}

// proxy [STATUS] starts a proxy, of which $PROXY is the URL.
func startProxy(ts *testscript.TestScript, _ bool, args []string) {
	hosts, err := os.Create(ts.MkAbs("proxied"))
	ts.Check(err)
	ts.Defer(func() { hosts.Close() })
	p := &recordingProxy{endpoint: endpoint(ts), tunnel: ts.Getenv("TLS_ADDRESS"), hosts: hosts}
	if len(args) > 0 {
		p.refusal, err = strconv.Atoi(args[0])
		ts.Check(err)
	}
	address := serve(ts, "127.0.0.1:0", &http.Server{Handler: p})
	ts.Setenv("PROXY", "http://"+address)
	ts.Setenv("PROXY_ADDRESS", address)
}

// proxied [HOST...]: these hosts were asked for through the proxy, in this order.
func proxied(ts *testscript.TestScript, _ bool, args []string) {
	if got := strings.Fields(ts.ReadFile("proxied")); !slices.Equal(got, args) {
		ts.Fatalf("through the proxy: %q, want %q", got, args)
	}
}

func (p *recordingProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	fmt.Fprintln(p.hosts, r.Host)
	p.mu.Unlock()
	switch {
	case p.refusal != 0:
		w.WriteHeader(p.refusal)
	case r.Method == http.MethodConnect:
		p.connect(w)
	default:
		p.endpoint.ServeHTTP(w, r)
	}
}

func (p *recordingProxy) connect(w http.ResponseWriter) {
	far, err := net.Dial("tcp", p.tunnel)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	near, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		far.Close()
		return
	}
	io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		io.Copy(far, near)
		far.Close()
	}()
	io.Copy(near, far)
	near.Close()
}

// tls [expired]: the endpoint speaks TLS at $AWS_ENDPOINT_URL, with a certificate
// for every AWS host that a script can ask for; ca.pem is its authority.
func startTLS(ts *testscript.TestScript, _ bool, args []string) {
	from, to := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)
	if len(args) > 0 && args[0] == "expired" {
		to = time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC)
	}
	certificate, err := newCertificate(from, to)
	ts.Check(err)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), authority, 0o600))
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	address := serve(ts, "127.0.0.1:0", &http.Server{Handler: endpoint(ts), TLSConfig: config})
	ts.Setenv("TLS_ADDRESS", address)
	ts.Setenv("AWS_ENDPOINT_URL", "https://"+address)
}

func newCertificate(from, to time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames: []string{"*.eu-west-1.amazonaws.com", "*.eu-west-1.api.aws", "*.us-gov-west-1.amazonaws.com",
			"*.cn-north-1.amazonaws.com.cn", "*.us-east-1.amazonaws.com"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
