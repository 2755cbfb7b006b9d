package mapping_test

import (
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// TestMistakesQuoteNoPassword: what is wrong with a mapping goes to the client and
// to the system log, and a mapping may be wrong in holding a password, or in being
// another file altogether.
func TestMistakesQuoteNoPassword(t *testing.T) {
	for why, text := range map[string]string{
		"the secret instead of its name":     `{"registries": {"r.example.com": "{\"username\":\"u\",\"password\":\"canary\"}"}}`,
		"user and password":                  `{"registries": {"r.example.com": "puller:canary"}}`,
		"an ARN with a password":             `{"registries": {"r.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a canary"}}`,
		"a password beside the name":         `{"registries": {"r.example.com": {"credentialsParameter": "r", "password": "canary"}}}`,
		"a password that is no text":         `{"registries": {"r.example.com": {"username": "u", "password": ["canary"]}}}`,
		"a host with user and password":      `{"registries": {"puller:canary@r.example.com": "r"}}`,
		"a URL with user and password":       `{"registries": {"https://puller:canary@r.example.com/": "r"}}`,
		"a pattern with user and password":   `{"registries": {"*.puller:canary@r.example.com": "r"}}`,
		"docker's configuration":             `{"auths": {"r.example.com": {"auth": "canary"}}}`,
		"the ECS agent's":                    `{"r.example.com": {"username": "u", "password": "canary"}}`,
		"a file with a password and no more": `canary`,
		"a text that JSON does not allow":    "{\"registries\": {\"r.example.com\": \"canary\x01\"}}",
		"AWS credentials":                    "[default]\naws_secret_access_key = canary\n",
		"the ECS agent's settings":           `ECS_ENGINE_AUTH_DATA={"r.example.com":{"password":"canary"}}`,
	} {
		_, err := mapping.Parse([]*mapping.Source{{Name: "mapping.json", Data: []byte(text)}})
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", why, err)
		}
	}
}
