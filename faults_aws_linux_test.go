package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// httpFaults are answers that are no HTTP, or not all of it. Secrets Manager is
// who is asked.
func httpFaults() []faultCase {
	const stage = "HTTP"
	answer := func(text string, then behaviour) func(*cell) {
		return func(c *cell) { endpointAt("http://" + c.peer(reads(sends(text, then))))(c) }
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"
	return []faultCase{
		{stage, "hangs in the status line", failed("deadline"), answer("HTTP/1.1 20", holds)},
		{stage, "hangs in the headers", failed("deadline"), answer(head, holds)},
		{stage, "drips headers", failed("deadline"), answer(head, drips("X-A: canary\r\n"))},
		{stage, "closes in the headers", failed("network"), answer(head, closes)},
		{stage, "headers without end", failed("bad-answer"), answer(head, floods("X-A: canary\r\n"))},
		{stage, "one header without end", failed("bad-answer"), answer(head+"X-A: ", floods("canary"))},
		{stage, "interim answers without end", failed("bad-answer"), answer("", floods("HTTP/1.1 103 Early Hints\r\n\r\n"))},
		{stage, "header that is none", failed("bad-answer"), answer(head+"canary\r\n\r\n", holds)},
		{stage, "two lengths", failed("bad-answer"), answer(head+"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", holds)},
		{stage, "length that is no number", failed("bad-answer"), answer(head+"Content-Length: many\r\n\r\n{}", holds)},
		{stage, "status 999", failed("aws-unavailable"), answer("HTTP/1.1 999 Canary\r\nContent-Length: 0\r\n\r\n", holds)},
		{stage, "503, and more than was asked for", failed("aws-unavailable"), answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\ncanary", holds)},
		{stage, "another protocol's answer", failed("deadline"), answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: canary\r\nConnection: upgrade\r\n\r\n", holds)},
		{stage, "chunk that is none", failed("bad-answer"), answer(head+"Transfer-Encoding: chunked\r\n\r\ncanary\r\n", holds)},
		{stage, "chunks that end early", failed("network"), answer(head+"Transfer-Encoding: chunked\r\n\r\n5\r\n{\"Sec", closes)},
		{stage, "chunks without end", failed("bad-answer"), answer(head+"Transfer-Encoding: chunked\r\n\r\n", floods("1\r\n \r\n"))},
		{stage, "body without end", failed("bad-answer"), answer(head+"\r\n", floods(" "))},
		{stage, "compressed", failed("bad-answer"), answer(head+"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00", holds)},
	}
}

// stsFaults are those of an entry's role.
func stsFaults() []faultCase {
	const stage = "STS"
	role := func(c *cell) { c.host = cellRole }
	sends := func(status int, code, message string) func(*cell) {
		return failsAs(role, awstest.Fault{Service: "sts", Status: status, Code: code, Message: message})
	}
	return append(failing(stage, "sts", role, "network", "deadline", "deadline", "deadline", "network",
		"aws-unavailable", "throttled", "redirected", "bad-answer", "bad-answer", ""),
		faultCase{stage, "refuses connections", failed("network"), func(c *cell) { role(c); c.env["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:1" }},
		faultCase{stage, "throttled by name", failed("throttled"), sends(400, "Throttling", "Rate exceeded")},
		faultCase{stage, "denied", failed("access-denied-role"), sends(403, "AccessDenied", "canary")},
		faultCase{stage, "key expired", failed("credentials-expired"), sends(403, "ExpiredToken", "canary")},
		faultCase{stage, "key unknown", failed("credentials-refused"), sends(403, "InvalidClientTokenId", "canary")},
		faultCase{stage, "clock wrong", failed("clock-skew"), sends(400, "RequestExpired", "Request has expired.")},
		faultCase{stage, "region not activated", failed("aws-error"), sends(403, "RegionDisabledException", "canary")},
		faultCase{stage, "answer without credentials", failed("no-credentials"), failsAs(role, awstest.Fault{Service: "sts",
			Body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult/></AssumeRoleResponse>`})},
	)
}

// secretFaults are those of Secrets Manager, and of what it gives.
func secretFaults() []faultCase {
	const stage = "Secrets Manager"
	plain := func(*cell) {}
	sends := func(code, message string) func(*cell) {
		return failsAs(plain, awstest.Fault{Code: code, Message: message})
	}
	gives := func(text string) func(*cell) { return func(c *cell) { c.putSecret(text) } }
	body := func(body string) func(*cell) { return failsAs(plain, awstest.Fault{Body: body}) }
	faults := append(failing(stage, "secretsmanager", plain, "network", "deadline", "deadline", "deadline", "network",
		"aws-unavailable", "throttled", "redirected", "bad-answer", "bad-answer", ""),
		faultCase{stage, "clock an hour fast", answered, failsAs(plain, awstest.Fault{Skew: 3600e9})},
		faultCase{stage, "clock wrong, and no telling", failed("clock-skew"), sends("InvalidSignatureException", "Signature expired: 20200101T000000Z is now earlier than 20200101T001000Z")},
		faultCase{stage, "throttled by name", failed("throttled"), sends("ThrottlingException", "canary")},
		faultCase{stage, "denied", failed("access-denied"), sends("AccessDeniedException", "canary")},
		faultCase{stage, "key denied", failed("access-denied-kms"), sends("AccessDeniedException", "Access to KMS is not allowed")},
		faultCase{stage, "not there", failed("secret-not-found"), func(c *cell) { c.aws.RemoveSecret(herdARN) }},
		faultCase{stage, "deleted", failed("secret-deleted"), func(c *cell) { c.aws.PutSecret(awstest.Secret{ARN: herdARN, Deleted: true}) }},
		faultCase{stage, "key disabled", failed("decryption-failed"), sends("DecryptionFailure", "canary")},
		faultCase{stage, "error in words that forge a line", failed("aws-error"), sends("InvalidRequestException", "a\r\nb`\x1b[31m")},
		faultCase{stage, "error without end", failed("aws-error"), sends("InvalidRequestException", strings.Repeat("word ", 100_000))},
		faultCase{stage, "nothing", failed("secret-binary"), failsAs(plain, awstest.Fault{Status: 204})},
		faultCase{stage, "neither text nor bytes", failed("secret-binary"), body("{}")},
		faultCase{stage, "another type", failed("bad-answer"), body(`{"SecretString": ["canary"]}`)},
		faultCase{stage, "half of the JSON", failed("bad-answer"), body(`{"SecretString": "{\"username\": \"u\", \"pass`)},
		faultCase{stage, "a hundred thousand brackets", failed("bad-answer"), body(strings.Repeat("[", 100_000))},
	)
	return append(faults,
		faultCase{"secret", "bytes", failed("secret-binary"), func(c *cell) { c.aws.PutSecret(awstest.Secret{ARN: herdARN, Binary: []byte("canary")}) }},
		faultCase{"secret", "empty", failed("secret-empty"), gives("")},
		faultCase{"secret", "no JSON", failed("secret-malformed"), gives("canary")},
		faultCase{"secret", "truncated", failed("secret-malformed"), gives(`{"username":"puller","password":"canary`)},
		faultCase{"secret", "followed by more", failed("secret-malformed"), gives(`{"username":"puller","password":"canary"} canary`)},
		faultCase{"secret", "other types", failed("secret-malformed"), gives(`{"username":"puller","password":["canary"]}`)},
		faultCase{"secret", "password missing", failed("secret-incomplete"), gives(`{"username":"puller","passwd":"canary"}`)},
		faultCase{"secret", "user name of a token", failed("secret-identity-token"), gives(`{"username":"<token>","password":"canary"}`)},
	)
}

// outageFaults strike when a copy is there that is no longer fresh: it stands in
// for an AWS that cannot be reached or cannot serve, and for no other.
func outageFaults() []faultCase {
	const stage = "copy in reserve"
	kept := func(strike func(*cell)) func(*cell) {
		return func(c *cell) {
			c.remap(`"ttl": "60s"`, `"ttl": "1ns"`)
			c.prime()
			strike(c)
		}
	}
	aws := func(f awstest.Fault) func(*cell) { return kept(func(c *cell) { c.aws.Fail(f) }) }
	// What is in the settings of the environment is another identity, for which
	// there is no copy: the endpoint's fault is the endpoint's own.
	gone := func(then func(*cell)) func(*cell) {
		return func(c *cell) {
			then(c)
			c.checkCopyGone()
		}
	}
	return []faultCase{
		{stage, "AWS gone", copied("network"), kept(func(c *cell) { c.aws.Close(); c.reopens() })},
		{stage, "AWS resets", copied("network"), aws(awstest.Fault{Reset: true})},
		{stage, "AWS hangs", copied("deadline"), aws(awstest.Fault{Hang: true})},
		{stage, "AWS hangs in the answer", copied("deadline"), aws(awstest.Fault{Truncate: 10, Hang: true})},
		{stage, "AWS answers 503", copied("aws-unavailable"), aws(awstest.Fault{Status: 503})},
		{stage, "AWS throttles", copied("throttled"), aws(awstest.Fault{Code: "ThrottlingException"})},
		{stage, "answer cut off", copied("network"), aws(awstest.Fault{Truncate: 20})},
		{stage, "answer garbage", failed("bad-answer"), aws(awstest.Fault{Body: "<html>"})},
		{stage, "redirect", failed("redirected"), aws(awstest.Fault{Status: 302, Header: map[string]string{"Location": "/"}})},
		{stage, "denied", failed("access-denied"), gone(aws(awstest.Fault{Code: "AccessDeniedException", Message: "no"}))},
		{stage, "secret deleted", failed("secret-deleted"), gone(kept(func(c *cell) { c.aws.PutSecret(awstest.Secret{ARN: herdARN, Deleted: true}) }))},
		{stage, "runtime folder read-only", failed("aws-unavailable"), kept(func(c *cell) {
			c.aws.Fail(awstest.Fault{Status: 503})
			c.env["XDG_RUNTIME_DIR"] = c.path("nowhere")
		})},
	}
}

// checkCopyGone has the end of the fault look for a copy that may not be used any
// more.
func (c *cell) checkCopyGone() {
	c.heals(func() {
		names, _ := filepath.Glob(filepath.Join(c.runtime, "ecssecrets", "*"))
		for _, name := range names {
			if text, err := os.ReadFile(name); err == nil && strings.Contains(string(text), c.canary) {
				c.t.Errorf("%s still holds the password", name)
			}
		}
	})
}
