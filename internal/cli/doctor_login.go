package cli

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// registry is asked as the distribution specification has clients ask: /v2/
// without a password first, and then with whatever it says it wants.
//
// Forty lines here instead of go-containerregistry's transport: linking that
// costs every pull 0.2 ms at its start.
type registry struct {
	address    string // host with port
	mayBePlain bool   // on loopback, where clients do without TLS
	client     *http.Client
}

// answerError is an answer by which a log-in ends. Without a remedy, the secret
// is to be corrected.
type answerError struct{ code, cause, remedy string }

func (e *answerError) Error() string { return e.cause }

const (
	openRegistry  = "asks nobody for a password"
	plainRegistry = "speaks plain HTTP: docker pulls from it only with insecure-registries; not logged in to, since the password would go in the open"
)

// login says how it was done. The password goes to the registry, or to the token
// server that it names, over TLS or loopback, and never along with a redirect.
func (r *registry) login(ctx context.Context, username, password string) (how string, err error) {
	address, answer, err := r.ping(ctx)
	if err != nil {
		return "", err
	}
	inTheOpen := strings.HasPrefix(address, "http:") && !r.mayBePlain
	if answer.StatusCode == http.StatusOK && answer.Header.Get("Www-Authenticate") == "" {
		if inTheOpen {
			return plainRegistry, notRegistry(answer)
		}
		return openRegistry, notRegistry(answer)
	}
	if answer.StatusCode != http.StatusUnauthorized {
		return "", unexpected(answer)
	}
	if inTheOpen {
		return plainRegistry, nil
	}
	for _, offered := range challenges(answer.Header.Values("Www-Authenticate")) {
		switch offered.scheme {
		case "basic":
			basic := func(request *http.Request) { request.SetBasicAuth(username, password) }
			return "accepts user name and password", r.check(ctx, address, basic)
		case "bearer":
			return r.bearer(ctx, address, offered, username, password)
		}
	}
	return "", &answerError{"not-a-registry", "it asks for a log-in, but neither Basic nor Bearer", "see that the host and port are the registry's"}
}

// ping finds out where /v2/ is, without a password: in the open if the server there
// does not speak TLS.
func (r *registry) ping(ctx context.Context) (address string, answer *http.Response, err error) {
	address = "https://" + r.address + "/v2/"
	answer, err = r.get(ctx, address, nil)
	if !withoutTLS(err) {
		return address, answer, err
	}
	plain := "http://" + r.address + "/v2/"
	if answer, plainErr := r.get(ctx, plain, nil); plainErr == nil {
		return plain, answer, nil
	}
	return address, nil, err
}

// withoutTLS: HTTP, or something else that is no TLS, answered the TLS hello.
func withoutTLS(err error) bool {
	var record tls.RecordHeaderError
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &record)
}

func (r *registry) get(ctx context.Context, address string, authorize func(*http.Request)) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", helperProgram)
	if authorize != nil {
		authorize(request)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxToken))
	answer.Body.Close()
	answer.Body = io.NopCloser(strings.NewReader(string(body)))
	return answer, err
}

const maxToken = 1 << 20

// bearer has the token server make a token of the password, which the registry
// then accepts (distribution specification, token authentication).
func (r *registry) bearer(ctx context.Context, address string, offered challenge, username, password string) (how string, err error) {
	realm, err := url.Parse(offered.parameters["realm"])
	if err != nil || realm.Host == "" || !r.mayBeTold(realm) {
		return "", &answerError{"not-a-registry", "the token server that it names gets no password: " + quoted(offered.parameters["realm"]),
			"see that the registry's realm is an https URL"}
	}
	query := realm.Query()
	query.Set("account", username)
	if service := offered.parameters["service"]; service != "" {
		query.Set("service", service)
	}
	realm.RawQuery = query.Encode()
	answer, err := r.get(ctx, realm.String(), func(request *http.Request) { request.SetBasicAuth(username, password) })
	if err != nil {
		return "", err
	}
	token, err := tokenIn(answer, realm.Host)
	if err != nil {
		return "", err
	}
	bearer := func(request *http.Request) { request.Header.Set("Authorization", "Bearer "+token) }
	return "accepts user name and password, by a token of " + realm.Host, r.check(ctx, address, bearer)
}

// mayBeTold: a password goes in the open to this machine only, and only for a
// registry that is here itself.
func (r *registry) mayBeTold(realm *url.URL) bool {
	_, local := mapping.ParseHost("http://" + realm.Host)
	return realm.User == nil && (realm.Scheme == "https" || realm.Scheme == "http" && r.mayBePlain && local)
}

func tokenIn(answer *http.Response, server string) (string, error) {
	if answer.StatusCode != http.StatusOK {
		return "", refusal(answer, "the token server "+server)
	}
	var given struct {
		Token  string `json:"token"`
		Access string `json:"access_token"`
	}
	if json.NewDecoder(answer.Body).Decode(&given) != nil || given.Token+given.Access == "" {
		return "", &answerError{"not-a-registry", "the token server " + server + " gives no token", "ask who runs the registry"}
	}
	if given.Token == "" {
		return given.Access, nil
	}
	return given.Token, nil
}

// check asks for /v2/ with what should open it.
func (r *registry) check(ctx context.Context, address string, authorize func(*http.Request)) error {
	answer, err := r.get(ctx, address, authorize)
	if err != nil || answer.StatusCode == http.StatusOK {
		return err
	}
	return refusal(answer, "it")
}

func refusal(answer *http.Response, who string) error {
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return &answerError{"registry-refused", who + " refuses the secret's user name and password: " + statusText(answer.StatusCode), ""}
	}
	return unexpected(answer)
}

func unexpected(answer *http.Response) error {
	status := statusText(answer.StatusCode)
	switch code := answer.StatusCode; {
	case code == http.StatusTooManyRequests, code >= 500:
		return &answerError{"registry-unavailable", "it cannot serve just now: " + status, "try again in a minute; if it goes on, ask who runs the registry"}
	case code >= 300 && code < 400:
		return &answerError{"not-a-registry", fmt.Sprintf("it redirects to %q, where no password is sent", answer.Header.Get("Location")), "map the host to which it leads"}
	}
	return &answerError{"not-a-registry", "no registry answers at /v2/: " + status, "see that the host and port are the registry's"}
}

// notRegistry: other servers, too, say 200 to whatever they are asked.
func notRegistry(answer *http.Response) error {
	if answer.Header.Get("Docker-Distribution-Api-Version") != "" || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		return nil
	}
	return &answerError{"not-a-registry", "a web page, no registry, answers at /v2/", "see that the host and port are the registry's"}
}
