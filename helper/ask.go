package helper

import (
	"context"
	"errors"
	"time"
)

// ask reads the secret from AWS by the deadline and takes the credential out.
func (c *call) ask(q *question, deadline time.Time) (Credential, error) {
	secret, err := c.fetch(q, deadline)
	if err != nil {
		return Credential{}, err
	}
	return Decode(secret.Value, q.entry.UsernameKey, q.entry.PasswordKey)
}

// grace lets a fetch that was told to stop say what it was waiting for.
const grace = 200 * time.Millisecond

// fetch ends at the deadline, whatever Fetch is stuck in.
func (c *call) fetch(q *question, deadline time.Time) (Secret, error) {
	ctx, cancel := context.WithDeadline(c.ctx, deadline)
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
		secret, err := c.helper.Fetch(ctx, q.host, q.entry)
		answers <- answer{secret, err}
	}()
	overdue := time.NewTimer(time.Until(deadline) + grace)
	defer overdue.Stop()
	select {
	case a := <-answers:
		return a.secret, a.err
	case <-overdue.C:
		return Secret{}, &Failure{Code: "deadline", Cause: "no answer from AWS in time", Transient: true,
			Remedy: "look for what hangs with ECSSECRETS_LOG=debug, or raise \"timeout\" in the mapping"}
	}
}

func (c *call) deadline(q *question) time.Time { return c.start.Add(q.mapping.Timeout) }
