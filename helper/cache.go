package helper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// Cache keeps values for a while, for this user and until the machine restarts.
// internal/runcache has it on tmpfs.
type Cache interface {
	// Now is the time by which values are kept: since the machine started, time
	// asleep included, whatever the clock is set to.
	Now() time.Duration
	// Get gives a value that was put under the name and is still kept.
	Get(name string) ([]byte, bool)
	// Put keeps a value, in the place of an earlier one.
	Put(name string, value []byte, keep time.Duration) error
	// Writable reports whether Put has room.
	Writable() bool
	// Remove forgets every value whose name begins so.
	Remove(prefix string)
	// Lock waits for the name's lock, until ctx ends. It dies with its holder.
	Lock(ctx context.Context, name string) (unlock func(), err error)
}

// answer is a credential that is kept, with its own times, all by the cache's
// clock.
type answer struct {
	Username, Password string        `json:",omitempty"`
	At                 time.Duration // when AWS gave it
	Clock              time.Time     // the same by the wall clock, for people
	Fresh              time.Duration // until when AWS need not be asked
	Stale              time.Duration // until when it may stand in
	Retry              time.Duration `json:",omitempty"` // when AWS, out of service, is asked again
}

func (a *answer) credential() Credential {
	return Credential{Username: a.Username, Password: a.Password}
}

// usable reports whether AWS need not be asked: the copy is fresh, or stands in
// for an AWS that just failed.
func (a *answer) usable(now time.Duration) bool {
	return a != nil && (now < a.Fresh || now < a.Stale && now < a.Retry)
}

// refusal is what is kept of a call to AWS that gave no credential. It is a type of
// its own because encoding/json gets ready for every field that a type has, which
// took a third of the time of an answer from a copy.
type refusal struct {
	Failure *Failure
	At      time.Duration // when AWS gave it
}

// answerFormat changes with the fields of answer.
const answerFormat = "1"

// hostPrefix begins the name of everything that is kept for a host.
func hostPrefix(host mapping.Host) string {
	sum := sha256.Sum256([]byte(host))
	return hex.EncodeToString(sum[:8]) + "-"
}

// answerName binds an answer to the host, to the bytes of the mappings, and to
// whose answer it is.
func (q *question) answerName() string {
	if q.name == "" {
		q.name = nameAnswer(q)
	}
	return q.name
}

func nameAnswer(q *question) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n%s\n", answerFormat, q.host)
	for _, source := range q.sources {
		fmt.Fprintf(hash, "%q %d\n", source.Name, len(source.Data))
		hash.Write(source.Data)
	}
	writeIdentity(hash)
	return hostPrefix(q.host) + hex.EncodeToString(hash.Sum(nil)[:16])
}

// writeIdentity writes the environment by which the AWS SDK chooses credentials
// and endpoints. Secrets among it do not say who somebody is, and stay out.
func writeIdentity(w io.Writer) {
	settings := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name, value, _ := strings.Cut(setting, "=")
		return value == "" || name != "HOME" && !strings.HasPrefix(name, "AWS_") || isAWSSecret(name)
	})
	slices.Sort(settings)
	for _, setting := range settings {
		fmt.Fprintf(w, "%q\n", setting)
	}
}

func isAWSSecret(name string) bool {
	switch name {
	case "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN":
		return true
	}
	return false
}

func (c *call) load(name string) *answer {
	var a answer
	if !c.kept(name, &a) || a.Username == "" || a.Password == "" || a.At > c.helper.Cache.Now() {
		return nil
	}
	return &a
}

func (c *call) loadRefusal(name string) *refusal {
	var r refusal
	if !c.kept(name, &r) || r.Failure == nil || r.At > c.helper.Cache.Now() {
		return nil
	}
	return &r
}

func (c *call) kept(name string, into any) bool {
	value, ok := c.helper.Cache.Get(name)
	return ok && json.Unmarshal(value, into) == nil
}

// keep does its best: an answer that cannot be kept is still an answer.
func (c *call) keep(name string, what any, keep time.Duration) {
	value, err := json.Marshal(what)
	if err == nil {
		err = c.helper.Cache.Put(name, value, keep)
	}
	if err != nil {
		c.trace("cache: cannot be written: %v", err)
	}
}

func (c *call) forget(host mapping.Host) {
	if c.helper.Cache != nil && host != "" {
		c.helper.Cache.Remove(hostPrefix(host))
	}
}
