package helper_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// served are the keys of a mapping, each with the expression of what a client may
// send to be answered from its secret: trimmed, in lower case, in the words of the
// contract. "address" must be the IPv6 loopback address.
var served = map[string]*regexp.Regexp{
	"registry.example.com":      regexp.MustCompile(`^(https://)?registry\.example\.com(:443)?` + anyPath),
	"registry.example.com:5000": regexp.MustCompile(`^(https://)?registry\.example\.com:5000` + anyPath),
	"docker.io":                 regexp.MustCompile(`^(https://)?(docker\.io|index\.docker\.io|registry-1\.docker\.io|registry\.hub\.docker\.com)(:443)?` + anyPath),
	"*.corp.example":            regexp.MustCompile(`^(https://)?(?P<label>[a-z0-9_]|[a-z0-9_][a-z0-9_-]{0,61}[a-z0-9_])\.corp\.example(:443)?` + anyPath),
	"127.0.0.1:5000":            regexp.MustCompile(`^(https?://)?127\.0\.0\.1:5000` + anyPath),
	"localhost":                 regexp.MustCompile(`^((https://)?localhost(:443)?|http://localhost)` + anyPath),
	"[::1]:5000":                regexp.MustCompile(`^(https?://)?\[(?P<address>[0-9a-f:.]+)\]:5000` + anyPath),
}

const anyPath = `(?P<path>[/?#\\][^\r\n]*)?$`

// dockerTokens are the places below Docker Hub's URL where docker keeps tokens.
var dockerTokens = regexp.MustCompile(`^[^?#]*/(access|refresh)-token[/\\]*([?#]|$)`)

// answering gives the key that must answer for what a client sent, and the host
// that it names: none for most.
func answering(sent string) (key, host string) {
	sent = regexp.MustCompile(`[A-Z]+`).ReplaceAllStringFunc(strings.TrimSpace(sent), strings.ToLower)
	for key, expression := range served {
		found := expression.FindStringSubmatch(sent)
		if found == nil {
			continue
		}
		part := func(name string) string {
			if i := expression.SubexpIndex(name); i >= 0 {
				return found[i]
			}
			return ""
		}
		switch {
		case key == "docker.io" && dockerTokens.MatchString(part("path")):
		case key == "[::1]:5000" && !net.ParseIP(part("address")).Equal(net.IPv6loopback):
		case key == "*.corp.example":
			return key, part("label") + ".corp.example"
		default:
			return key, key
		}
	}
	return "", ""
}

// password is what the secret of a key holds; the user name is the key.
func password(key string) string { return "canary-of-" + key }

// serving is a bench whose every key has a secret of its own.
func serving() (*bench, *helper.Helper) {
	b := newBench()
	registries := map[string]any{}
	for key := range served {
		registries[key] = map[string]string{"credentialsParameter": "secret", "profile": key}
	}
	text, _ := json.Marshal(map[string]any{"registries": registries})
	b.mapping = string(text)
	h := b.helper()
	h.Fetch = func(_ context.Context, _ mapping.Host, entry *mapping.Entry) (helper.Secret, error) {
		b.asked++
		value, _ := json.Marshal(map[string]string{"username": entry.Profile, "password": password(entry.Profile)})
		return helper.Secret{Value: string(value)}, nil
	}
	return b, h
}

func serve(h *helper.Helper, verb string, stdin []byte) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = h.Serve(context.Background(), verb, bytes.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

// whatClientsSend are the inputs of testdata/hosts.json.
func whatClientsSend(t testing.TB) (inputs [][]byte) {
	text, err := os.ReadFile(filepath.Join("..", "testdata", "hosts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct{ Input, InputHex string }
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		raw, err := hex.DecodeString(row.InputHex)
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, append(raw, row.Input...))
	}
	return inputs
}

const (
	mostURL  = 4096 // bytes that get and erase take
	notFound = "credentials not found in native keychain\n"
	noURL    = "no credentials server URL\n"
)

// FuzzGet: whatever a client sends, the answer is the credential of the one entry
// that it names, or an entry's failure in one safe line, or the protocol's own
// words; and for what no entry names nothing is fetched.
func FuzzGet(f *testing.F) {
	for i, input := range whatClientsSend(f) {
		f.Add(input, []string{"access denied", "two\nlines", "\x1b[31m`x`\xff é", strings.Repeat("long ", 200)}[i%4])
	}
	f.Fuzz(func(t *testing.T, stdin []byte, cause string) {
		b, h := serving()
		sent := strings.TrimSpace(string(stdin))
		key, host := answering(sent)
		if len(stdin) > mostURL {
			key = ""
		}
		code, stdout, stderr := serve(h, "get", stdin)
		if key != "" {
			checkAnswer(t, sent, key, code, stdout, stderr)
			h.Fetch = func(context.Context, mapping.Host, *mapping.Entry) (helper.Secret, error) {
				return helper.Secret{}, &helper.Failure{Code: "code", Cause: cause, Remedy: "remedy", Withdrawn: true}
			}
			clear(b.values)
			code, stdout, stderr = serve(h, "get", stdin)
			checkFailure(t, host, code, stdout, stderr)
			return
		}
		want := notFound
		if sent == "" && len(stdin) <= mostURL {
			want = noURL
		}
		if code != 1 || stdout != want || stderr != "" || b.asked > 0 || len(b.logged) > 0 {
			t.Errorf("%q: exit %d, stdout %q, stderr %q, %d fetched, log %q; no entry names it", stdin, code, stdout, stderr, b.asked, b.logged)
		}
	})
}

func checkAnswer(t *testing.T, sent, key string, code int, stdout, stderr string) {
	t.Helper()
	want, _ := json.Marshal(struct{ ServerURL, Username, Secret string }{sent, key, password(key)})
	if code != 0 || stdout != string(want)+"\n" || stderr != "" {
		t.Errorf("%q: exit %d, stdout %q, stderr %q; want the answer of %s", sent, code, stdout, stderr, key)
	}
}

var oneLine = regexp.MustCompile("^[ -_a-~]{1,500}\n$") // printable ASCII without the backtick

func checkFailure(t *testing.T, host string, code int, stdout, stderr string) {
	t.Helper()
	if code != 1 || stdout != stderr || !oneLine.MatchString(stdout) || !strings.HasPrefix(stdout, host[:min(len(host), 200)]) || !strings.HasSuffix(stdout, "; remedy\n") {
		t.Errorf("%s: exit %d, stdout %q, stderr %q; want one line about it on both", host, code, stdout, stderr)
	}
}

// FuzzStore: store succeeds for the very credential that the secret holds and
// refuses any other in one line, which says nothing of either but which part differs.
func FuzzStore(f *testing.F) {
	for i, input := range whatClientsSend(f) {
		key, _ := answering(string(input))
		given := map[string]string{"ServerURL": string(input)}
		given["Username"] = []string{key, key, key, "u"}[i%4]
		given["Secret"] = []string{password(key), "p", strings.ToUpper(password(key)), password(key)}[i%4]
		stdin, _ := json.Marshal(given)
		f.Add(stdin)
		f.Add(input)
	}
	f.Add([]byte("{\n \"serverurl\": \"localhost\",\r\n \"USERNAME\": \"localhost\",\n \"Secret\": \"x\", \"secret\": \"canary-of-localhost\"\n}\n"))
	f.Add([]byte(`{"ServerURL": 1}`))
	f.Add([]byte(`{"ServerURL": "localhost", "Username": "", "Secret": "p"} {}`))
	f.Fuzz(func(t *testing.T, stdin []byte) {
		b, h := serving()
		code, stdout, stderr := serve(h, "store", stdin)
		var given struct{ ServerURL, Username, Secret string }
		err := json.Unmarshal(stdin, &given)
		key, host := answering(given.ServerURL)
		says := func(words string) bool {
			return code == 1 && oneLine.MatchString(stdout) && strings.Contains(stdout, words)
		}
		ok := false
		switch {
		case len(bytes.TrimSpace(stdin)) == 0:
			ok = stdout == noURL
		case err != nil:
			ok = says("stdin: not the JSON object that store takes")
		case given.ServerURL == "":
			ok = stdout == noURL
		case given.Username == "":
			ok = says("no credentials username")
		case key == "":
			ok = says("no secret is mapped") && b.asked == 0
		case given.Username != key:
			ok = says("user name given is not the secret's") && stdout == refusal(host, "other", "other")
		case given.Secret != password(key):
			ok = says("password given is not the secret's") && stdout == refusal(host, key, "other")
		default:
			ok = code == 0 && stdout == ""
		}
		if leaks := key != "" && strings.Contains(stdout, password(key)); !ok || leaks || stderr != "" && stderr != stdout {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", stdin, code, stdout, stderr)
		}
	})
}

// refusal is what store says of another credential for the host.
func refusal(host, username, secret string) string {
	_, h := serving()
	stdin, _ := json.Marshal(map[string]string{"ServerURL": host, "Username": username, "Secret": secret})
	_, stdout, _ := serve(h, "store", stdin)
	return stdout
}

// FuzzErase: erase forgets the copies of the host that it is given, and no other's;
// it succeeds in silence, whatever that is.
func FuzzErase(f *testing.F) {
	for _, input := range whatClientsSend(f) {
		f.Add(input)
	}
	b, h := serving()
	hosts := []string{"a.corp.example", "b.corp.example"}
	for key := range served {
		if !strings.HasPrefix(key, "*") {
			hosts = append(hosts, key)
		}
	}
	for _, host := range hosts {
		serve(h, "get", []byte(host))
	}
	kept := b.values
	f.Fuzz(func(t *testing.T, stdin []byte) {
		b.values = maps.Clone(kept)
		code, stdout, stderr := serve(h, "erase", stdin)
		want := fmt.Sprintf("%d %q", 0, "")
		_, erased := answering(string(stdin))
		if len(stdin) > mostURL {
			erased = ""
		} else if len(bytes.TrimSpace(stdin)) == 0 {
			want = fmt.Sprintf("%d %q", 1, noURL)
		}
		if got := fmt.Sprintf("%d %q", code, stdout); got != want || stderr != "" {
			t.Errorf("%q: %s, stderr %q", stdin, got, stderr)
		}
		for _, host := range hosts {
			b.asked = 0
			serve(h, "get", []byte(host))
			if forgotten := b.asked > 0; forgotten != (host == erased) {
				t.Errorf("%q: the copy for %s is gone: %t", stdin, host, forgotten)
			}
		}
	})
}
