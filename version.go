package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

const (
	name       = "docker-credential-ecssecrets"
	modulePath = "github.com/ecssecrets/docker-credential-ecssecrets"
)

// release and commit are set when a package is built: -ldflags "-X main.release=1.2.3".
var release, commit string

type build struct{ number, commit string }

// version is what the linker was told, or what Go recorded of the source.
func version() build {
	b := build{release, commit}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{cmp.Or(b.number, "unknown"), cmp.Or(b.commit, "unknown")}
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			b.commit = cmp.Or(b.commit, setting.Value[:min(len(setting.Value), 12)])
		}
	}
	recorded := info.Main.Version
	if recorded == "(devel)" {
		recorded = "devel"
	}
	return build{cmp.Or(b.number, recorded, "devel"), cmp.Or(b.commit, "unknown")}
}

func (b build) String() string {
	return fmt.Sprintf("%s commit %s %s %s/%s", b.number, b.commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
