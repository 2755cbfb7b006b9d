package helper_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
)

func TestCredentialsDoNotPrint(t *testing.T) {
	credential := helper.Credential{Username: "canary-user", Password: "canary-password"}
	secret := helper.Secret{Value: "canary-secret"}
	type holder struct {
		C helper.Credential
		P *helper.Credential
		S helper.Secret
	}
	for _, value := range []any{
		credential, &credential, secret, &secret, holder{credential, &credential, secret}, &holder{C: credential},
		[]helper.Credential{credential}, map[string]helper.Credential{"a": credential}, [1]helper.Secret{secret},
	} {
		for name, print := range printers() {
			if text := print(value); strings.Contains(text, "canary") {
				t.Errorf("%s of %T: %s", name, value, text)
			}
		}
	}
}

func printers() map[string]func(any) string {
	all := map[string]func(any) string{
		"print":   func(v any) string { return fmt.Sprint(v) },
		"println": func(v any) string { return fmt.Sprintln(v) },
		"error":   func(v any) string { return fmt.Errorf("wrapped: %v", v).Error() },
		"json":    func(v any) string { b, _ := json.Marshal(v); return string(b) },
		"xml":     func(v any) string { b, _ := xml.Marshal(v); return string(b) },
		"log": func(v any) string {
			var b bytes.Buffer
			log.New(&b, "", 0).Print(v)
			return b.String()
		},
		"slog json": func(v any) string {
			var b bytes.Buffer
			slog.New(slog.NewJSONHandler(&b, nil)).Info("", "v", v)
			return b.String()
		},
		"slog text": func(v any) string {
			var b bytes.Buffer
			slog.New(slog.NewTextHandler(&b, nil)).Info("", "v", v)
			return b.String()
		},
	}
	for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %t %c %U %o %b %e %10v %T") {
		all[verb] = func(v any) string { return fmt.Sprintf(verb, v) }
	}
	return all
}
