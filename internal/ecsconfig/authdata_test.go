package ecsconfig_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/ecsconfig"
)

// TestAuthData: the text, to the letter.
func TestAuthData(t *testing.T) {
	got := string(ecsconfig.AuthData(map[string]ecsconfig.Login{
		"r.io": {Username: "org:robot", Password: `<p&"\'>`}, "https://index.docker.io/v1/": {Username: "u", Password: "ü\n\u007f\u0080\u009f\u00a0"},
	}))
	want := `{"https://index.docker.io/v1/":{"username":"u","password":"ü\n\u007f\u0080\u009f "},"r.io":{"username":"org:robot","password":"<p&\"\\'>"}}`
	if got != want {
		t.Errorf("is  %s\nnot %s", got, want)
	}
}

// TestAuthDataKeepsEveryByte: every character that a secret can have comes out of
// both files as it went in, on one line.
func TestAuthDataKeepsEveryByte(t *testing.T) {
	var all strings.Builder
	for r := range rune(0x3000) {
		all.WriteRune(r)
	}
	all.WriteString("\uD7FF\uE000\uFEFF\uFFFD\uFFFF\U0010FFFF")
	login := ecsconfig.Login{Username: all.String(), Password: "x" + all.String()}
	data := ecsconfig.AuthData(map[string]ecsconfig.Login{"r.io": login})
	read := ecsInit(ecsconfig.SetText(nil, data))
	if got := startAgent(t, read["ECS_ENGINE_AUTH_TYPE"], read["ECS_ENGINE_AUTH_DATA"])["r.io"]; len(got) != 1 || got[0] != login {
		t.Errorf("ecs.config has %q", got)
	}
	text, err := ecsconfig.SetJSON(nil, data)
	if err != nil {
		t.Fatal(err)
	}
	var file agentJSON
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if got := startAgent(t, file.EngineAuthType, string(file.EngineAuthData))["r.io"]; len(got) != 1 || got[0] != login {
		t.Errorf("ecs.config.json has %q", got)
	}
	if printed := ecsconfig.Members(data); json.Unmarshal(printed, &file) != nil || string(file.EngineAuthData) != string(data) {
		t.Errorf("members are %s", printed)
	}
}

// agentJSON is what the agent reads of an ecs.config.json, of both settings.
type agentJSON struct {
	EngineAuthType string
	EngineAuthData json.RawMessage
}

// FuzzAuthData: whatever UTF-8 user name and password are, the agent has them.
func FuzzAuthData(f *testing.F) {
	f.Add("puller", "p")
	f.Add("org:robot", "\\\"'<>&$`\u2028\x00\x7f")
	f.Fuzz(func(t *testing.T, username, password string) {
		login := ecsconfig.Login{Username: strings.ToValidUTF8(username, "\uFFFD"), Password: strings.ToValidUTF8(password, "\uFFFD")}
		data := ecsconfig.AuthData(map[string]ecsconfig.Login{"r.io": login})
		read := ecsInit(ecsconfig.SetText([]byte("A=b\n"), data))
		if got := startAgent(t, read["ECS_ENGINE_AUTH_TYPE"], read["ECS_ENGINE_AUTH_DATA"])["r.io"]; len(got) != 1 || got[0] != login {
			t.Errorf("%+v became %+v", login, got)
		}
	})
}
