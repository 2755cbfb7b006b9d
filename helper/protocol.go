package helper

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/docker/docker-credential-helpers/credentials"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// Bounds of stdin. No URL that a client sends comes near the first; the second
// is a secret of 64 KiB, the most that Secrets Manager holds, with every byte
// escaped and room to spare.
const (
	maxServerURL = 4 << 10
	maxStore     = 1 << 20
	maxDrained   = 64 << 20
)

// Serve answers one verb of the protocol of docker/docker-credential-helpers and
// returns the exit code: 0, or 1 for everything that is no success. A failure
// stands on stderr too, because docker before version 29 hides stdout.
func (h *Helper) Serve(ctx context.Context, verb string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := h.call(ctx)
	var answer bytes.Buffer
	err := c.handle(verb, stdin, &answer)
	code := 0
	switch {
	case c.passed != nil:
		answer, code = *bytes.NewBuffer(c.passed.stdout), c.passed.code
	case err != nil:
		answer, code = *bytes.NewBufferString(line(err) + "\n"), 1
	}
	if isFailure(err) {
		c.write(stderr, line(err)+"\n")
	}
	if err := c.write(stdout, answer.String()); err != nil {
		c.write(stderr, "stdout: the answer could not be written: "+line(err)+"; see why the client that asked does not read it\n")
		return 1
	}
	return code
}

// write ends at the deadline: a client may leave its end of a full pipe open
// without reading it.
func (c *call) write(w io.Writer, text string) error {
	written := make(chan error, 1)
	go func() {
		written <- guarded(func() error {
			_, err := io.WriteString(w, text)
			return err
		})
	}()
	select {
	case err := <-written:
		return err
	case <-time.After(grace):
	}
	select {
	case err := <-written:
		return err
	case <-time.After(time.Until(c.start.Add(c.timeout()))):
		return errors.New("the pipe is full")
	}
}

// guarded keeps what a panic says, which may be a password, from being printed: main
// recovers from none in another goroutine.
func guarded(do func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errFault
		}
	}()
	return do()
}

var errFault = errors.New("the program has a fault")

// handle checks what the client sent before the library sees it: its scanner
// would join lines and stop at 64 KiB.
func (c *call) handle(verb string, stdin io.Reader, answer io.Writer) error {
	input, err := c.input(verb, stdin)
	if err != nil {
		return err
	}
	if verb == credentials.ActionStore {
		return c.store(input)
	}
	isURL := len(input) <= maxServerURL && !bytes.ContainsAny(bytes.TrimSpace(input), "\r\n")
	switch {
	case !isURL && verb == credentials.ActionGet:
		return credentials.NewErrCredentialsNotFound()
	case !isURL && verb == credentials.ActionErase:
		return nil
	}
	return credentials.HandleCommand(c, verb, bytes.NewReader(input), answer)
}

// store hands the library lines that its scanner can hold; it joins them again.
func (c *call) store(input []byte) error {
	if len(bytes.TrimSpace(input)) == 0 {
		return credentials.NewErrCredentialsMissingServerURL()
	}
	var compact bytes.Buffer
	if len(input) > maxStore || json.Compact(&compact, input) != nil {
		return errStoreInput
	}
	var lines bytes.Buffer
	for piece := compact.Next(32 << 10); len(piece) > 0; piece = compact.Next(32 << 10) {
		lines.Write(piece)
		lines.WriteByte('\n')
	}
	err := credentials.Store(c, &lines)
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return errStoreInput
	}
	return err
}

var errStoreInput = errors.New("stdin: not the JSON object that store takes; send {\"ServerURL\": \"...\", \"Username\": \"...\", \"Secret\": \"...\"}")

// input reads stdin within the deadline. list and version take none: docker-py
// leaves its own stdin open for them.
func (c *call) input(verb string, stdin io.Reader) ([]byte, error) {
	limit := map[string]int64{credentials.ActionGet: maxServerURL, credentials.ActionErase: maxServerURL, credentials.ActionStore: maxStore}[verb]
	if limit == 0 {
		return nil, nil
	}
	type read struct {
		input []byte
		err   error
	}
	reads := make(chan read, 1)
	go func() {
		var r read
		r.err = guarded(func() (err error) {
			r.input, err = io.ReadAll(io.LimitReader(stdin, limit+1))
			// A client that is still writing must not meet a closed pipe.
			io.CopyN(io.Discard, stdin, maxDrained)
			return err
		})
		reads <- r
	}()
	select {
	case r := <-reads:
		return r.input, inputError(r.err)
	case <-time.After(100 * time.Millisecond):
	}
	timeout := c.timeout()
	select {
	case r := <-reads:
		return r.input, inputError(r.err)
	case <-time.After(time.Until(c.start.Add(timeout))):
		return nil, &Failure{Code: "deadline", Cause: "stdin: its end did not come within " + timeout.String(),
			Remedy: "close it after what is sent, as in: echo HOST | docker-credential-ecssecrets get"}
	case <-c.ctx.Done():
		return nil, &Failure{Code: "deadline", Cause: "stdin: " + c.ctx.Err().Error(), Remedy: "try again"}
	}
}

func inputError(err error) error {
	if err == nil {
		return nil
	}
	return &Failure{Code: "stdin", Cause: "stdin: cannot be read: " + err.Error(), Remedy: "send the registry's host: echo HOST | docker-credential-ecssecrets get"}
}

// timeout is only asked for when stdin is late, so that a prompt call reads its
// mapping once.
func (c *call) timeout() time.Duration {
	q := c.read("")
	if c.resolve(q) != nil {
		return mapping.DefaultTimeout
	}
	return q.mapping.Timeout
}

func isFailure(err error) bool {
	var failure *Failure
	var mistake *mapping.Error
	return errors.As(err, &failure) || errors.As(err, &mistake)
}
