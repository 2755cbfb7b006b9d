package main

import (
	"encoding/binary"
	"net"
	"strings"
	"testing"
)

// The name server of the fault matrix does what the first label of the name that
// it is asked for says: nxdomain.aws.test does not exist.

// Response codes of RFC 1035, section 4.1.1, and the bits next to them.
const (
	dnsResponse  = 1 << 15
	dnsTruncated = 1 << 9
	dnsAvailable = 1 << 7 // recursion
	dnsServfail  = 2
	dnsNXDomain  = 3
	dnsRefused   = 5
)

func startNameServer(t *testing.T) {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:53")
	must(t, err)
	t.Cleanup(func() { packets.Close() })
	streams, err := net.Listen("tcp", "127.0.0.1:53")
	must(t, err)
	serveBehaviour(t, streams, holds) // where truncated answers lead
	go func() {
		query := make([]byte, 512)
		for {
			n, from, err := packets.ReadFrom(query)
			if err != nil {
				return
			}
			if n > 16 {
				if answer := nameAnswer(query[:n]); answer != nil {
					packets.WriteTo(answer, from)
				}
			}
		}
	}()
}

// nameAnswer answers a query, or does not. What matters of a query is its
// identifier, bytes 0 and 1, and its one question, from byte 12 on.
func nameAnswer(query []byte) []byte {
	end := 12
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	if end += 5; end > len(query) {
		return nil
	}
	question := query[12:end]
	pointer, kind := []byte{0xc0, 12}, binary.BigEndian.Uint16(query[end-4:])
	flags, records, id := uint16(dnsResponse|dnsAvailable), []byte(nil), query[:2]
	switch way := string(question[1 : 1+question[0]]); {
	case way == "nxdomain":
		flags |= dnsNXDomain
	case way == "servfail":
		flags |= dnsServfail
	case way == "refused":
		flags |= dnsRefused
	case way == "truncated":
		flags |= dnsTruncated
	case way == "stranger":
		id = []byte{^id[0], id[1]}
	case way == "loop":
		records = append(append(pointer, 0, 5, 0, 1, 0, 0, 0, 0, 0, 2), pointer...) // CNAME of itself
	case way == "short":
		records = append(pointer, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127) // three bytes less than it says
	case way == "elsewhere" && kind == 1:
		records = append(pointer, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1) // to which there is no route
	case way == "garbage":
		return append(id, strings.Repeat("\xff", 40)...)
	case way == "nodata", way == "elsewhere":
	default:
		return nil // silent
	}
	answers := uint16(0)
	if records != nil {
		answers = 1
	}
	answer := binary.BigEndian.AppendUint16(append([]byte(nil), id...), flags)
	answer = binary.BigEndian.AppendUint16(answer, 1)
	answer = binary.BigEndian.AppendUint16(answer, answers)
	answer = append(append(answer, 0, 0, 0, 0), question...)
	return append(answer, records...)
}
