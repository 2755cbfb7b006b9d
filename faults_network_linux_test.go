package main

import (
	"crypto/tls"
	"net"
	"strings"
)

// endpoint has AWS asked there.
func endpointAt(url string) func(*cell) {
	return func(c *cell) { c.env["AWS_ENDPOINT_URL"] = url }
}

// dnsFaults are those of the name server, of which startNameServer is one.
func dnsFaults(l *lab) []faultCase {
	const stage = "DNS"
	code := failed("dns")
	faults := []faultCase{
		{stage, "name that is none", code, endpointAt("http://" + strings.Repeat("a", 64) + ".test")},
	}
	if l.bare {
		return faults
	}
	named := func(way string) func(*cell) { return endpointAt("http://" + way + ".aws.test") }
	resolver := func(text string) func(*cell) {
		return func(c *cell) {
			named("nxdomain")(c)
			c.mounts(c.file("resolv.conf", text), "/etc/resolv.conf")
		}
	}
	return append(faults,
		faultCase{stage, "no such name", code, named("nxdomain")},
		faultCase{stage, "server failure", code, named("servfail")},
		faultCase{stage, "refused", code, named("refused")},
		faultCase{stage, "no address", code, named("nodata")},
		faultCase{stage, "garbage", failed("deadline"), named("garbage")},
		faultCase{stage, "answer cut short", code, named("short")},
		faultCase{stage, "alias of itself", code, named("loop")},
		faultCase{stage, "silent", failed("deadline"), named("silent")},
		faultCase{stage, "answer to another's question", failed("deadline"), named("stranger")},
		faultCase{stage, "truncated, and the rest hangs", failed("deadline"), named("truncated")},
		faultCase{stage, "address without a route", failed("network"), named("elsewhere")},
		faultCase{stage, "nobody serves names", code, resolver("nameserver 127.0.0.9\n")},
		faultCase{stage, "no route to the name server", code, resolver("nameserver 192.0.2.53\n")},
	)
}

// tcpFaults are those before the first byte of an answer.
func tcpFaults(l *lab) []faultCase {
	const stage = "TCP"
	peer := func(does behaviour) func(*cell) {
		return func(c *cell) { endpointAt("http://" + c.peer(does))(c) }
	}
	faults := []faultCase{
		{stage, "refuses", failed("network"), endpointAt("http://127.0.0.1:1")},
		{stage, "neither takes nor refuses", failed("deadline"), func(c *cell) { endpointAt("http://" + c.unconnectable())(c) }},
		{stage, "resets at once", failed("network"), peer(resets)},
		{stage, "resets after the request", failed("network"), peer(resetsAfterRequest)},
		{stage, "closes at once", failed("network"), peer(closes)},
		{stage, "closes after the request", failed("network"), peer(reads(closes))},
		{stage, "never reads nor writes", failed("deadline"), peer(holds)},
		{stage, "greets as SSH", failed("bad-answer"), peer(sends("SSH-2.0-OpenSSH_9.2 canary\r\n", holds))},
		{stage, "zeros without end", failed("bad-answer"), peer(floods("\x00"))},
		{stage, "closes its half", failed("network"), peer(func(connection net.Conn) { connection.(*net.TCPConn).CloseWrite(); holds(connection) })},
	}
	if !l.bare {
		faults = append(faults, faultCase{stage, "no route", failed("network"), endpointAt("http://192.0.2.1")})
	}
	return faults
}

// tlsFaults are those of the handshake, and of connections that end after it.
func tlsFaults() []faultCase {
	const stage = "TLS"
	raw := func(does behaviour) func(*cell) {
		return func(c *cell) { endpointAt("https://" + c.peer(does))(c) }
	}
	secure := func(from, to int, does behaviour, change func(*cell, *tls.Config)) func(*cell) {
		return func(c *cell) {
			config := c.certificate(from, to)
			change(c, config)
			raw(encrypted(config, does))(c)
		}
	}
	same := func(*cell, *tls.Config) {}
	return []faultCase{
		{stage, "closes in the handshake", failed("network"), raw(closes)},
		{stage, "resets in the handshake", failed("network"), raw(resets)},
		{stage, "hangs in the handshake", failed("deadline"), raw(holds)},
		{stage, "drips in the handshake", failed("deadline"), raw(drips("\x16\x03\x03\x40\x00"))},
		{stage, "no TLS but HTTP", failed("tls"), raw(sends("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", holds))},
		{stage, "no TLS but garbage", failed("tls"), raw(floods("canary"))},
		{stage, "alert", failed("tls"), raw(sends("\x15\x03\x03\x00\x02\x02\x28", closes))},
		{stage, "oversized record", failed("tls"), raw(sends("\x16\x03\x03\xff\xff"+strings.Repeat("a", 70000), holds))},
		{stage, "authority unknown", failed("tls"), secure(-1, 1, holds, func(c *cell, _ *tls.Config) { delete(c.env, "AWS_CA_BUNDLE") })},
		{stage, "certificate of another host", failed("tls"), func(c *cell) {
			config := c.certificate(-1, 1)
			endpointAt("https://localhost:" + portOf(c.peer(encrypted(config, holds))))(c)
		}},
		{stage, "certificate expired", failed("tls-expired"), secure(-9, -1, holds, same)},
		{stage, "certificate not valid yet", failed("tls-expired"), secure(1, 9, holds, same)},
		{stage, "nothing newer than TLS 1.0", failed("tls"), secure(-1, 1, holds, func(_ *cell, config *tls.Config) { config.MaxVersion = tls.VersionTLS10 })},
		{stage, "wants a client certificate", failed("tls"), secure(-1, 1, holds, func(_ *cell, config *tls.Config) {
			config.ClientAuth, config.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
		})},
		{stage, "closes after the handshake", failed("network"), secure(-1, 1, closes, same)},
		{stage, "hangs after the handshake", failed("deadline"), secure(-1, 1, holds, same)},
	}
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// proxyFaults are those between the client and an endpoint that it cannot reach by
// itself.
func proxyFaults() []faultCase {
	const stage = "proxy"
	through := func(proxy func(c *cell) string) func(*cell) {
		return func(c *cell) {
			endpointAt("https://aws.test")(c)
			c.env["HTTPS_PROXY"] = proxy(c)
		}
	}
	peer := func(does behaviour) func(*cell) {
		return through(func(c *cell) string { return "http://canary:canary@" + c.peer(does) })
	}
	answer := func(text string) func(*cell) { return peer(reads(sends(text, holds))) }
	const connected = "HTTP/1.1 200 Connection established\r\n\r\n"
	code := failed("proxy")
	return []faultCase{
		{stage, "refuses", code, through(func(*cell) string { return "http://canary:canary@127.0.0.1:1" })},
		{stage, "neither takes nor refuses", failed("deadline"), through(func(c *cell) string { return "http://" + c.unconnectable() })},
		{stage, "name that is none", code, through(func(*cell) string { return "http://" + strings.Repeat("a", 64) + ".test:3128" })},
		{stage, "resets after CONNECT", failed("network"), peer(resetsAfterRequest)},
		{stage, "closes after CONNECT", failed("network"), peer(reads(closes))},
		{stage, "hangs after CONNECT", failed("deadline"), peer(reads(holds))},
		{stage, "wants a password", code, answer("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")},
		{stage, "forbids", code, answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")},
		{stage, "bad gateway", code, answer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")},
		{stage, "redirect", code, answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/canary\r\n\r\n")},
		{stage, "garbage", failed("bad-answer"), answer("canary canary\r\n\r\n")},
		{stage, "headers without end", failed("bad-answer"), peer(reads(sends("HTTP/1.1 200 OK\r\n", floods("X-A: canary\r\n"))))},
		{stage, "drips its answer", failed("deadline"), peer(reads(drips(connected)))},
		{stage, "hangs after its answer", failed("deadline"), answer(connected)},
		{stage, "closes after its answer", failed("network"), peer(reads(sends(connected, closes)))},
		{stage, "sends more than its answer", failed("deadline"), answer(connected + "HTTP/1.1 200 OK\r\n\r\n")},
		{stage, "scheme unknown", code, through(func(*cell) string { return "gopher://127.0.0.1:1" })},
		{stage, "SOCKS that refuses", failed("network"), through(func(c *cell) string { return "socks5://" + c.peer(sends("\x05\xff", holds)) })},
	}
}
