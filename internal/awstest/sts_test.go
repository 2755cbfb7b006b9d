package awstest

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
)

const testRole = "arn:aws:iam::444455556666:role/path/registry-reader"

func assume(extra ...string) url.Values {
	v := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {testRole}, "RoleSessionName": {"host"}}
	for i := 0; i < len(extra); i += 2 {
		v.Set(extra[i], extra[i+1])
	}
	return v
}

// assumed gives the signer that an answer of AssumeRole makes possible.
func assumed(t *testing.T, body string) signer {
	t.Helper()
	var out struct {
		XMLName xml.Name
		Result  struct {
			Credentials struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	c := out.Result.Credentials
	return signer{c.AccessKeyId, c.SecretAccessKey, c.SessionToken, "eu-west-1", secretsManager}
}

func TestAssumedRoleReadsSecretsOfItsAccount(t *testing.T) {
	const arn = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:corp-AbCdEf"
	s := start(t)
	s.PutSecret(Secret{ARN: arn, String: new(testValue)})

	role := assumed(t, expect(t, user("eu-west-1").sts(t, s, assume()), 200, "<AssumeRoleResponse", "<AssumeRoleResult>"))
	expect(t, role.getSecretValue(t, s, arn), 200)
	expect(t, role.getSecretValue(t, s, "corp"), 200)
	expect(t, role.getSecretValue(t, s, testARN), 400, "AccessDeniedException", "resource-based")
	expect(t, role.sts(t, s, url.Values{"Action": {"GetCallerIdentity"}}), 200,
		"<Arn>arn:aws:sts::444455556666:assumed-role/registry-reader/host</Arn>", "<Account>444455556666</Account>")

	s.ExpireKey(role.keyID)
	expect(t, role.getSecretValue(t, s, arn), 400, "ExpiredTokenException")
	expect(t, role.sts(t, s, url.Values{"Action": {"GetCallerIdentity"}}), 403, "<Code>ExpiredToken</Code>")
}

func TestSessionPolicyNarrowsTheRole(t *testing.T) {
	const (
		plain = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:corp-AbCdEf"
		other = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:other-AbCdEf"
		keyed = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:corp-KeyKey"
		key   = "arn:aws:kms:eu-west-1:444455556666:key/1"
	)
	s := start(t)
	s.PutSecret(Secret{ARN: plain, String: new(testValue)})
	s.PutSecret(Secret{ARN: other, String: new(testValue)})
	s.PutSecret(Secret{ARN: keyed, String: new(testValue), KMSKeyARN: key})
	read := `{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:eu-west-1:444455556666:secret:corp-??????"}`
	decrypt := `{"Effect":"Allow","Action":["kms:Decrypt"],"Resource":["*"]}`
	deny := `{"Effect":"Deny","Action":"secretsmanager:*","Resource":"*"}`
	for _, c := range []struct {
		statements, id string
		status         int
		part           string
	}{
		{read, plain, 200, ""},
		{read, other, 400, "no session policy allows"},
		{read, keyed, 400, "Access to KMS is not allowed"},
		{read + "," + decrypt, keyed, 200, ""},
		{read + "," + deny, plain, 400, "no session policy allows"},
	} {
		parameters := assume("Policy", `{"Version":"2012-10-17","Statement":[`+c.statements+`]}`)
		role := assumed(t, expect(t, user("eu-west-1").sts(t, s, parameters), 200))
		expect(t, role.getSecretValue(t, s, c.id), c.status, c.part)
	}
}

func TestAssumeRoleRefusals(t *testing.T) {
	s := start(t)
	s.RequireExternalID(testRole, "build-hosts")
	for _, c := range []struct {
		parameters url.Values
		status     int
		code       string
	}{
		{assume("ExternalId", "build-hosts"), 200, ""},
		{assume(), 403, "AccessDenied"},
		{assume("ExternalId", "other"), 403, "AccessDenied"},
		{assume("RoleSessionName", "host:5000"), 400, "ValidationError"},
		{assume("RoleSessionName", strings.Repeat("a", 65)), 400, "ValidationError"},
		{assume("RoleArn", "registry-reader"), 400, "ValidationError"},
		{assume("DurationSeconds", "60"), 400, "ValidationError"},
		{assume("Policy", strings.Repeat(" ", 2049)), 400, "ValidationError"},
		{assume("Policy", "{", "ExternalId", "build-hosts"), 400, "MalformedPolicyDocument"},
		{assume("Action", "GetSessionToken"), 403, "AccessDenied"},
	} {
		part := "<Code>" + c.code + "</Code>"
		if c.code == "" {
			part = "<SessionToken>"
		}
		expect(t, user("eu-west-1").sts(t, s, c.parameters), c.status, part)
	}
	wrong := signer{AccessKeyID, "wrong", "", "eu-west-1", sts}
	expect(t, wrong.sts(t, s, assume()), 403, "<Type>Sender</Type>", "<Code>SignatureDoesNotMatch</Code>")

	last := s.Requests()[0]
	if last.RoleARN != testRole || last.RoleSessionName != "host" || last.ExternalID != "build-hosts" {
		t.Errorf("kept: %+v", last)
	}
}

func TestWebIdentityNeedsNoSignature(t *testing.T) {
	s := start(t)
	s.PutSecret(Secret{ARN: "arn:aws:secretsmanager:eu-west-1:444455556666:secret:corp-AbCdEf", String: new(testValue)})
	r := user("eu-west-1").sts(t, s, assume("Action", "AssumeRoleWithWebIdentity", "WebIdentityToken", "token"))
	r.Header.Del("Authorization")
	role := assumed(t, expect(t, r, 200, "<AssumeRoleWithWebIdentityResult>"))
	expect(t, role.getSecretValue(t, s, "corp"), 200)
}
