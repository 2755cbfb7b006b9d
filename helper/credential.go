package helper

import (
	"fmt"
	"log/slog"
	"time"
)

// Credential is a user name and password for a registry. It prints as
// "[redacted]" wherever fmt, log/slog or encoding/json meet it.
type Credential struct {
	redacted
	Username, Password string
}

// Secret is a secret's current version as Secrets Manager holds it. Like a
// [Credential] it does not print.
type Secret struct {
	redacted
	Value   string // SecretString
	Version string // VersionId; empty where it is not known
	Created time.Time
}

type redacted struct{}

const redaction = "[redacted]"

// Format keeps every verb of fmt from the fields: %d would print them in spite of
// String.
func (redacted) Format(state fmt.State, _ rune) { fmt.Fprint(state, redaction) }
func (redacted) String() string                 { return redaction }
func (redacted) GoString() string               { return redaction }
func (redacted) LogValue() slog.Value           { return slog.StringValue(redaction) }
func (redacted) MarshalText() ([]byte, error)   { return []byte(redaction), nil }
func (redacted) MarshalJSON() ([]byte, error)   { return []byte(`"` + redaction + `"`), nil }
