package helper

import (
	"context"
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

	// Cache keeps answers for the helpers that come after. May be nil.
	Cache Cache

	// Log records a failure for the machine's administrator: the same code and
	// line that the user gets, which docker before version 29 hides. May be nil.
	Log func(code string, host mapping.Host, line string)

	// Trace explains each step to whoever looks for a fault. May be nil.
	Trace func(format string, args ...any)
}

// Bind gives the helper the protocol library's interface, which other Go
// programs know too (go-containerregistry's authn.Helper). Its deadline, of
// [mapping.Mapping.Timeout], runs from now.
func (h *Helper) Bind(ctx context.Context) credentials.Helper { return h.call(ctx) }

// call is one call of the helper.
type call struct {
	helper *Helper
	ctx    context.Context
	start  time.Time
	began  time.Duration // start by the cache's clock
	passed *passedOn     // a fallback helper's answer, where there is one
}

func (h *Helper) call(ctx context.Context) *call {
	c := &call{helper: h, ctx: ctx, start: time.Now()}
	if h.Cache != nil {
		c.began = h.Cache.Now()
	}
	return c
}

func (c *call) trace(format string, args ...any) {
	if c.helper.Trace != nil {
		c.helper.Trace(format, args...)
	}
}
