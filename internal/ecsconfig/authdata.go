package ecsconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// AuthType is the ECS_ENGINE_AUTH_TYPE of what [AuthData] gives.
const AuthType = "docker"

// Login is what the agent sends to a registry.
type Login struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// AuthData is the ECS_ENGINE_AUTH_DATA of log-ins by the keys that [Registry]
// gives: JSON on one line, which is the same for the same log-ins, without control characters. Whoever decodes
// it has every user name and password byte for byte, provided that they are UTF-8,
// as all that came out of JSON is.
func AuthData(logins map[string]Login) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.Encode(logins) // of strings, into memory: nothing to go wrong
	return escapeControls(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}

// escapeControls writes those control characters as JSON escapes that JSON does not
// ask for: systemd refuses variables with them, and tells its journal.
func escapeControls(data []byte) []byte {
	for control := rune(0x7f); control <= 0x9f; control++ {
		data = bytes.ReplaceAll(data, []byte(string(control)), fmt.Appendf(nil, `\u%04x`, control))
	}
	return data
}
