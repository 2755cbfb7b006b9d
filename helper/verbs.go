package helper

import (
	"encoding/json"

	"github.com/docker/docker-credential-helpers/credentials"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// Get answers with the user name and password of the host's secret. To what
// cannot be a host a broken mapping is no matter: nothing in it could be meant.
func (c *call) Get(serverURL string) (username, password string, err error) {
	q := c.read(serverURL)
	if credential, ok := c.fresh(q); ok {
		return credential.Username, credential.Password, nil
	}
	err = c.resolve(q)
	switch {
	case err != nil && q.host == "":
		return "", "", credentials.NewErrCredentialsNotFound()
	case err != nil:
		return "", "", c.report(q, err)
	case q.entry == nil && q.mapping.Fallback != "":
		return c.getFallback(q, serverURL)
	case q.entry == nil:
		return "", "", credentials.NewErrCredentialsNotFound()
	}
	credential, err := c.shared(q)
	if err != nil {
		return "", "", c.report(q, err)
	}
	return credential.Username, credential.Password, nil
}

// List names the hosts of the mapping, without asking AWS. Docker Hub goes by the
// URL under which docker looks it up.
func (c *call) List() (map[string]string, error) {
	q := c.read("")
	if err := c.resolve(q); err != nil {
		return nil, c.report(q, err)
	}
	hosts := map[string]string{}
	for _, host := range q.mapping.Hosts() {
		if host == mapping.DockerHub {
			host = mapping.DockerHubURL
		}
		hosts[string(host)] = ""
	}
	if q.mapping.Fallback != "" {
		return hosts, c.listFallback(q, hosts)
	}
	return hosts, nil
}

// Delete forgets what is kept for the host; the secret in AWS is not the client's
// to delete. It succeeds without a mapping, too: a log-out must not fail for the
// log-in's faults.
func (c *call) Delete(serverURL string) error {
	q := c.read(serverURL)
	c.forget(q.host)
	if c.resolve(q) == nil && q.entry == nil && q.mapping.Fallback != "" {
		return c.changeFallback(q, credentials.ActionErase, serverURL)
	}
	return nil
}

// Add succeeds when the secret, read afresh, says already what is to be stored,
// which is how `docker login` ends well; it stores nothing.
func (c *call) Add(given *credentials.Credentials) error {
	q := c.read(given.ServerURL)
	if err := c.resolve(q); err != nil {
		return c.report(q, err)
	}
	if q.entry == nil && q.mapping.Fallback != "" {
		input, _ := json.Marshal(given)
		return c.changeFallback(q, credentials.ActionStore, string(input))
	}
	if q.entry == nil {
		return &Failure{Host: q.host, Code: "store-refused", Remedy: "map it, or log in with another credential helper",
			Cause: "no secret is mapped to this host, and this helper keeps no passwords of its own"}
	}
	credential, err := c.refresh(q, nil)
	switch {
	case err != nil:
		return c.report(q, err)
	case credential.Username != given.Username:
		return refuseStore(q, "the user name given is not the secret's")
	case credential.Password != given.Secret:
		return refuseStore(q, "the password given is not the secret's")
	}
	return nil
}

func refuseStore(q *question, cause string) *Failure {
	return &Failure{Host: q.host, Secret: q.entry.CredentialsParameter, Code: "store-refused", Cause: cause + ", and this helper stores nothing",
		Remedy: "change the secret in AWS Secrets Manager: aws secretsmanager put-secret-value"}
}
