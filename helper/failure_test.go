package helper_test

import (
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

func TestFailureIsOneLine(t *testing.T) {
	long := strings.Repeat("x", 3000)
	for name, row := range map[string]struct {
		failure helper.Failure
		want    string
	}{
		"whole":        {helper.Failure{Host: "h.example", Secret: "prod/h", Cause: "denied", Remedy: "allow it"}, "h.example: prod/h: denied; allow it"},
		"without host": {helper.Failure{Cause: "denied", Remedy: "allow it"}, "denied; allow it"},
		"escaped":      {helper.Failure{Host: "h", Secret: "s", Cause: "a\nb\x1b[31m`id`\u00e9\u202e\U0001f600\xff\x00", Remedy: "r"}, `h: s: a\x0ab\x1b[31m\x60id\x60\u00e9\u202e\U0001f600\xff\x00; r`},
	} {
		if got := row.failure.Error(); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
	for name, failure := range map[string]helper.Failure{
		"long cause":  {Host: "h", Secret: "s", Cause: long, Remedy: "do this"},
		"long secret": {Host: "h", Secret: long, Cause: "denied", Remedy: "do this"},
		"long host":   {Host: mapping.Host(long), Secret: long, Cause: long, Remedy: "do this"},
		"escapes":     {Host: "h", Secret: "s", Cause: strings.Repeat("\x00", 3000), Remedy: "do this"},
		"long remedy": {Host: mapping.Host(long), Secret: long, Cause: long, Remedy: long},
	} {
		got := failure.Error()
		if len(got) > 500 {
			t.Errorf("%s: %d bytes", name, len(got))
		}
		if name != "long remedy" && !strings.HasSuffix(got, "; do this") {
			t.Errorf("%s: the remedy is lost: %s", name, got)
		}
	}
}
