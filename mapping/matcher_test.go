package mapping_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// matcher says which key of a mapping must answer, from the words of the contract
// alone: each key becomes an expression of every text that asks for its host.
// It shares no code and no technique with the package.
type matcher []wanted

type wanted struct {
	key     string
	isName  bool           // of one host; else a pattern
	asks    *regexp.Regexp // over trimmed text in ASCII lower case
	longest int            // label that a pattern's * can stand for
	address string         // that the captured IPv6 address must be
}

const (
	labelOf  = `(?:[a-z0-9_]|[a-z0-9_][a-z0-9_-]{0,61}[a-z0-9_])`
	restOf   = `(?P<path>[/?#\\][^\r\n]*)?`
	hubNames = `(?:docker\.io|index\.docker\.io|registry-1\.docker\.io|registry\.hub\.docker\.com)`
	octet    = `(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])`
)

var (
	tooWide  = regexp.MustCompile(`^(?:\[.*|(?:.*\.)?[0-9]+|[^.]+)$`) // behind a "*.": addresses, top-level domains
	keyOf    = regexp.MustCompile(`^(\*\.)?(` + labelOf + `(?:\.` + labelOf + `)*|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?$`)
	hubKey   = regexp.MustCompile(`^` + hubNames + `(?::443)?$`)
	hubURL   = regexp.MustCompile(`^https://index\.docker\.io/v1/?$`)
	asksHub  = regexp.MustCompile(`^(?:https://)?` + hubNames + `(?::443)?` + restOf + `$`)
	tokens   = regexp.MustCompile(`^[^?#]*/(?:access|refresh)-token[/\\]*(?:[?#]|$)`)
	loopback = regexp.MustCompile(`^(?:localhost|127(?:\.` + octet + `){3}|\[0{31}1\])$`)
)

func newMatcher(keys []string) (m matcher) {
	for _, key := range keys {
		if w := want(key); w.asks != nil {
			m = append(m, w)
		}
	}
	return m
}

// want leaves asks nil for a key that is no host and no pattern: nobody can own it.
func want(key string) wanted {
	if hubURL.MatchString(key) || hubKey.MatchString(asciiLower(key)) {
		return wanted{key: key, isName: true, asks: asksHub}
	}
	parts := keyOf.FindStringSubmatch(asciiLower(key))
	if parts == nil {
		return wanted{}
	}
	w := wanted{key: key, isName: parts[1] == ""}
	name, port := parts[2], parts[3]
	if number, _ := strconv.Atoi(port); number > 65535 || len(name) > 253 || !w.isName && tooWide.MatchString(name) {
		return wanted{}
	}
	host := regexp.QuoteMeta(name)
	switch {
	case strings.HasPrefix(name, "["):
		if w.address = ipv6(strings.Trim(name, "[]")); w.address == "" {
			return wanted{}
		}
		host, name = `\[(?P<address>[0-9a-f:.]+)\]`, "["+w.address+"]"
	case !w.isName:
		w.longest = 253 - len("."+name)
		host = `(?P<label>` + labelOf + `)\.` + host
	}
	secure, plain := `(?::443)?`, ``
	if port != "" && port != "443" {
		secure, plain = ":"+port, ":"+port
	}
	expression := `(?:https://)?` + host + secure
	if w.isName && loopback.MatchString(name) {
		again := strings.ReplaceAll(host, "<address>", "<plain>")
		expression = fmt.Sprintf(`(?:%s|http://%s%s)`, expression, again, plain)
	}
	w.asks = regexp.MustCompile(`^` + expression + restOf + `$`)
	return w
}

// answering gives the key, or none. A name of its own comes before a pattern; the
// names of Docker Hub are one host, to which no pattern belongs.
func (m matcher) answering(asked string) string {
	asked = asciiLower(strings.TrimSpace(asked))
	hub := asksHub.FindStringSubmatch(asked)
	if hub != nil && tokens.MatchString(hub[asksHub.SubexpIndex("path")]) {
		return ""
	}
	byPattern := ""
	for _, w := range m {
		switch {
		case !w.matches(asked):
		case w.isName:
			return w.key
		case hub == nil:
			byPattern = w.key
		}
	}
	return byPattern
}

func (w wanted) matches(asked string) bool {
	found := w.asks.FindStringSubmatch(asked)
	if found == nil {
		return false
	}
	part := func(name string) string {
		if i := w.asks.SubexpIndex(name); i >= 0 {
			return found[i]
		}
		return ""
	}
	if w.address != "" {
		return ipv6(part("address")+part("plain")) == w.address
	}
	return w.isName || len(part("label")) <= w.longest
}

// asciiLower leaves every letter beyond ASCII alone: the Kelvin sign is no k.
func asciiLower(s string) string {
	lower := []byte(s)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 32
		}
	}
	return string(lower)
}

// ipv6 writes an address (RFC 4291, 2.2, in lower case) as 32 hexadecimal digits,
// or nothing for what is none.
func ipv6(text string) string {
	if last := strings.LastIndex(text, ":"); last >= 0 && strings.Contains(text, ".") {
		if !regexp.MustCompile(`^` + octet + `(?:\.` + octet + `){3}$`).MatchString(text[last+1:]) {
			return ""
		}
		var a, b, c, d int
		fmt.Sscanf(text[last+1:], "%d.%d.%d.%d", &a, &b, &c, &d)
		text = fmt.Sprintf("%s%02x%02x:%02x%02x", text[:last+1], a, b, c, d)
	}
	front, back, elided := strings.Cut(text, "::")
	head, headOK := groups(front)
	tail, tailOK := groups(back)
	missing := 32 - len(head) - len(tail)
	if !headOK || !tailOK || elided && missing < 4 || !elided && missing != 0 {
		return ""
	}
	return head + strings.Repeat("0", missing) + tail
}

// groups fills each group of an address up to four digits.
func groups(text string) (digits string, ok bool) {
	if text == "" {
		return "", true
	}
	for _, group := range strings.Split(text, ":") {
		if !regexp.MustCompile(`^[0-9a-f]{1,4}$`).MatchString(group) {
			return "", false
		}
		digits += strings.Repeat("0", 4-len(group)) + group
	}
	return digits, true
}
