package awstest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFaultsThatAnswer(t *testing.T) {
	cases := map[string]struct {
		fault  string
		status int
		check  func(*http.Response, string) bool
	}{
		"AWS error": {`{"service":"secretsmanager","operation":"GetSecretValue","status":500,"code":"InternalServiceError","message":"m"}`, 500,
			func(r *http.Response, body string) bool {
				return body == `{"Message":"m","__type":"InternalServiceError"}` && r.Header.Get("x-amzn-ErrorType") == "InternalServiceError" && r.Header.Get("x-amzn-RequestId") != ""
			}},
		"AWS error, status by default": {`{"code":"DecryptionFailure"}`, 400, nil},
		"any answer": {`{"status":503,"body":"<html>","header":{"Content-Type":"text/html"}}`, 503,
			func(r *http.Response, body string) bool {
				return body == "<html>" && r.Header.Get("Content-Type") == "text/html"
			}},
		"redirect": {`{"status":307,"header":{"Location":"/elsewhere"}}`, 307,
			func(r *http.Response, _ string) bool { return r.Header.Get("Location") == "/elsewhere" }},
		"padded": {`{"pad":100000}`, 200,
			func(_ *http.Response, body string) bool {
				return len(body) > 100000 && strings.HasPrefix(strings.TrimSpace(body), `{"ARN"`)
			}},
		"clock fast by an hour": {`{"skew":"1h"}`, 400,
			func(r *http.Response, body string) bool {
				date, err := http.ParseTime(r.Header.Get("Date"))
				return err == nil && time.Until(date) > 50*time.Minute && strings.Contains(body, "Signature expired: ")
			}},
		"dripped and late":  {`{"body":"ok","drip":"1ms","delay":"1ms"}`, 200, func(_ *http.Response, body string) bool { return body == "ok" }},
		"other service":     {`{"service":"sts","code":"AccessDenied"}`, 200, nil},
		"other operation":   {`{"operation":"ListSecrets","code":"AccessDenied"}`, 200, nil},
		"other secret":      {`{"secretId":"other","code":"AccessDenied"}`, 200, nil},
		"this very secret":  {`{"secretId":"` + testARN + `","code":"DecryptionFailure"}`, 400, nil},
		"nothing to change": {`{}`, 200, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.Fail(fault(t, c.fault))
			response, body := send(t, user("eu-west-1").getSecretValue(t, s, testARN))
			if response.StatusCode != c.status || s.Requests()[0].Status != c.status || (c.check != nil && !c.check(response, body)) {
				t.Errorf("status %d, want %d; header %v; body %.300s", response.StatusCode, c.status, response.Header, body)
			}
		})
	}
}

func TestFaultsInDelivery(t *testing.T) {
	cases := map[string]struct {
		fault string
		is    func(error) bool
	}{
		"reset":               {`{"reset":true}`, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"truncated":           {`{"truncate":10}`, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		"hanging":             {`{"hang":true}`, timedOut},
		"hanging in the body": {`{"truncate":10,"hang":true}`, timedOut},
		"late":                {`{"delay":"50s"}`, timedOut},
		"dripping":            {`{"drip":"1s"}`, timedOut},
	}
	for name, c := range cases {
		for protocol, start := range map[string]func() *Server{"http": Start, "https": StartTLS} {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				s := start()
				defer s.Close()
				s.PutSecret(Secret{ARN: testARN, String: new(testValue)})
				s.Fail(fault(t, c.fault))
				client := trusting(s)
				client.Timeout = 200 * time.Millisecond
				response, err := client.Do(user("eu-west-1").getSecretValue(t, s, testARN))
				if err == nil {
					_, err = io.ReadAll(response.Body)
					response.Body.Close()
				}
				if !c.is(err) {
					t.Errorf("error: %v", err)
				}
			})
		}
	}
}

func timedOut(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestFaultsCountAndHeal(t *testing.T) {
	s := start(t)
	status := func() int {
		response, _ := send(t, user("eu-west-1").getSecretValue(t, s, testARN))
		return response.StatusCode
	}
	s.Fail(Fault{Times: 2, Status: 500})
	s.Fail(Fault{Times: 1, Status: 503})
	for i, want := range []int{500, 500, 503, 200} {
		if got := status(); got != want {
			t.Errorf("request %d: status %d, want %d", i, got, want)
		}
	}
	s.Fail(Fault{Status: 500})
	if got := status(); got != 500 {
		t.Errorf("status %d before healing", got)
	}
	s.Heal()
	if got := status(); got != 200 {
		t.Errorf("status %d after healing", got)
	}
}

func TestCloseEndsWhatHangs(t *testing.T) {
	s := start(t)
	s.Fail(Fault{Hang: true})
	ended := make(chan error, 1)
	r := user("eu-west-1").getSecretValue(t, s, testARN)
	go func() {
		_, err := http.DefaultClient.Do(r)
		ended <- err
	}()
	for deadline := time.Now().Add(10 * time.Second); s.Count("", "") == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the request did not arrive")
		}
	}
	s.Close()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("a hanging request was answered")
		}
	case <-time.After(10 * time.Second):
		t.Error("the request still hangs")
	}
}

func TestParseFaultRefuses(t *testing.T) {
	for _, text := range []string{``, `{`, `{"stauts":500}`, `{"delay":"2"}`, `{"delay":2}`} {
		if f, err := ParseFault(text); err == nil {
			t.Errorf("%s gave %+v", text, f)
		}
	}
}

func TestTLS(t *testing.T) {
	s := StartTLS()
	defer s.Close()
	s.PutSecret(Secret{ARN: testARN, String: new(testValue)})
	if _, err := http.DefaultClient.Do(user("eu-west-1").getSecretValue(t, s, testARN)); !errors.As(err, new(x509.UnknownAuthorityError)) {
		t.Errorf("without its authority: %v", err)
	}
	for _, name := range []string{"", "secretsmanager.eu-west-1.amazonaws.com"} {
		client := trusting(s)
		client.Transport.(*http.Transport).TLSClientConfig.ServerName = name
		if _, err := client.Do(user("eu-west-1").getSecretValue(t, s, testARN)); err != nil {
			t.Errorf("as %q: %v", name, err)
		}
	}
}

func trusting(s *Server) *http.Client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CAPEM)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

func fault(t *testing.T, text string) Fault {
	t.Helper()
	f, err := ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
