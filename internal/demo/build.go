package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

const program = "github.com/ecssecrets/docker-credential-ecssecrets"

// buildHelper puts the real helper into the temporary folder. The go command
// keeps its own working files there too, so that they go with it.
func (d *demo) buildHelper(ctx context.Context) error {
	helper := filepath.Join(d.folder, "docker-credential-ecssecrets")
	if runtime.GOOS == "windows" {
		helper += ".exe"
	}
	d.title("The helper is built")
	d.say("go build -o %s %s", filepath.Base(helper), program)
	// Without version control's data, which git refuses to read in a folder of another user.
	command := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", helper, program)
	command.Env = append(os.Environ(), "GOTMPDIR="+d.folder)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 5 * time.Second
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build the helper, which works only in a folder of the module %s: %w\n%s", program, err, bytes.TrimSpace(output))
	}
	return nil
}
