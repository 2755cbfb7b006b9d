package mapping_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generateKey gives a key that a mapping may have: few labels, so that keys collide,
// overlap, and are the beginning or the end of one another.
func generateKey(random *rand.Rand) string {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	switch random.IntN(12) {
	case 0:
		return pick("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "https://index.docker.io/v1/", "docker.io:443", "docker.io:5000")
	case 1:
		return pick("127.0.0.1", "127.1.2.3", "192.0.2.1", "localhost", "10.0.0.1") + pick("", "", ":5000", ":80", ":443")
	case 2:
		return "[" + pick("::1", "::", "2001:db8::1", "2001:DB8:0:0:1::", "::ffff:192.0.2.1", "fe80::1") + "]" + pick("", ":5000", ":443")
	case 3:
		return pick("*", "*.com", "*.*.example.com", "a.*.example.com", "*a.example.com", "a*.example.com", "*.0.2.1", "**.corp.example", "*.corp.example/x",
			"user@a.example", "a.example.", ".corp.example", "a..example", "a%2eexample", "http://a.example", "https://docker.io", "a.example:0443", "b\u00fccher.example",
			"a.example:70000", "\u212a.example", "127.0.0.1%lo", "::1", "[127.0.0.1]", "[fe80::1%eth0]", " a.example", "a.example\n", "a b.example", "-a.example")
	}
	labels := []string{}
	for range 1 + random.IntN(4) {
		labels = append(labels, pick("a", "b", "ab", "registry", "corp", "example", "com", "io", "docker", "index", "hub", "xn--bcher-kva", "a_b", "a-b", "k", "s", "Corp", "1"))
	}
	name := strings.Join(labels, ".")
	if random.IntN(3) == 0 {
		name = "*." + name
	}
	return name + pick("", "", "", ":443", ":5000", ":5001", ":80", ":65535")
}

// generateHost makes what a client might ask for, of a key of the mapping, by up to
// three tricks, and names them.
func generateHost(random *rand.Rand, keys []string) (asked string, tricks []string) {
	asked = keys[random.IntN(len(keys))]
	if !strings.Contains(asked, ":") && random.IntN(4) == 0 {
		asked += ":443"
	}
	if label := []string{"a", "b", "x1", "evil", "xn--tda", "docker", "index"}; strings.HasPrefix(asked, "*.") && random.IntN(10) > 0 {
		asked = label[random.IntN(len(label))] + asked[1:]
	}
	for range random.IntN(4) {
		trick := hostTricks[random.IntN(len(hostTricks))]
		asked = trick.play(random, asked)
		tricks = append(tricks, trick.name)
	}
	if len(tricks) == 0 {
		tricks = []string{"none"}
	}
	return asked, tricks
}

type hostTrick struct {
	name string
	play func(random *rand.Rand, host string) string
}

var hostTricks = []hostTrick{
	{"letter case", replaceEach("abcdeghikorsx", "ABCDEGHIKORSX")},
	{"trailing dot", behindHost(".")},
	{"empty label", atRandom("..", ".")},
	{"another label in front", inFront("x.", "evil.", "a.", "*.", "1.", "a.b.", "-.", "_.")},
	{"grown at the front", inFront("evil", "evil-", "x", "-", "a", "*")},
	{"another domain behind", behindHost(".evil.example", ".a", ".com", "evil", "-evil.com", ".io")},
	{"first label lost", func(_ *rand.Rand, s string) string { return s[strings.Index(s, ".")+1:] }},
	{"first label replaced", func(random *rand.Rand, s string) string {
		return inFront("b", "evil", "registry", "docker", "index")(random, s[max(strings.Index(s, "."), 0):])
	}},
	{"port", behindHost(":443", ":443", ":5000", ":5001", ":80", ":0443", ":443443", ":65536", ":65979", ":", ":+443", ":-1", ":0", ": 443", ":0x1bb", ":https", ":\u0664\u0664\u0663", ":443:5000", ":5000:443")},
	{"port lost", func(_ *rand.Rand, s string) string { return s[:strings.LastIndex(s+":", ":")] }},
	{"scheme", inFront("https://", "HTTPS://", "hTTps://", "https://https://", "https:/", "https:///", "//", "ftp://", "oci://", "https:", "\u017fhttps://", "https\u017f://")},
	{"plain http", inFront("http://", "HTTP://", "http://", "http://https://")},
	{"path", behind("/", "/v2/", "/v1/", "/team/app", "//", "/..", "/\n", "/ x", "/\r", "/\xff", "/\u2028")},
	{"query, fragment or backslash", behind("?x", "#x", `\x`, "?", "#", `\`, "?@evil.example", "#@evil.example", `\@evil.example`, "?.corp.example", "#:5000")},
	{"token of Docker Hub", behind("/v1/access-token", "/v1/refresh-token/", "/access-token?x", "/REFRESH-token", "/xaccess-token", "/v1/access-token/x", "?/access-token", `/refresh-token\`, "#/refresh-token", "/access-token#?")},
	{"userinfo in front", inFront("user@", "user:password@", "@", "evil.example@", "https://user@", "evil.example:443@", "evil.example/@", `evil.example\@`, "evil.example#@", "evil.example?@")},
	{"userinfo behind", behindHost("@evil.example", ":443@evil.example", "@", "/@evil.example", "@evil.example/")},
	{"percent-encoding", percentEncode},
	{"percent sequence", atRandom("%", "%2e", "%2f", "%00", "%40", "%20", "%25eth0", "%eth0", "%3a443")},
	{"wildcard", atRandom("*", "*.", "?", "**")},
	{"look-alike letter", replaceEach("aceikosxp.:1", "\u0430\u0441\u0435\u0456\u212a\u043e\u017f\u0445\u0440\u3002\uff1a\u0661")},
	{"full-width letter", replaceEach("abceikmorsx.:", "\uff41\uff42\uff43\uff45\uff49\uff4b\uff4d\uff4f\uff52\uff53\uff58\uff0e\uff1a")},
	{"letter that folds", replaceEach("iks", "\u0130\u212a\u017f")},
	{"invisible character", atRandom("\u00ad", "\u200b", "\u200d", "\ufeff", "\u202e", "\u2060", "\u0307")},
	{"punycode", inFront("xn--", "xn--a.", "xn---", "XN--")},
	{"white space around", around(" ", "\t", "\n", "\r\n", "\u00a0", "\u0085", "\u3000", "\v", "\f")},
	{"white space inside", atRandom(" ", "\t", "\n", "\r", "\r\n", "\u00a0", "\u0085", "\v")},
	{"control or broken byte", atRandom("\x00", "\x1b", "\x7f", "\xff", "\xc0\xae", "\xe4", "\x80")},
	{"quote or separator", atRandom(`"`, "'", "`", ",", ";", "=", "|", "$", "(", "{", "<", "&", "~", "^", "!", "+")},
	{"two hosts", behind("\nevil.example", " evil.example", ",evil.example", "\x00evil.example", "\r\nb.example\n")},
	{"two hosts, other order", inFront("evil.example\n", "evil.example ", "evil.example/", "evil.example:443", "evil.example\x00", "a,")},
	{"IPv6 in another spelling", otherIPv6},
	{"brackets", func(random *rand.Rand, s string) string {
		return []string{"[" + s + "]", "[" + s, s + "]", strings.Trim(s, "[]"), "[[" + s + "]]", "[" + s + "]:5000", strings.ReplaceAll(s, "]", "")}[random.IntN(7)]
	}},
	{"IPv4 in another spelling", otherIPv4},
	{"byte changed", func(random *rand.Rand, s string) string {
		at := random.IntN(len(s) + 1)
		return s[:at] + string(rune(random.IntN(128))) + s[min(at+1, len(s)):]
	}},
	{"byte lost", func(random *rand.Rand, s string) string {
		at := random.IntN(len(s) + 1)
		return s[:max(at-1, 0)] + s[at:]
	}},
	{"very long", func(random *rand.Rand, s string) string {
		return strings.Repeat([]string{"a", "a.", "-", "1"}[random.IntN(4)], 1+random.IntN(250)) + s
	}},
}

// replaceEach swaps some of the characters for those that stand in the same place.
func replaceEach(from, to string) func(*rand.Rand, string) string {
	others := []rune(to)
	return func(random *rand.Rand, s string) string {
		return strings.Map(func(r rune) rune {
			if i := strings.IndexRune(from, r); i >= 0 && random.IntN(2) == 0 {
				return others[i]
			}
			return r
		}, s)
	}
}

func inFront(of ...string) func(*rand.Rand, string) string {
	return func(random *rand.Rand, s string) string { return of[random.IntN(len(of))] + s }
}

func behind(tails ...string) func(*rand.Rand, string) string {
	return func(random *rand.Rand, s string) string { return s + tails[random.IntN(len(tails))] }
}

func around(texts ...string) func(*rand.Rand, string) string {
	return func(random *rand.Rand, s string) string {
		return behind(append(texts, "")...)(random, inFront(append(texts, "")...)(random, s))
	}
}

// behindHost puts a tail before the path, and before the port as often as behind it.
func behindHost(tails ...string) func(*rand.Rand, string) string {
	return func(random *rand.Rand, s string) string {
		at := len(s)
		if i := strings.IndexAny(strings.Replace(s, "//", "--", 1), `/?#\`); i >= 0 {
			at = i
		}
		if i := strings.LastIndexByte(s[:at], ':'); i > 0 && random.IntN(2) == 0 {
			at = i
		}
		return s[:at] + tails[random.IntN(len(tails))] + s[at:]
	}
}

func atRandom(texts ...string) func(*rand.Rand, string) string {
	return func(random *rand.Rand, s string) string {
		at := random.IntN(len(s) + 1)
		return s[:at] + texts[random.IntN(len(texts))] + s[at:]
	}
}

func percentEncode(random *rand.Rand, s string) string {
	if s == "" {
		return s
	}
	at := random.IntN(len(s))
	return fmt.Sprintf("%s%%%02x%s", s[:at], s[at], s[at+1:])
}

func otherIPv6(random *rand.Rand, s string) string {
	return strings.NewReplacer([][]string{
		{"::1", "0:0:0:0:0:0:0:1"}, {"::1", "::0001"}, {"::1", "::0.0.0.1"}, {"::1", "::00001"}, {"::", ":::"}, {"db8", "0DB8"}, {"db8", "0db8"}, {"::", ":0::"}, {"::", "::0:"},
		{"2001:db8::1", "2001:db8:0:0:0:0:0:1"}, {"2001:db8::1", "2001:db8::0:1"}, {"192.0.2.1", "c000:201"}, {"[::ffff:192.0.2.1]", "192.0.2.1"},
		{"192.0.2.1", "[::ffff:192.0.2.1]"}, {"127.0.0.1", "[::ffff:127.0.0.1]"}, {"127.0.0.1", "[::1]"}, {"]", "%eth0]"}, {"]", "%25lo]"}, {"fe80::1", "fe80:0000::1"}, {"::", "0:0::"},
	}[random.IntN(20)]...).Replace(s)
}

func otherIPv4(random *rand.Rand, s string) string {
	return strings.NewReplacer([][]string{
		{"127.0.0.1", "127.1"}, {"127.0.0.1", "2130706433"}, {"127.0.0.1", "0177.0.0.1"}, {"127.0.0.1", "0x7f000001"}, {"127.0.0.1", "127.0.0.01"}, {"127.0.0.1", "127.0.0.001"},
		{"192.0.2.1", "3221225985"}, {"192.0.2.1", "192.0.513"}, {"192.0.2.1", "192.0.2.1."}, {"0.", "00."}, {"1", "01"}, {"0", "256"}, {"localhost", "127.0.0.1"}, {"localhost", "x.localhost"},
	}[random.IntN(14)]...).Replace(s)
}
