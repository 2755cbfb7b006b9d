package awstest

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"time"
)

// deliver writes the answer, as well as the fault lets it.
func deliver(w http.ResponseWriter, r *http.Request, a answer, f Fault) {
	switch {
	case !hold(r.Context(), f.Delay): // a client that is leaving must not get the answer after all
	case f.Reset:
		reset(w)
	case f.Hang && f.Truncate == 0:
		hold(r.Context(), maxHold)
	default:
		body := f.padded(a.body)
		writeHeader(w, a, f, len(body))
		writeBody(w, r, body, f)
		return
	}
	panic(http.ErrAbortHandler)
}

func writeHeader(w http.ResponseWriter, a answer, f Fault, length int) {
	header := w.Header()
	header.Set("Date", time.Now().Add(f.Skew).UTC().Format(http.TimeFormat))
	header.Set("Content-Length", strconv.Itoa(length))
	for _, fields := range []map[string]string{a.header, f.Header} {
		for name, value := range fields {
			header.Set(name, value)
		}
	}
	w.WriteHeader(a.status)
}

func writeBody(w http.ResponseWriter, r *http.Request, body []byte, f Fault) {
	cut := f.Truncate > 0 && f.Truncate < len(body)
	if cut {
		body = body[:f.Truncate]
	}
	if f.Drip > 0 {
		drip(w, r, body, f.Drip)
	} else {
		w.Write(body) // a client that has left is no concern of ours
	}
	if f.Hang {
		flush(w)
		hold(r.Context(), maxHold)
	}
	if cut || f.Hang {
		flush(w)
		panic(http.ErrAbortHandler)
	}
}

func drip(w http.ResponseWriter, r *http.Request, body []byte, pause time.Duration) {
	ctx, cancel := context.WithTimeout(r.Context(), maxHold)
	defer cancel()
	for i := range body {
		w.Write(body[i : i+1])
		flush(w)
		if !hold(ctx, pause) {
			panic(http.ErrAbortHandler)
		}
	}
}

func flush(w http.ResponseWriter) { http.NewResponseController(w).Flush() }

// hold waits, and says whether it did so to the end: the client's leaving and
// the server's closing end it early.
func hold(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(min(d, maxHold))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// reset closes the connection without the usual end, so that the peer sees
// "connection reset by peer".
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
