package awstest

import (
	"encoding/json"
	"net/http"
	"testing"
)

func plainRequest(t *testing.T, method, url string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// holder gives the signer that a credentials document makes possible.
func holder(t *testing.T, document string) signer {
	t.Helper()
	var out struct{ AccessKeyId, SecretAccessKey, Token, Expiration string }
	if err := json.Unmarshal([]byte(document), &out); err != nil {
		t.Fatal(err)
	}
	return signer{out.AccessKeyId, out.SecretAccessKey, out.Token, "eu-west-1", secretsManager}
}

func TestInstanceMetadata(t *testing.T) {
	s := start(t)
	roles := s.URL + imdsRoles
	expect(t, plainRequest(t, "GET", roles), 401)
	expect(t, plainRequest(t, "GET", s.URL+"/latest/api/token"), 405)
	expect(t, plainRequest(t, "PUT", s.URL+"/latest/api/token"), 400)
	expect(t, plainRequest(t, "PUT", s.URL+"/latest/api/token", imdsTTLHeader, "60", "X-Forwarded-For", "192.0.2.1"), 403)

	token := expect(t, plainRequest(t, "PUT", s.URL+"/latest/api/token", imdsTTLHeader, "60"), 200)
	role := expect(t, plainRequest(t, "GET", roles, imdsTokenHeader, token), 200)
	document := expect(t, plainRequest(t, "GET", roles+role, imdsTokenHeader, token), 200, `"Code": "Success"`)
	expect(t, plainRequest(t, "GET", roles+"other", imdsTokenHeader, token), 404)
	expect(t, plainRequest(t, "GET", s.URL+"/latest/meta-data/placement/region", imdsTokenHeader, token), 200, Region)
	expect(t, plainRequest(t, "GET", s.URL+"/latest/dynamic/instance-identity/document", imdsTokenHeader, token), 200, `"region": "eu-west-1"`)

	expect(t, holder(t, document).getSecretValue(t, s, "prod/registry"), 200)
	if n := s.Count(imds, "GetToken"); n != 4 {
		t.Errorf("%d requests for a token, want 4", n)
	}
	requests := s.Requests()
	if got := requests[len(requests)-1].Caller; got != "arn:aws:sts::111122223333:assumed-role/ecsInstanceRole/i-0123456789abcdef0" {
		t.Errorf("caller: %s", got)
	}
}

func TestContainerCredentials(t *testing.T) {
	s := start(t)
	url := s.URL + ContainerCredentialsPath
	expect(t, plainRequest(t, "GET", url), 401, `"code": "AccessDenied"`)
	document := expect(t, plainRequest(t, "GET", url, "Authorization", ContainerAuthorizationToken), 200, `"RoleArn"`)
	expect(t, holder(t, document).getSecretValue(t, s, "prod/registry"), 200)
}

func TestOtherPathsAreKeptToo(t *testing.T) {
	s := start(t)
	expect(t, plainRequest(t, "GET", s.URL+"/elsewhere"), 404)
	if got := s.Requests()[0]; got.Service != "" || got.Operation != "GET /elsewhere" {
		t.Errorf("kept: %+v", got)
	}
}
