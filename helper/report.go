package helper

import (
	"errors"

	"github.com/docker/docker-credential-helpers/credentials"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// report completes a failure with host and secret, logs it, and turns it into
// "not found" where the entry asks for that.
func (c *call) report(q *question, err error) error {
	err = complete(q, err)
	c.log(q, err)
	if q.entry != nil && q.entry.Anonymous {
		c.trace("%s: onError is anonymous, so not found instead of: %s", q.host, line(err))
		return credentials.NewErrCredentialsNotFound()
	}
	return err
}

func (c *call) log(q *question, err error) {
	if c.helper.Log != nil {
		c.helper.Log(code(err), q.host, line(err))
	}
}

func complete(q *question, err error) error {
	var mistake *mapping.Error
	if q.entry == nil || errors.As(err, &mistake) {
		return err
	}
	completed := *failureOf(err)
	completed.Host, completed.Secret = q.host, q.entry.CredentialsParameter
	return &completed
}

// failureOf makes a failure of any error.
func failureOf(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	return &Failure{Code: "internal", Cause: err.Error(), Remedy: "report this with the output of ECSSECRETS_LOG=debug"}
}

func code(err error) string {
	var mistake *mapping.Error
	if errors.As(err, &mistake) {
		return string(mistake.Code)
	}
	return failureOf(err).Code
}
