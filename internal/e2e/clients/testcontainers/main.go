// testcontainers starts a container as an integration test that uses
// testcontainers-go does, and prints what the container prints.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

func main() {
	if err := start(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func start(ctx context.Context, image string) error {
	c, err := testcontainers.Run(ctx, image,
		testcontainers.WithHostConfigModifier(func(host *container.HostConfig) { host.NetworkMode = "none" }),
		testcontainers.WithWaitStrategy(wait.ForExit()),
	)
	defer testcontainers.TerminateContainer(c)
	if err != nil {
		return err
	}
	logs, err := c.Logs(ctx)
	if err != nil {
		return err
	}
	defer logs.Close()
	_, err = io.Copy(os.Stdout, logs)
	return err
}
