package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// iamPolicy is an identity-based policy, evaluated as IAM does (IAM User Guide,
// "IAM JSON policy elements"): what no statement allows is denied. What it does
// not know, a Condition for one, it refuses to read.
type iamPolicy struct {
	Version   string
	Statement []iamStatement
}

type iamStatement struct {
	Effect   string
	Action   string
	Resource []string
}

func parseIAM(t testing.TB, text string) iamPolicy {
	t.Helper()
	var policy iamPolicy
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&policy); err != nil || policy.Version != "2012-10-17" {
		t.Fatalf("no policy: %v: %s", err, text)
	}
	return policy
}

func (p iamPolicy) allows(action, resource string) bool {
	decides := func(effect string) bool {
		return slices.ContainsFunc(p.Statement, func(s iamStatement) bool {
			return s.Effect == effect && matchesIAM(strings.ToLower(s.Action), strings.ToLower(action)) &&
				slices.ContainsFunc(s.Resource, func(pattern string) bool { return matchesARN(pattern, resource) })
		})
	}
	return decides("Allow") && !decides("Deny")
}

// matchesARN: a wildcard stays within its segment of the ARN, but for one at the
// segment's end; case counts.
func matchesARN(pattern, arn string) bool {
	patterns, segments := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if pattern == "*" || len(patterns) < 6 || len(segments) < 6 {
		return matchesIAM(pattern, arn)
	}
	for i := range patterns {
		if strings.HasSuffix(patterns[i], "*") {
			return matchesIAM(strings.Join(patterns[i:], ":"), strings.Join(segments[i:], ":"))
		}
		if !matchesIAM(patterns[i], segments[i]) {
			return false
		}
	}
	return true
}

// matchesIAM: * is any text, ? any character, ${*}, ${?} and ${$} those themselves.
// Any other policy variable has no value here and matches nothing.
func matchesIAM(pattern, text string) bool {
	var expression strings.Builder
	for _, part := range regexp.MustCompile(`\$\{[^}]*\}|.`).FindAllString(pattern, -1) {
		switch part {
		case "*":
			expression.WriteString(".*")
		case "?":
			expression.WriteString(".")
		case "${*}", "${?}", "${$}":
			expression.WriteString(regexp.QuoteMeta(part[2:3]))
		default:
			if len(part) > 1 && part[0] == '$' {
				return false
			}
			expression.WriteString(regexp.QuoteMeta(part))
		}
	}
	return regexp.MustCompile("^(?s:" + expression.String() + ")$").MatchString(text)
}

func TestIAMMatching(t *testing.T) {
	const secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf"
	for _, row := range []struct {
		action, resource string
		allowed          bool
	}{
		{"secretsmanager:GetSecretValue", secret, true},
		{"SecretsManager:getsecretvalue", secret, true},
		{"secretsmanager:Get*", secret, true},
		{"secretsmanager:GetSecret", secret, false},
		{"kms:Decrypt", secret, false},
		{"*", "*", true},
		{"*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-??????", true},
		{"*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-?????", false},
		{"*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-${?}?????", false},
		{"*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-*", true},
		{"*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-abcdef", false},
		{"*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-${aws:x}", false},
		{"*", "arn:aws*:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf", true},
		{"*", "arn:aws-cn:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf", false},
		{"*", "arn:?:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf", false},
		{"*", "arn:aws:s*r:eu-west-1:111122223333:secret:a-AbCdEf", true},
		{"*", "arn:aws:s*-1:111122223333:secret:a-AbCdEf", false},
	} {
		policy := iamPolicy{Statement: []iamStatement{{"Allow", row.action, []string{row.resource}}}}
		if got := policy.allows("secretsmanager:GetSecretValue", secret); got != row.allowed {
			t.Errorf("%s on %s: %v, want %v", row.action, row.resource, got, row.allowed)
		}
		policy.Statement = append(policy.Statement, iamStatement{"Deny", "*", []string{secret}})
		if policy.allows("secretsmanager:GetSecretValue", secret) {
			t.Errorf("%s on %s: allowed although denied", row.action, row.resource)
		}
	}
}
