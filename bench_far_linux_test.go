package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const roundTrip = 40 * time.Millisecond

// far is a cold get from an AWS that is 40 ms away, over TLS.
func (bench *bench) far(b *testing.B) {
	aws := awstest.StartTLS()
	defer aws.Close()
	aws.PutSecret(awstest.Secret{ARN: herdARN, String: new(herdSecret)})
	line := newDelayLine(b, strings.TrimPrefix(aws.URL, "https://"))
	defer line.listener.Close()
	bundle := filepath.Join(b.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, aws.CAPEM, 0o600); err != nil {
		b.Fatal(err)
	}
	cold, sdk := bench.coldGet(), bench.sdkCall()
	for _, c := range []*contender{cold, sdk} {
		c.name += ", 40 ms away"
		c.env = append(slices.Clip(c.env), "AWS_ENDPOINT_URL=https://"+line.listener.Addr().String(), "AWS_CA_BUNDLE="+bundle)
	}
	for b.Loop() {
		interleave(b, 9, cold, sdk)
	}
	runs := len(cold.wall) + len(sdk.wall)
	bench.requests(b, aws.Count("", ""), runs)
	bench.add(cold, sdk)
	before := line.roundTrips()
	cold.run(b)
	bench.target(b, "cold get, 40 ms away / 40 ms", atMost, 3*1.15, "×", float64(cold.median())/float64(roundTrip),
		fmt.Sprintf("%d round trips, %d request", line.roundTrips()-before, aws.Count("", "")-runs))
}

// delayLine is a TCP proxy that is half a round trip away from its clients: what
// comes from either side goes on 20 ms later, whatever else is under way. Loopback
// answers a connect at once, so the client's first bytes wait for the round trip
// that it would have taken. A client that speaks TLS 1.3 and asks once needs three
// round trips then: connect; ClientHello and the server's Finished; request and
// answer.
type delayLine struct {
	listener net.Listener
	server   string

	mu    sync.Mutex
	trips int
}

func newDelayLine(b *testing.B, server string) *delayLine {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	line := &delayLine{listener: listener, server: server}
	go line.accept()
	return line
}

// roundTrips counts a connect, and whenever a client speaks after it has
// listened.
func (l *delayLine) roundTrips() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trips
}

func (l *delayLine) turn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trips++
}

func (l *delayLine) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", l.server)
		if err != nil {
			client.Close()
			continue
		}
		l.turn()
		now := time.Now()
		c := &conversation{line: l, heard: true}
		go (&direction{from: client, to: server, opens: now.Add(roundTrip), read: c.speak}).carry()
		go (&direction{from: server, to: client, opens: now, written: c.hear}).carry()
	}
}

// conversation knows whether it is the client's turn on a connection.
type conversation struct {
	line  *delayLine
	mu    sync.Mutex
	heard bool // the client has got something since it spoke
}

func (c *conversation) speak() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heard {
		c.line.turn()
	}
	c.heard = false
}

func (c *conversation) hear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = true
}

// direction is one way of a connection.
type direction struct {
	from, to      net.Conn
	opens         time.Time // when the first bytes set out, at the earliest
	read, written func()    // called for each piece; may be nil
}

type piece struct {
	bytes []byte
	due   time.Time
}

func (d *direction) carry() {
	pieces := make(chan piece, 1000)
	go d.listen(pieces)
	for p := range pieces {
		time.Sleep(time.Until(p.due))
		if d.written != nil {
			d.written()
		}
		d.to.Write(p.bytes)
	}
	d.to.Close()
}

func (d *direction) listen(pieces chan<- piece) {
	defer close(pieces)
	for {
		buffer := make([]byte, 32<<10)
		n, err := d.from.Read(buffer)
		if err != nil {
			return
		}
		if d.read != nil {
			d.read()
		}
		sets := time.Now()
		if sets.Before(d.opens) {
			sets = d.opens
		}
		pieces <- piece{buffer[:n], sets.Add(roundTrip / 2)}
	}
}
