// Demo shows docker-credential-ecssecrets at work on one machine, without an
// AWS account, without Docker and without a network beyond loopback:
//
//	go run ./internal/demo
//
// It starts a small Secrets Manager endpoint and a private registry, builds the
// helper, and pulls an image through it as a container client does: client
// config, helper program, secret. Everything it starts and writes is gone when
// it ends, also after Ctrl-C. It exits with 1 when a step did not end as it
// says.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// SIGPIPE: `go run ./internal/demo | head` must clean up as well.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	if err := run(ctx, os.Stdout, rand.Text()); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}
