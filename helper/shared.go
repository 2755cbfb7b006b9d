package helper

import (
	"context"
	"fmt"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

const (
	// standInTimeout is what AWS gets while a copy can stand in for it, and
	// retryAfter how long it is then left alone.
	standInTimeout = 2 * time.Second
	retryAfter     = 15 * time.Second

	// aloneBefore is how long before its deadline a helper stops waiting for the
	// one that asks AWS, and asks for itself.
	aloneBefore = 3 * time.Second

	// together is how much later than a failure a helper may start and still
	// count as one of the herd that asked once.
	together = time.Second
)

// fresh answers from a copy alone: neither is the mapping parsed nor AWS asked.
func (c *call) fresh(q *question) (Credential, bool) {
	if c.helper.Cache == nil || q.host == "" || q.err != nil {
		return Credential{}, false
	}
	a := c.load(q.answerName())
	now := c.helper.Cache.Now()
	if !a.usable(now) {
		return Credential{}, false
	}
	c.trace("%s: from the cache: a copy of %s, %s old", q.host, a.Clock.Format(time.RFC3339), (now - a.At).Round(time.Second))
	return a.credential(), true
}

// shared asks AWS for all helpers that wait for the same answer.
func (c *call) shared(q *question) (Credential, error) {
	if !c.keeps(q) || !c.helper.Cache.Writable() {
		return c.ask(q, c.deadline(q))
	}
	name := q.answerName()
	unlock, err := c.lock(q, name)
	if err != nil {
		c.trace("cache: not waiting for another helper: %v", err)
	} else {
		defer unlock()
	}
	copied := c.load(name)
	if copied.usable(c.helper.Cache.Now()) || copied != nil && copied.At >= c.began {
		c.trace("%s: another helper asked AWS", q.host)
		return copied.credential(), nil
	}
	if failed := c.loadRefusal(failureName(name)); failed != nil && failed.At+together >= c.began {
		c.trace("%s: another helper asked AWS", q.host)
		return Credential{}, failed.Failure
	}
	return c.refresh(q, copied)
}

// keeps reports whether answers are kept at all.
func (c *call) keeps(q *question) bool {
	return c.helper.Cache != nil && q.mapping.Cache != (mapping.Cache{})
}

func failureName(name string) string { return name + "-failure" }

func (c *call) lock(q *question, name string) (unlock func(), err error) {
	ctx, cancel := context.WithDeadline(c.ctx, c.deadline(q).Add(-aloneBefore))
	defer cancel()
	return c.helper.Cache.Lock(ctx, name)
}

// refresh asks AWS and keeps the answer. A copy stands in where AWS is out of
// service, and goes where AWS says that nobody may have it any more.
func (c *call) refresh(q *question, copied *answer) (Credential, error) {
	deadline := c.deadline(q)
	standIn := copied != nil && c.helper.Cache.Now() < copied.Stale
	if standIn && time.Until(deadline) > standInTimeout {
		deadline = time.Now().Add(standInTimeout)
	}
	credential, err := c.ask(q, deadline)
	if !c.keeps(q) {
		return credential, err
	}
	name := q.answerName()
	if err == nil {
		c.keepCredential(q, name, credential)
		return credential, nil
	}
	failure := failureOf(err)
	switch {
	case failure.Transient && standIn:
		return c.standIn(q, name, copied, failure), nil
	case failure.Withdrawn:
		c.helper.Cache.Remove(name)
	}
	now := c.helper.Cache.Now()
	c.keep(failureName(name), &refusal{failure, now}, q.mapping.Timeout+together)
	return Credential{}, err
}

func (c *call) keepCredential(q *question, name string, credential Credential) {
	now := c.helper.Cache.Now()
	a := &answer{Username: credential.Username, Password: credential.Password, At: now, Clock: time.Now().UTC().Truncate(time.Second)}
	a.Fresh = now + q.mapping.Cache.TTL
	a.Stale = a.Fresh + q.mapping.Cache.StaleIfError
	if c.loadRefusal(failureName(name)) != nil {
		c.helper.Cache.Remove(failureName(name))
	}
	c.keep(name, a, max(a.Stale-now, together))
}

// standIn answers with the copy and leaves AWS alone for a while. The log hears
// of it once in an outage.
func (c *call) standIn(q *question, name string, copied *answer, failure *Failure) Credential {
	now := c.helper.Cache.Now()
	if copied.Retry == 0 {
		told := *failure
		told.Cause = fmt.Sprintf("the copy of %s stands in until %s: %s", copied.Clock.Format(time.RFC3339),
			copied.Clock.Add(copied.Stale-copied.At).Format(time.RFC3339), failure.Cause)
		c.log(q, complete(q, &told))
	}
	copied.Retry = now + retryAfter
	c.keep(name, copied, copied.Stale-now)
	c.trace("%s: %s: a copy stands in: %v", q.host, failure.Code, failure)
	return copied.credential()
}
