package main

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// without takes the key out of the environment, so that other sources are asked.
func (c *cell) without() {
	delete(c.env, "AWS_ACCESS_KEY_ID")
	delete(c.env, "AWS_SECRET_ACCESS_KEY")
}

// profile is the only source: a profile of the user's configuration.
func (c *cell) profile(text string) {
	c.without()
	c.env["AWS_CONFIG_FILE"] = c.file("config", "[default]\n"+text)
}

// staticFaults are those of keys in the environment and in files.
func staticFaults() []faultCase {
	set := func(pairs ...string) func(*cell) {
		return func(c *cell) {
			for i := 0; i < len(pairs); i += 2 {
				c.env[pairs[i]] = pairs[i+1]
			}
		}
	}
	shared := func(prepare func(c *cell, path string)) func(*cell) {
		return func(c *cell) {
			c.without()
			c.env["AWS_SHARED_CREDENTIALS_FILE"] = c.path("credentials")
			prepare(c, c.path("credentials"))
		}
	}
	text := func(text string) func(*cell) {
		return shared(func(c *cell, _ string) { c.file("credentials", text) })
	}
	const key, secret = "aws_access_key_id = " + awstest.AccessKeyID + "\n", "aws_secret_access_key = canary"
	const environment, files = "credentials: environment", "credentials: files"
	return []faultCase{
		{environment, "half of a key", failed("no-credentials"), set("AWS_SECRET_ACCESS_KEY", "")},
		{environment, "key that AWS does not know", failed("credentials-refused"), set("AWS_ACCESS_KEY_ID", "AKIACANARY")},
		{environment, "secret of another key", failed("credentials-refused"), set("AWS_SECRET_ACCESS_KEY", "canary")},
		{environment, "session that has expired", failed("credentials-expired"), func(c *cell) {
			c.aws.AddKey("ASIAEXPIRED", "canary-secret", "canary-token")
			c.aws.ExpireKey("ASIAEXPIRED")
			set("AWS_ACCESS_KEY_ID", "ASIAEXPIRED", "AWS_SECRET_ACCESS_KEY", "canary-secret", "AWS_SESSION_TOKEN", "canary-token")(c)
		}},
		{environment, "secret with a line break", failed("credentials-refused"), set("AWS_SECRET_ACCESS_KEY", "canary\r\nX-Injected: 1")},
		{environment, "key with a line break", failed("aws-config"), set("AWS_ACCESS_KEY_ID", "AKIA\r\nX-Injected: 1")},
		{environment, "token with a line break", failed("aws-config"), set("AWS_SESSION_TOKEN", "canary\r\nX-Injected: 1")},
		{environment, "profile that is nowhere", failed("aws-config"), set("AWS_PROFILE", "nobodys")},
		{files, "not there", failed("imds-disabled"), shared(func(*cell, string) {})},
		{files, "folder", failed("aws-config"), shared(func(c *cell, path string) { must(c.t, os.Mkdir(path, 0o755)) })},
		{files, "fifo that nobody writes", failed("deadline"), shared(func(c *cell, path string) { must(c.t, unix.Mkfifo(path, 0o600)) })},
		{files, "garbage", failed("imds-disabled"), text("\x00\xff canary")},
		{files, "truncated in the secret's name", failed("aws-config"), text("[default]\n" + key + "aws_secret_acc")},
		{files, "secret of another key", failed("credentials-refused"), text("[default]\n" + key + secret)},
		{files, "secret of 600,000 bytes", failed("credentials-refused"), text("[default]\n" + key + "aws_secret_access_key = " + strings.Repeat("canary", 100_000))},
		{files, "profile that is its own source", failed("aws-config"), func(c *cell) {
			c.profile("role_arn = arn:aws:iam::111122223333:role/team\nsource_profile = other\n[profile other]\nrole_arn = arn:aws:iam::111122223333:role/other\nsource_profile = default\n")
		}},
	}
}

// processFaults are those of a profile's credential_process.
func processFaults() []faultCase {
	const stage = "credentials: process"
	process := func(command string) func(*cell) {
		return func(c *cell) { c.profile("credential_process = " + command + "\n") }
	}
	prints := func(text string) func(*cell) {
		return func(c *cell) { process("cat " + c.file("printed", text))(c) }
	}
	code := failed("credential-process")
	return []faultCase{
		{stage, "not there", code, func(c *cell) { process("/nowhere/program")(c); c.oddErr = true }},
		{stage, "fails", code, process("sh -c 'echo canary; exit 3'")},
		{stage, "killed", code, func(c *cell) { process("sh -c 'echo canary; kill -9 $$'")(c); c.oddErr = true }},
		{stage, "prints nothing", code, process("true")},
		{stage, "prints garbage", code, prints("<html>canary</html>")},
		{stage, "prints half of it", code, prints(`{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "canary`)},
		{stage, "prints other types", code, prints(`{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": 12}`)},
		{stage, "prints another version", code, prints(`{"Version": 2, "AccessKeyId": "AKIA", "SecretAccessKey": "canary"}`)},
		{stage, "prints no secret", code, prints(`{"Version": 1, "AccessKeyId": "AKIA"}`)},
		{stage, "prints what AWS does not know", failed("credentials-refused"), prints(`{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "canary"}`)},
		{stage, "hangs", failed("deadline"), process("exec sleep 30")},
		{stage, "hangs in a child", failed("deadline"), process("sleep 30; true")},
		{stage, "hangs, deaf to signals", failed("deadline"), process("trap '' TERM INT HUP; sleep 30; true")},
		{stage, "prints it and hangs", failed("deadline"), process(`echo '{"Version": 1}'; exec sleep 30`)},
	}
}

// badHTTP are the ways in which a service that is asked over HTTP can fail.
type badHTTP struct {
	way  string
	does awstest.Fault
}

func ways() []badHTTP {
	return []badHTTP{
		{"reset", awstest.Fault{Reset: true}},
		{"hangs before the answer", awstest.Fault{Hang: true}},
		{"hangs in the answer", awstest.Fault{Truncate: 10, Hang: true}},
		{"drips", awstest.Fault{Drip: 200e6}},
		{"truncated", awstest.Fault{Truncate: 10}},
		{"500", awstest.Fault{Status: 500}},
		{"429", awstest.Fault{Status: 429}},
		{"redirect", awstest.Fault{Status: 307, Header: map[string]string{"Location": "http://127.0.0.1:1/canary"}}},
		{"garbage", awstest.Fault{Body: "<html>canary</html>"}},
		{"oversized", awstest.Fault{Pad: 64 << 20}},
		{"another content type", awstest.Fault{Header: map[string]string{"Content-Type": "text/html"}}},
	}
}

// failing crosses a service with all ways of failing over HTTP. The codes are in
// the order of the ways.
func failing(stage, service string, prepare func(*cell), codes ...string) (faults []faultCase) {
	for i, way := range ways() {
		want := failed(codes[i])
		if codes[i] == "" {
			want = answered
		}
		way.does.Service = service
		faults = append(faults, faultCase{stage, way.way, want, func(c *cell) {
			prepare(c)
			c.aws.Fail(way.does)
		}})
	}
	return faults
}

// failsAs is one more fault of a service.
func failsAs(prepare func(*cell), does awstest.Fault) func(*cell) {
	return func(c *cell) { prepare(c); c.aws.Fail(does) }
}

// containerFaults are those of the endpoint that ECS gives to a container.
func containerFaults() []faultCase {
	const stage = "credentials: container"
	container := func(c *cell) {
		c.without()
		c.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = c.aws.URL + awstest.ContainerCredentialsPath
		c.env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = awstest.ContainerAuthorizationToken
	}
	and := func(name, value string) func(*cell) {
		return func(c *cell) { container(c); c.env[name] = value }
	}
	body := func(body string) func(*cell) {
		return failsAs(container, awstest.Fault{Service: "container", Body: body})
	}
	return append(failing(stage, "container", container, "network", "deadline", "deadline", "deadline", "network",
		"aws-unavailable", "throttled", "redirected", "bad-answer", "bad-answer", ""),
		faultCase{stage, "refuses connections", failed("network"), and("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")},
		faultCase{stage, "refuses the token", failed("container-credentials"), and("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary")},
		faultCase{stage, "token's file not there", failed("aws-config"), and("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nowhere")},
		faultCase{stage, "token with a line break", failed("aws-config"), and("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary\r\nX-Injected: 1")},
		faultCase{stage, "on a strange host", failed("aws-config"), and("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/")},
		faultCase{stage, "half of a key", failed("credentials-refused"), body(`{"AccessKeyId": "ASIACANARY"}`)},
		faultCase{stage, "key that has expired", failed("credentials-refused"), body(`{"AccessKeyId": "ASIACANARY", "SecretAccessKey": "canary", "Token": "canary", "Expiration": "2020-01-01T00:00:00Z"}`)},
	)
}

// metadataFaults are those of the instance metadata service.
func metadataFaults() []faultCase {
	const stage = "credentials: instance metadata"
	instance := func(c *cell) {
		c.without()
		delete(c.env, "AWS_EC2_METADATA_DISABLED")
		c.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = c.aws.URL
	}
	at := func(address string) func(*cell) {
		return func(c *cell) { instance(c); c.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = address }
	}
	operation := func(name string, f awstest.Fault) func(*cell) {
		f.Service, f.Operation = "imds", name
		return failsAs(instance, f)
	}
	return append(failing(stage, "imds", instance, "imds-unreachable", "imds-unreachable", "deadline", "deadline", "imds-unreachable",
		"aws-unavailable", "throttled", "redirected", "bad-answer", "imds-unreachable", ""),
		faultCase{stage, "refuses connections", failed("imds-unreachable"), at("http://127.0.0.1:1")},
		faultCase{stage, "switched off", failed("imds-disabled"), operation("", awstest.Fault{Status: 403})},
		faultCase{stage, "token hangs", failed("imds-unreachable"), operation("GetToken", awstest.Fault{Hang: true})},
		faultCase{stage, "role's name hangs", failed("imds-unreachable"), operation("ListRoles", awstest.Fault{Hang: true})},
		faultCase{stage, "role's keys hang", failed("imds-unreachable"), operation("GetRoleCredentials", awstest.Fault{Hang: true})},
		faultCase{stage, "role's keys cut off", failed("network"), operation("GetRoleCredentials", awstest.Fault{Truncate: 40})},
		faultCase{stage, "role's keys garbage", failed("bad-answer"), operation("GetRoleCredentials", awstest.Fault{Body: "canary"})},
		faultCase{stage, "no role", failed("no-instance-role"), operation("ListRoles", awstest.Fault{Status: 404})},
		faultCase{stage, "role that EC2 may not assume", failed("no-instance-role"), operation("GetRoleCredentials", awstest.Fault{Body: `{"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"}`})},
	)
}

// webIdentityFaults are those of a token that STS changes for credentials.
func webIdentityFaults() []faultCase {
	const stage = "credentials: web identity"
	web := func(c *cell) {
		c.without()
		c.env["AWS_ROLE_ARN"] = "arn:aws:iam::111122223333:role/web"
		c.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = c.file("token", "header.payload.canary")
		c.env["AWS_ENDPOINT_URL_STS"] = c.aws.URL
		c.env["AWS_REGION"] = "eu-west-1"
	}
	token := func(path func(c *cell) string) func(*cell) {
		return func(c *cell) { web(c); c.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = path(c) }
	}
	return append(failing(stage, "sts", web, "network", "deadline", "deadline", "deadline", "network",
		"aws-unavailable", "throttled", "redirected", "bad-answer", "bad-answer", ""),
		faultCase{stage, "token not there", failed("aws-config"), token(func(*cell) string { return "/nowhere" })},
		faultCase{stage, "token a fifo that nobody writes", failed("deadline"), token(func(c *cell) string { must(c.t, unix.Mkfifo(c.path("fifo"), 0o600)); return c.path("fifo") })},
		faultCase{stage, "token refused", failed("credentials-refused"), failsAs(web, awstest.Fault{Service: "sts", Code: "InvalidIdentityToken", Message: "canary"})},
		faultCase{stage, "token expired", failed("credentials-expired"), failsAs(web, awstest.Fault{Service: "sts", Code: "ExpiredTokenException", Message: "canary"})},
		faultCase{stage, "role denied", failed("access-denied-role"), failsAs(web, awstest.Fault{Service: "sts", Status: 403, Code: "AccessDenied"})},
	)
}

// ssoFaults are those of IAM Identity Center.
func ssoFaults() []faultCase {
	const stage = "credentials: SSO"
	const file = "a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json" // SHA-1 of the start URL
	session := func(text string) func(*cell) {
		return func(c *cell) {
			c.profile("sso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\nsso_account_id = 111122223333\nsso_role_name = puller\n")
			c.env["AWS_ENDPOINT_URL_SSO"] = c.aws.URL
			must(c.t, os.MkdirAll(c.path("home/.aws/sso/cache"), 0o700))
			if text != "" {
				c.file("home/.aws/sso/cache/"+file, text)
			}
		}
	}
	open := session(`{"accessToken": "canary-token", "expiresAt": "2999-01-01T00:00:00Z"}`)
	answers := func(f awstest.Fault) func(*cell) {
		f.Operation = "GET /federation/credentials"
		return failsAs(open, f)
	}
	typed := func(kind string) map[string]string { return map[string]string{"x-amzn-ErrorType": kind} }
	return []faultCase{
		{stage, "never opened", failed("sso-expired"), session("")},
		{stage, "expired", failed("sso-expired"), session(`{"accessToken": "canary-token", "expiresAt": "2020-01-01T00:00:00Z"}`)},
		{stage, "session's file truncated", failed("sso-expired"), session(`{"accessToken": "canary`)},
		{stage, "closed by the other side", failed("sso-expired"), answers(awstest.Fault{Status: 401, Header: typed("UnauthorizedException"), Body: `{"message": "no"}`})},
		{stage, "role not given", failed("access-denied-role"), answers(awstest.Fault{Status: 403, Header: typed("ForbiddenException"), Body: `{"message": "no"}`})},
		{stage, "hangs", failed("deadline"), answers(awstest.Fault{Hang: true})},
		{stage, "reset", failed("network"), answers(awstest.Fault{Reset: true})},
		{stage, "503", failed("aws-unavailable"), answers(awstest.Fault{Status: 503})},
		{stage, "garbage", failed("bad-answer"), answers(awstest.Fault{Body: "<html>canary</html>"})},
		{stage, "redirect", failed("redirected"), answers(awstest.Fault{Status: 302, Header: map[string]string{"Location": "http://127.0.0.1:1/"}})},
	}
}
