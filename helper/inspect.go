package helper

import (
	"context"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// Inspection is one get taken apart: each step by the code that get itself runs,
// for people who look for a fault. It keeps nothing, forgets nothing and logs
// nothing.
type Inspection struct {
	call     *call
	question *question
}

// Inspect reads the mappings, and does the other steps when they are asked for.
func (h *Helper) Inspect(ctx context.Context, serverURL string) *Inspection {
	c := h.call(ctx)
	return &Inspection{c, c.read(serverURL)}
}

// Sources are the mappings that were read. The error is a [*mapping.Error].
func (i *Inspection) Sources() ([]*mapping.Source, error) {
	return i.question.sources, i.question.err
}

// Resolve finds the host's entry, nil where it has none. The error is a
// [*mapping.Error].
func (i *Inspection) Resolve() (*mapping.Mapping, *mapping.Entry, error) {
	err := i.call.resolve(i.question)
	return i.question.mapping, i.question.entry, err
}

// Fetch asks AWS, whatever the cache has, within the mapping's timeout from now.
// The error is a [*Failure].
func (i *Inspection) Fetch() (Secret, error) {
	c := i.call.helper.call(i.call.ctx)
	secret, err := c.fetch(i.question, c.deadline(i.question))
	if err != nil {
		return Secret{}, complete(i.question, err)
	}
	return secret, nil
}

// Decode takes the credential out of the secret. The error is a [*Failure].
func (i *Inspection) Decode(secret Secret) (Credential, error) {
	credential, err := Decode(secret.Value, i.question.entry.UsernameKey, i.question.entry.PasswordKey)
	if err != nil {
		return Credential{}, complete(i.question, err)
	}
	return credential, nil
}

// Copy is what the cache keeps of an answer.
type Copy struct {
	Credential Credential
	Taken      time.Time     // from AWS
	Fresh      time.Duration // for so long from now AWS is not asked; not above 0 when it is
	StandsIn   time.Duration // for so long from now it may stand in for an AWS out of service
	Usable     bool          // get would answer with it now, without asking AWS
}

// Copy is the copy that get would find now.
func (i *Inspection) Copy() (Copy, bool) {
	cache := i.call.helper.Cache
	if cache == nil || i.question.host == "" || i.question.err != nil {
		return Copy{}, false
	}
	a := i.call.load(i.question.answerName())
	if a == nil {
		return Copy{}, false
	}
	now := cache.Now()
	return Copy{a.credential(), a.Clock, a.Fresh - now, a.Stale - now, a.usable(now)}, true
}
