package awstest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	testARN   = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/registry-AbCdEf"
	testValue = `{"username":"u","password":"p"}`
)

// start gives a server that holds the secret of testARN.
func start(t *testing.T) *Server {
	t.Helper()
	s := Start()
	t.Cleanup(s.Close)
	s.PutSecret(Secret{ARN: testARN, String: new(testValue)})
	return s
}

// signer is who sends a request, and what it is signed for.
type signer struct{ keyID, secret, token, region, service string }

func user(region string) signer {
	return signer{AccessKeyID, SecretAccessKey, "", region, secretsManager}
}

// request makes a signed request.
func (by signer) request(t *testing.T, s *Server, header map[string]string, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	now := time.Now().UTC().Format(signingTime)
	r.Header.Set("X-Amz-Date", now)
	signed := []string{"content-type", "host", "x-amz-date"}
	if by.token != "" {
		r.Header.Set("X-Amz-Security-Token", by.token)
		signed = append(signed, "x-amz-security-token")
	}
	auth := authorization{by.keyID, now[:8], by.region, by.service, signed, ""}
	r.Header.Set("Authorization", signingAlgorithm+" Credential="+strings.Join([]string{by.keyID, now[:8], by.region, by.service, "aws4_request"}, "/")+
		", SignedHeaders="+strings.Join(signed, ";")+", Signature="+sign(r, body, auth, by.secret))
	return r
}

func (by signer) getSecretValue(t *testing.T, s *Server, id string) *http.Request {
	t.Helper()
	return by.request(t, s, map[string]string{
		"Content-Type": "application/x-amz-json-1.1",
		"X-Amz-Target": "secretsmanager.GetSecretValue",
	}, `{"SecretId":"`+id+`"}`)
}

func (by signer) sts(t *testing.T, s *Server, parameters url.Values) *http.Request {
	t.Helper()
	by.service = sts
	return by.request(t, s, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, parameters.Encode())
}

// send gives the response, its body read.
func send(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := (&http.Client{Timeout: 10 * time.Second, CheckRedirect: noRedirect}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func expect(t *testing.T, r *http.Request, status int, parts ...string) string {
	t.Helper()
	response, body := send(t, r)
	if response.StatusCode != status {
		t.Errorf("status %d, want %d; body: %s", response.StatusCode, status, body)
	}
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("body lacks %q: %s", part, body)
		}
	}
	return body
}
