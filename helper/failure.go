package helper

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// Failure is why a mapped host has no credential.
type Failure struct {
	Host   mapping.Host
	Secret string // as the mapping names it
	Code   string // stable name of the kind of failure, as in the README's table
	Cause  string // one clause: what happened
	Remedy string // one clause: what to do, or type

	// Transient: AWS could not be reached or could not serve, so that a copy of
	// the secret may stand in. Withdrawn: AWS or the secret says that no copy may
	// be used any more.
	Transient, Withdrawn bool
}

// maxLine bounds what is shown to people: clients wrap it in lines of their own.
const maxLine = 500

// Error gives the one line that people see, "host: secret: cause; remedy", at
// most 500 bytes of printable ASCII without backticks, since docker quotes it
// between those. What is too long loses the end of its cause, not the remedy.
func (f *Failure) Error() string {
	var subject string
	for _, part := range []string{string(f.Host), shorten(f.Secret, 160)} {
		if part != "" {
			subject += printable(part) + ": "
		}
	}
	remedy := shorten("; "+printable(f.Remedy), 220)
	return shorten(subject, maxLine/2) + shorten(printable(f.Cause), maxLine-len(shorten(subject, maxLine/2))-len(remedy)) + remedy
}

// line is what stands for an error on stdout and stderr.
func line(err error) string { return shorten(printable(err.Error()), maxLine) }

func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return s[:most-3] + "..."
}

// printable escapes what a terminal, a log or docker's quoting could take for
// something else: causes hold texts of servers that nobody knows.
func printable(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case ' ' <= r && r <= '~' && r != '`':
			b.WriteRune(r)
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}
