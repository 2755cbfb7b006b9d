package main

import (
	"bufio"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// behaviour is what a server does with a connection; the connection is closed when
// it returns.
type behaviour func(net.Conn)

// peer listens on loopback until the cell ends, and gives its address.
func (c *cell) peer(does behaviour) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(c.t, err)
	serveBehaviour(c.t, listener, does)
	return listener.Addr().String()
}

func serveBehaviour(t *testing.T, listener net.Listener, does behaviour) {
	var mu sync.Mutex
	var open []net.Conn
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, connection := range open {
			connection.Close()
		}
	})
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, connection)
			mu.Unlock()
			go func() {
				defer connection.Close()
				does(connection)
			}()
		}
	}()
}

// What servers do.

func closes(net.Conn) {}

func resets(connection net.Conn) { connection.(*net.TCPConn).SetLinger(0) }

// holds says nothing until the client leaves.
func holds(connection net.Conn) { io.Copy(io.Discard, connection) }

// sends says a text at once, then goes on.
func sends(text string, then behaviour) behaviour {
	return func(connection net.Conn) {
		io.WriteString(connection, text)
		then(connection)
	}
}

// reads takes a request, then goes on.
func reads(then behaviour) behaviour {
	return func(connection net.Conn) {
		request, err := http.ReadRequest(bufio.NewReader(connection))
		if err == nil {
			io.Copy(io.Discard, request.Body)
			then(connection)
		}
	}
}

func resetsAfterRequest(connection net.Conn) {
	reads(func(net.Conn) { resets(connection) })(connection)
}

// drips sends a text slowly, and again and again.
func drips(text string) behaviour {
	return func(connection net.Conn) {
		ticks := time.NewTicker(20 * time.Millisecond)
		defer ticks.Stop()
		for i := 0; ; i++ {
			if _, err := connection.Write([]byte{text[i%len(text)]}); err != nil {
				return
			}
			<-ticks.C
		}
	}
}

// floods sends a text again and again, as fast as it is read.
func floods(text string) behaviour {
	return func(connection net.Conn) {
		for many := strings.Repeat(text, 1000); ; {
			if _, err := io.WriteString(connection, many); err != nil {
				return
			}
		}
	}
}

// encrypted does it inside TLS, with the certificate that newCertificate makes.
func encrypted(config *tls.Config, does behaviour) behaviour {
	return func(connection net.Conn) {
		secure := tls.Server(connection, config)
		defer secure.Close()
		if secure.Handshake() == nil {
			does(secure)
		}
	}
}

// certificate is one for 127.0.0.1 and AWS's hosts, which the cell's
// AWS_CA_BUNDLE trusts.
func (c *cell) certificate(from, to int) *tls.Config {
	now := time.Now()
	certificate, err := newCertificate(now.AddDate(0, 0, from), now.AddDate(0, 0, to))
	must(c.t, err)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	c.env["AWS_CA_BUNDLE"] = c.file("ca.pem", string(authority))
	return &tls.Config{Certificates: []tls.Certificate{certificate}}
}

// unconnectable is the address of a listener whose queue is full: connections to
// it are neither made nor refused.
func (c *cell) unconnectable() string {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	must(c.t, err)
	c.t.Cleanup(func() { unix.Close(socket) })
	must(c.t, errors.Join(unix.Bind(socket, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(socket, 0)))
	name, err := unix.Getsockname(socket)
	must(c.t, err)
	address := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: name.(*unix.SockaddrInet4).Port}).String()
	for { // until one is not taken any more
		connection, err := net.DialTimeout("tcp", address, 100*time.Millisecond)
		if err != nil {
			return address
		}
		c.t.Cleanup(func() { connection.Close() })
	}
}

// silentPipe is the reading end of a pipe to which nothing is written and
// that is never closed.
func (c *cell) silentPipe() *os.File {
	read, write, err := os.Pipe()
	must(c.t, err)
	c.t.Cleanup(func() { read.Close(); write.Close() })
	return read
}

// fullPipe is a pipe that holds all that it can, and that nobody reads.
func (c *cell) fullPipe() *os.File {
	read, write, err := os.Pipe()
	must(c.t, err)
	c.t.Cleanup(func() { read.Close(); write.Close() })
	raw, err := write.SyscallConn()
	must(c.t, err)
	raw.Control(func(fd uintptr) {
		for err := error(nil); err == nil; {
			_, err = unix.Write(int(fd), make([]byte, 4096))
		}
		unix.SetNonblock(int(fd), false) // as clients' pipes are
	})
	return write
}
