package dockerconfig

import (
	"strings"

	"github.com/tailscale/hujson"
)

// redacted stands for every text in the members that hold log-ins, headers with
// tokens, and proxies' URLs with passwords.
const redacted = `"[redacted]"`

// Shown gives the file's text as it is and as it is to be, without secrets.
func (f *File) Shown() (before, after []byte) {
	if whole, err := hujson.Parse(f.original.Data); err == nil {
		before = redact(whole)
	}
	return before, redact(f.whole.Clone())
}

func redact(whole hujson.Value) []byte {
	for _, member := range whole.Value.(*hujson.Object).Members {
		switch strings.ToLower(text(member.Name)) {
		case auths, "httpheaders", "proxies":
			redactTexts(member.Value.Value)
		}
	}
	return whole.Pack()
}

func redactTexts(value hujson.ValueTrimmed) {
	switch value := value.(type) {
	case *hujson.Object:
		for i := range value.Members {
			redactText(&value.Members[i].Value)
		}
	case *hujson.Array:
		for i := range value.Elements {
			redactText(&value.Elements[i])
		}
	}
}

func redactText(value *hujson.Value) {
	if value.Value.Kind() == '"' {
		value.Value = hujson.Literal(redacted)
		return
	}
	redactTexts(value.Value)
}
