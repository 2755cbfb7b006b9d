package awstest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The example of AWS's documentation and of its Signature Version 4 test suite:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html
func TestSignAgreesWithAWSExample(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	auth, bad := parseAuthorization("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, " +
		"SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
	if bad != nil {
		t.Fatal(bad)
	}
	if got := sign(r, "", auth, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"); got != auth.signature {
		t.Errorf("signature %s, want %s", got, auth.signature)
	}
}

func TestFrontDoor(t *testing.T) {
	right := user("eu-west-1")
	cases := map[string]struct {
		by    signer
		spoil func(*Server, *http.Request)
		code  string
	}{
		"right":            {right, nil, ""},
		"unsigned":         {right, func(_ *Server, r *http.Request) { r.Header.Del("Authorization") }, "MissingAuthenticationTokenException"},
		"cut short":        {right, cutAuthorization, "IncompleteSignatureException"},
		"unknown key":      {signer{"AKIAUNKNOWN", SecretAccessKey, "", "eu-west-1", secretsManager}, nil, "UnrecognizedClientException"},
		"wrong secret key": {signer{AccessKeyID, "wrong", "", "eu-west-1", secretsManager}, nil, "InvalidSignatureException"},
		"foreign token":    {signer{AccessKeyID, SecretAccessKey, "token", "eu-west-1", secretsManager}, nil, "UnrecognizedClientException"},
		"other service":    {signer{AccessKeyID, SecretAccessKey, "", "eu-west-1", "ssm"}, nil, "InvalidSignatureException"},
		"header changed":   {right, func(_ *Server, r *http.Request) { r.Header.Set("Content-Type", "application/json") }, "InvalidSignatureException"},
		"body changed":     {right, changeBody, "InvalidSignatureException"},
		"expired key":      {right, func(s *Server, _ *http.Request) { s.ExpireKey(AccessKeyID) }, "ExpiredTokenException"},
		"clock slow":       {right, func(s *Server, _ *http.Request) { s.Fail(Fault{Skew: time.Hour}) }, "InvalidSignatureException"},
		"clock fast":       {right, func(s *Server, _ *http.Request) { s.Fail(Fault{Skew: -time.Hour}) }, "InvalidSignatureException"},
		"clock near":       {right, func(s *Server, _ *http.Request) { s.Fail(Fault{Skew: 4 * time.Minute}) }, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			r := c.by.getSecretValue(t, s, testARN)
			if c.spoil != nil {
				c.spoil(s, r)
			}
			response, body := send(t, r)
			if got := s.Requests()[0].Code; got != c.code || (response.StatusCode == 200) != (c.code == "") {
				t.Errorf("status %d, code %q, want %q", response.StatusCode, got, c.code)
			}
			if c.code != "" && !strings.Contains(body, `"__type":"`+c.code+`"`) {
				t.Errorf("body: %s", body)
			}
		})
	}
}

func changeBody(_ *Server, r *http.Request) {
	body := strings.Replace(`{"SecretId":"`+testARN+`"}`, "prod", "test", 1)
	r.Body = io.NopCloser(strings.NewReader(body)) // of the same length
}

func cutAuthorization(_ *Server, r *http.Request) {
	header := r.Header.Get("Authorization")
	r.Header.Set("Authorization", header[:strings.Index(header, ", Signature")])
}
