package helper

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/docker/docker-credential-helpers/credentials"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// Helper finds credentials for registries.
type Helper struct {
	// Sources reads the mappings, usually [mapping.Places.Read].
	Sources func() ([]*mapping.Source, error)

	// Fetch reads the secret of an entry from AWS, within ctx. The host is for
	// session names. An error that is a [*Failure] is completed with host and
	// secret; it must not quote the secret's value.
	Fetch func(ctx context.Context, host mapping.Host, entry *mapping.Entry) (Secret, error)

	// Log records a failure for the machine's administrator: the same code and
	// line that the user gets, which docker before version 29 hides. May be nil.
	Log func(code string, host mapping.Host, line string)

	// Trace explains each step to whoever looks for a fault. May be nil.
	Trace func(format string, args ...any)
}

// Bind gives the helper the protocol library's interface, which other Go
// programs know too (go-containerregistry's authn.Helper). Its deadline, of
// [mapping.Mapping.Timeout], runs from now.
func (h *Helper) Bind(ctx context.Context) credentials.Helper {
	return &call{helper: h, ctx: ctx, start: time.Now()}
}

// call is one call of the helper.
type call struct {
	helper *Helper
	ctx    context.Context
	start  time.Time
	passed *passedOn // a fallback helper's answer, where there is one
}

// Get answers with the user name and password of the host's secret.
func (c *call) Get(serverURL string) (username, password string, err error) {
	m, host, entry, err := c.find(serverURL)
	if err != nil {
		return "", "", c.report(host, entry, err)
	}
	if entry == nil && m.Fallback != "" {
		return c.getFallback(m, serverURL)
	}
	if entry == nil {
		return "", "", credentials.NewErrCredentialsNotFound()
	}
	credential, err := c.credential(m, host, entry)
	if err != nil {
		return "", "", c.report(host, entry, err)
	}
	return credential.Username, credential.Password, nil
}

// List names the hosts of the mapping, without asking AWS. Docker Hub goes by the
// URL under which docker looks it up.
func (c *call) List() (map[string]string, error) {
	m, err := c.mapping()
	if err != nil {
		return nil, c.report("", nil, err)
	}
	hosts := map[string]string{}
	for _, host := range m.Hosts() {
		if host == mapping.DockerHub {
			host = mapping.DockerHubURL
		}
		hosts[string(host)] = ""
	}
	if m.Fallback != "" {
		return hosts, c.listFallback(m, hosts)
	}
	return hosts, nil
}

// Delete succeeds for a mapped host: nothing is kept here that it could delete,
// and the secret in AWS is not the client's to delete. It succeeds without a
// mapping, too: a log-out must not fail for the log-in's faults.
func (c *call) Delete(serverURL string) error {
	m, _, entry, err := c.find(serverURL)
	if err == nil && entry == nil && m.Fallback != "" {
		return c.changeFallback(m, credentials.ActionErase, serverURL)
	}
	return nil
}

// Add succeeds when the secret says already what is to be stored, which is how
// `docker login` ends well; it stores nothing.
func (c *call) Add(given *credentials.Credentials) error {
	m, host, entry, err := c.find(given.ServerURL)
	if err != nil {
		return c.report(host, entry, err)
	}
	if entry == nil && m.Fallback != "" {
		input, _ := json.Marshal(given)
		return c.changeFallback(m, credentials.ActionStore, string(input))
	}
	if entry == nil {
		return &Failure{Host: mapping.Host(given.ServerURL), Code: "store-refused", Remedy: "map it, or log in with another credential helper",
			Cause: "no secret is mapped to this host, and this helper keeps no passwords of its own"}
	}
	credential, err := c.credential(m, host, entry)
	switch {
	case err != nil:
		return c.report(host, entry, err)
	case credential.Username != given.Username:
		return refuseStore(host, entry, "the user name given is not the secret's")
	case credential.Password != given.Secret:
		return refuseStore(host, entry, "the password given is not the secret's")
	}
	return nil
}

func refuseStore(host mapping.Host, entry *mapping.Entry, cause string) *Failure {
	return &Failure{Host: host, Secret: entry.CredentialsParameter, Code: "store-refused", Cause: cause + ", and this helper stores nothing",
		Remedy: "change the secret in AWS Secrets Manager: aws secretsmanager put-secret-value"}
}

// find reads the mapping and finds the host's entry, which is nil for a host that
// is not mapped and for what cannot be a host.
func (c *call) find(serverURL string) (*mapping.Mapping, mapping.Host, *mapping.Entry, error) {
	host, isHost := mapping.ParseHost(serverURL)
	m, err := c.mapping()
	switch {
	case err != nil && !isHost:
		return &mapping.Mapping{}, "", nil, nil
	case err != nil:
		return nil, host, nil, err
	case !isHost:
		c.trace("%q is no registry host", serverURL)
		return m, "", nil, nil
	}
	entry, ok := m.Lookup(host)
	if !ok {
		c.trace("%s: no entry in the mapping", host)
		return m, host, nil, nil
	}
	c.trace("%s: entry at %s: secret %s", host, entry.Position(), entry.CredentialsParameter)
	return m, host, entry, nil
}

func (c *call) credential(m *mapping.Mapping, host mapping.Host, entry *mapping.Entry) (Credential, error) {
	secret, err := c.fetch(host, entry, m.Timeout)
	if err != nil {
		return Credential{}, err
	}
	return Decode(secret.Value, entry.UsernameKey, entry.PasswordKey)
}

func (c *call) mapping() (*mapping.Mapping, error) {
	sources, err := c.helper.Sources()
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		c.trace("mapping %s: %d bytes", source.Name, len(source.Data))
	}
	return mapping.Parse(sources)
}

// grace lets a fetch that was told to stop say what it was waiting for.
const grace = 200 * time.Millisecond

// fetch ends at the deadline, whatever Fetch is stuck in.
func (c *call) fetch(host mapping.Host, entry *mapping.Entry, timeout time.Duration) (Secret, error) {
	ctx, cancel := context.WithDeadline(c.ctx, c.start.Add(timeout))
	defer cancel()
	type answer struct {
		secret Secret
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() {
			if fault := recover(); fault != nil {
				answers <- answer{err: errors.New("the program has a fault while it asks AWS")}
			}
		}()
		secret, err := c.helper.Fetch(ctx, host, entry)
		answers <- answer{secret, err}
	}()
	overdue := time.NewTimer(time.Until(c.start.Add(timeout + grace)))
	defer overdue.Stop()
	select {
	case a := <-answers:
		return a.secret, a.err
	case <-overdue.C:
		return Secret{}, &Failure{Code: "deadline", Cause: "no answer within " + timeout.String(),
			Remedy: "look for what hangs with ECSSECRETS_LOG=debug, or raise \"timeout\" in the mapping"}
	}
}

// report completes a failure with host and secret, logs it, and turns it into
// "not found" where the entry asks for that.
func (c *call) report(host mapping.Host, entry *mapping.Entry, err error) error {
	if credentials.IsErrCredentialsNotFound(err) {
		return err
	}
	err = complete(host, entry, err)
	if c.helper.Log != nil {
		c.helper.Log(code(err), host, line(err))
	}
	if entry != nil && entry.Anonymous {
		c.trace("%s: onError is anonymous, so not found instead of: %s", host, line(err))
		return credentials.NewErrCredentialsNotFound()
	}
	return err
}

func complete(host mapping.Host, entry *mapping.Entry, err error) error {
	var mistake *mapping.Error
	if entry == nil || errors.As(err, &mistake) {
		return err
	}
	failure := &Failure{Code: "internal", Cause: err.Error(), Remedy: "report this with the output of ECSSECRETS_LOG=debug"}
	errors.As(err, &failure)
	completed := *failure
	completed.Host, completed.Secret = host, entry.CredentialsParameter
	return &completed
}

func code(err error) string {
	var mistake *mapping.Error
	var failure *Failure
	switch {
	case errors.As(err, &failure):
		return failure.Code
	case errors.As(err, &mistake):
		return string(mistake.Code)
	}
	return "internal"
}

func (c *call) trace(format string, args ...any) {
	if c.helper.Trace != nil {
		c.helper.Trace(format, args...)
	}
}
