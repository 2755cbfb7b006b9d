package awstest

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestGetSecretValue(t *testing.T) {
	const (
		china   = "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:prod/registry-CnCnCn"
		foreign = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:foreign-AbCdEf"
		shared  = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:shared-AbCdEf"
		deleted = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:deleted-AbCdEf"
		binary  = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:binary-AbCdEf"
		// A name that ends as a whole ARN does: AWS takes its partial ARN for a whole one.
		suffixed = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my-secret-AbCdEf"
	)
	s := start(t)
	s.PutSecret(Secret{ARN: china, String: new("cn")})
	s.PutSecret(Secret{ARN: foreign, String: new("foreign")})
	s.PutSecret(Secret{ARN: shared, String: new("shared"), CrossAccount: true})
	s.PutSecret(Secret{ARN: deleted, String: new("deleted"), Deleted: true})
	s.PutSecret(Secret{ARN: binary, Binary: []byte{0, 1, 2}})
	s.PutSecret(Secret{ARN: suffixed, String: new("suffixed")})

	const notFound = `"__type":"ResourceNotFoundException"`
	const escaped = `"SecretString":"{\"username\":\"u\",\"password\":\"p\"}"`
	for _, c := range []struct {
		id, region string
		status     int
		part       string
	}{
		{testARN, "eu-west-1", 200, escaped},
		{strings.TrimSuffix(testARN, "-AbCdEf"), "eu-west-1", 200, escaped},
		{"prod/registry", "eu-west-1", 200, escaped},
		{"prod/registry", "cn-north-1", 200, `"SecretString":"cn"`},
		{china, "cn-north-1", 200, `"Name":"prod/registry"`},
		{binary, "eu-west-1", 200, `"SecretBinary":"AAEC"`},
		{shared, "eu-west-1", 200, `"SecretString":"shared"`},
		{"my-secret", "eu-west-1", 200, `"SecretString":"suffixed"`},

		{testARN, "us-east-1", 400, notFound},
		{"prod/registry", "us-east-1", 400, notFound},
		{"prod/regist", "eu-west-1", 400, notFound},
		{strings.TrimSuffix(testARN, "/registry-AbCdEf"), "eu-west-1", 400, notFound},
		{"prod/registry-AbCdEf", "eu-west-1", 400, notFound},
		{strings.Replace(testARN, "111122223333", "444455556666", 1), "eu-west-1", 400, notFound},
		{strings.Replace(testARN, "arn:aws:", "arn:aws-cn:", 1), "eu-west-1", 400, notFound},
		{strings.TrimSuffix(suffixed, "-AbCdEf"), "eu-west-1", 400, notFound},
		{"shared", "eu-west-1", 400, notFound},

		{foreign, "eu-west-1", 400, `"__type":"AccessDeniedException"`},
		{deleted, "eu-west-1", 400, `because it was marked for deletion."`},
		{"", "eu-west-1", 400, `"__type":"ValidationException"`},
		{"a b", "eu-west-1", 400, `"__type":"ValidationException"`},
		{strings.Repeat("a", 2049), "eu-west-1", 400, `"__type":"ValidationException"`},
	} {
		expect(t, user(c.region).getSecretValue(t, s, c.id), c.status, c.part)
	}
}

func TestNewValueIsANewVersion(t *testing.T) {
	s := start(t)
	version := func() string {
		var out struct {
			VersionId   string
			CreatedDate float64
		}
		if err := json.Unmarshal([]byte(expect(t, user("eu-west-1").getSecretValue(t, s, testARN), 200, `"VersionStages":["AWSCURRENT"]`)), &out); err != nil {
			t.Fatal(err)
		}
		if out.CreatedDate < 1.7e9 {
			t.Errorf("CreatedDate %v is no time of now, in seconds", out.CreatedDate)
		}
		return out.VersionId
	}
	first := version()
	if again := version(); again != first {
		t.Errorf("version changed from %s to %s by reading", first, again)
	}
	s.PutSecret(Secret{ARN: testARN, String: new("new")})
	if second := version(); second == first || len(second) < 32 {
		t.Errorf("version %s after %s", second, first)
	}
	s.RemoveSecret(testARN)
	expect(t, user("eu-west-1").getSecretValue(t, s, testARN), 400, "ResourceNotFoundException")
}

func TestOnlyGetSecretValueIsAllowed(t *testing.T) {
	s := start(t)
	expect(t, user("eu-west-1").request(t, s, map[string]string{
		"Content-Type": "application/x-amz-json-1.1",
		"X-Amz-Target": "secretsmanager.ListSecrets",
	}, "{}"), 400, "AccessDeniedException", "secretsmanager:ListSecrets")
	if s.Count(secretsManager, "ListSecrets") != 1 || s.Count(secretsManager, "GetSecretValue") != 0 || s.Count("", "") != 1 {
		t.Errorf("requests: %+v", s.Requests())
	}
}

func TestRequestsAreKept(t *testing.T) {
	s := start(t)
	r := user("us-east-1").getSecretValue(t, s, testARN)
	r.Header.Set("User-Agent", "agent/1")
	expect(t, r, 400)
	want := Request{
		Service: secretsManager, Operation: "GetSecretValue", Region: "us-east-1",
		AccessKeyID: AccessKeyID, Caller: "arn:aws:iam::111122223333:user/" + AccessKeyID,
		Host: strings.TrimPrefix(s.URL, "http://"), UserAgent: "agent/1", Body: `{"SecretId":"` + testARN + `"}`,
		SecretID: testARN, Status: 400, Code: "ResourceNotFoundException",
	}
	if got := s.Requests()[0]; got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := start(t)
	var all sync.WaitGroup
	for range 20 {
		r := user("eu-west-1").getSecretValue(t, s, testARN)
		all.Go(func() {
			s.PutSecret(Secret{ARN: testARN, String: new(testValue)})
			if response, err := http.DefaultClient.Do(r); err != nil || response.StatusCode != 200 {
				t.Errorf("%v, %v", response, err)
			}
		})
	}
	all.Wait()
	if n := s.Count(secretsManager, "GetSecretValue"); n != 20 {
		t.Errorf("%d requests were kept, want 20", n)
	}
}
