package helper_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
)

// asECS is what the Amazon ECS agent does with a SecretString (agent/asm/asm.go
// at v1.105.1): a struct without tags, and both fields there and not empty.
func asECS(secret string) (username, password string, ok bool) {
	var fields struct{ Username, Password *string }
	if secret == "" || json.Unmarshal([]byte(secret), &fields) != nil {
		return "", "", false
	}
	return both(fields.Username, fields.Password)
}

// asECSWouldToken is the same with a key of its own, which has every letter that
// folds with one beyond ASCII.
func asECSWouldToken(secret string) (username, password string, ok bool) {
	var fields struct {
		Username    *string
		AccessToken *string
	}
	if secret == "" || json.Unmarshal([]byte(secret), &fields) != nil {
		return "", "", false
	}
	return both(fields.Username, fields.AccessToken)
}

func both(username, password *string) (string, string, bool) {
	if username == nil || *username == "" || password == nil || *password == "" {
		return "", "", false
	}
	return *username, *password, true
}

// checkParity holds Decode to the agent, but for the user name <token>, and reports
// whether the secret is one.
func checkParity(t *testing.T, secret string) bool {
	t.Helper()
	username, password, ok := asECS(secret)
	compareDecoded(t, secret, "password", username, password, ok)
	username, token, hasToken := asECSWouldToken(secret)
	compareDecoded(t, secret, "accessToken", username, token, hasToken)
	return ok
}

func compareDecoded(t *testing.T, secret, passwordKey, username, password string, ok bool) {
	t.Helper()
	got, err := helper.Decode(secret, "username", passwordKey)
	switch {
	case ok && username == "<token>":
		if err == nil {
			t.Errorf("%.200q: accepted, though docker takes it for an identity token", secret)
		}
	case ok != (err == nil):
		t.Errorf("%.200q: error %v, accepted by ECS: %t", secret, err, ok)
	case ok && (got.Username != username || got.Password != password):
		t.Errorf("%.200q: not the user name and password that ECS reads", secret)
	}
}

// TestSecretsAsECS: a million secrets, half of them grown out of pieces that parsers
// disagree on, half made of the table's by changing bytes.
func TestSecretsAsECS(t *testing.T) {
	const cases, seed = 1_000_000, 1
	random := rand.New(rand.NewPCG(seed, seed))
	var table []string
	for _, row := range readSecrets(t) {
		if secret := row.secret(t); len(secret) < 1000 {
			table = append(table, secret)
		}
	}
	accepted := 0
	for i := range cases {
		secret := awkward(random)
		if i%2 == 0 {
			secret = changed(random, table[random.IntN(len(table))])
		}
		if i%20_000 == 0 {
			secret = enormous(random, secret)
		}
		if checkParity(t, secret) {
			accepted++
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("seed %d: %d secrets, %d of them accepted", seed, cases, accepted)
	if accepted < cases/10 || accepted > cases/2 {
		t.Errorf("%d of %d accepted tells little", accepted, cases)
	}
}

// awkward grows an object out of keys that could be taken for the agent's and of
// values that are texts, or nearly.
func awkward(random *rand.Rand) string {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	mostly := func(first string, others ...string) string {
		if random.IntN(8) > 0 {
			return first
		}
		return pick(others...)
	}
	var members []string
	for range 1 + random.IntN(5) {
		key := mostly(pick("username", "password", "USERNAME", "pa\u017f\u017fword", "accessToken", "other"), "Username", "PASSWORD", "userName", "u\u017fername", "acce\u017f\u017fTo\u212aen", "ACCESSTOKEN",
			`\u0075sername`, `pass\u0077ord`, `\u017f`, `u\u017fername`, `u\u017Fername`, `accessTo\u212Aen`, "username ", " password", "user_name", "", "token", "\u212a",
			"username\x00", `username\u0000`, "us\xffername", "password\ufeff", "p\u0430ssword", "paßword", "UŞERNAME", "username.password")
		value := mostly(pick(`"u"`, `"pässword"`, `"\u0070"`, `" "`, `"<token>"`), `"p\n"`, `" spaced "`, `"<token>"`, `""`, `null`, `"é"`, `"\u00e9"`, `"e\u0301"`, `"\ud83d\ude00"`, `"\uD83D\uDE00"`, `"\u0000"`, `"\/\b\f\n\r\t\"\\"`,
			`"\ud800"`, `"\udc00\ud800"`, `"\ud800\u0041"`, `"\ud83d😀"`, "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"a\tb\"", "\"\x00\"", "\"\x7f\u2028\"",
			`"\x"`, `"\u12"`, `"\u12G4"`, `"\U00000041"`, `"\'"`, `"`, `'u'`, `u`, `1`, `-0`, `1e999`, `1e-999`, `01`, `1.`, `.5`, `+1`, `0x1`, `NaN`, `123456789012345678901234567890`,
			`true`, `True`, `[]`, `["u"]`, `{}`, `{"username":"x","password":"y"}`, `[{"username":"x"}]`, `{"a":{"b":[null,{"password":1}]}}`, `{"a":}`, `[,]`, strings.Repeat("[", 1+random.IntN(40)), `/* u */ "u"`)
		members = append(members, mostly(`"`, `'`, ``)+key+`"`+mostly(":", ": ", " :", ":\n", "", "=", "::")+value)
	}
	object := mostly("{", " {", "\n{", "[", "\ufeff{", "\u00a0{", "\v{", "{,", "") + strings.Join(members, mostly(",", ", ", ",\r\n\t", ",,", " ", ";")) +
		mostly("}", "}\n", "} \r\n\t", "} x", "}{}", ",}", "", "}}", "}\x00", "}\u00a0", "]", "}//")
	if random.IntN(8) == 0 {
		return changed(random, object)
	}
	return object
}

// changed is the text with a few bytes lost, put in, doubled or put elsewhere.
func changed(random *rand.Rand, text string) string {
	for range random.IntN(3) {
		at := random.IntN(len(text) + 1)
		next := min(at+1+random.IntN(4), len(text))
		piece := []string{"\x00", `"`, "}", "{", ",", ":", `\`, "\xff", " ", "0", "null", `,"username":"v"`, `,"PASSWORD":"w"`, "\u017f", string(rune(random.IntN(256)))}[random.IntN(15)]
		switch random.IntN(5) {
		case 0:
			text = text[:at] + text[next:]
		case 1:
			text = text[:at] + piece + text[at:]
		case 2:
			text = text[:at] + piece + text[next:]
		case 3:
			text = text[:next] + text[at:]
		case 4:
			text = text[at:] + text[:at]
		}
	}
	return text
}

// enormous is the secret with a member of 64 KiB, or one nested about as deep as
// encoding/json reads.
func enormous(random *rand.Rand, secret string) string {
	depth := 9_990 + random.IntN(20)
	member := []string{strings.Repeat("[", depth) + strings.Repeat("]", depth), strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth),
		`"` + strings.Repeat(`\u0041`, 11_000) + `"`, `"` + strings.Repeat("\u00e9", 33_000) + `"`, strings.Repeat("9", 65_536)}[random.IntN(5)]
	key := []string{"x", "password", "username"}[random.IntN(3)]
	return strings.Replace(secret, "{", `{"`+key+`":`+member+`,`, 1)
}

// FuzzDecode: the same over what the fuzzer finds.
func FuzzDecode(f *testing.F) {
	for _, row := range readSecrets(f) {
		f.Add(row.secret(f))
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		f.Add(awkward(random))
	}
	f.Fuzz(func(t *testing.T, secret string) { checkParity(t, secret) })
}
