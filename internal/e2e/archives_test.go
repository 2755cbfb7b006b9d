//go:build linux

package e2e

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What stands in each package and archive, folders aside. PAGES stands for the
// manual pages, NAME for the program's name, TOP for an archive's own folder.
var contents = []struct{ kind, platform, list, files string }{
	{"deb", "linux/" + runtime.GOARCH, "dpkg-deb --fsys-tarfile *.deb | tar -t", `
		./usr/bin/NAME
		./usr/lib/systemd/system/ecssecrets-agent-config-userdata.service
		./usr/lib/systemd/system/ecssecrets-agent-config.service
		./usr/lib/systemd/system/ecssecrets-agent-config.timer
		./usr/share/NAME/mapping.schema.json
		./usr/share/bash-completion/completions/NAME
		./usr/share/doc/NAME/README.md
		./usr/share/doc/NAME/SECURITY.md
		./usr/share/doc/NAME/packaging/README.md
		./usr/share/doc/NAME/changelog.Debian.gz
		./usr/share/doc/NAME/changelog.gz
		./usr/share/doc/NAME/copyright
		./usr/share/doc/NAME/examples/mapping.json
		./usr/share/doc/NAME/third-party-notices.txt
		./usr/share/fish/vendor_completions.d/NAME.fish
		./usr/share/lintian/overrides/NAME
		./usr/share/man/man1/PAGES.gz
		./usr/share/zsh/vendor-completions/_NAME`},
	{"rpm", "linux/" + runtime.GOARCH, "rpm --query --list --verbose --package *.rpm | grep -v ^d | grep -o '/.*'", `
		/usr/bin/NAME
		/usr/lib/systemd/system/ecssecrets-agent-config-userdata.service
		/usr/lib/systemd/system/ecssecrets-agent-config.service
		/usr/lib/systemd/system/ecssecrets-agent-config.timer
		/usr/share/NAME/mapping.schema.json
		/usr/share/bash-completion/completions/NAME
		/usr/share/doc/NAME/CHANGELOG.md
		/usr/share/doc/NAME/README.md
		/usr/share/doc/NAME/SECURITY.md
		/usr/share/doc/NAME/packaging/README.md
		/usr/share/doc/NAME/examples/mapping.json
		/usr/share/doc/NAME/third-party-notices.txt
		/usr/share/fish/vendor_completions.d/NAME.fish
		/usr/share/licenses/NAME/LICENSE
		/usr/share/man/man1/PAGES.gz
		/usr/share/zsh/site-functions/_NAME`},
	// Debian has no apk to install it with; tar does not know its checksums.
	{"apk", "linux/" + runtime.GOARCH, "tar --warning=no-unknown-keyword -tzf *.apk", `
		.PKGINFO
		.post-deinstall
		.post-install
		.pre-deinstall
		usr/bin/NAME
		usr/share/NAME/mapping.schema.json
		usr/share/bash-completion/completions/NAME
		usr/share/doc/NAME/CHANGELOG.md
		usr/share/doc/NAME/README.md
		usr/share/doc/NAME/SECURITY.md
		usr/share/doc/NAME/packaging/README.md
		usr/share/doc/NAME/examples/mapping.json
		usr/share/doc/NAME/third-party-notices.txt
		usr/share/fish/vendor_completions.d/NAME.fish
		usr/share/licenses/NAME/LICENSE
		usr/share/man/man1/PAGES.gz
		usr/share/zsh/site-functions/_NAME`},
	{"tar.gz for Linux", "linux/" + runtime.GOARCH, "tar -tzf *.tar.gz", `
		TOP/CHANGELOG.md
		TOP/LICENSE
		TOP/NAME
		TOP/README.md
		TOP/SECURITY.md
		TOP/packaging/README.md
		TOP/completions/bash
		TOP/completions/fish
		TOP/completions/zsh
		TOP/examples/mapping.json
		TOP/man/PAGES
		TOP/mapping.schema.json
		TOP/systemd/ecssecrets-agent-config-userdata.service
		TOP/systemd/ecssecrets-agent-config.service
		TOP/systemd/ecssecrets-agent-config.timer
		TOP/third-party-notices.txt`},
	{"tar.gz for macOS", "darwin/arm64", "tar -tzf *.tar.gz", `
		TOP/CHANGELOG.md
		TOP/LICENSE
		TOP/NAME
		TOP/README.md
		TOP/SECURITY.md
		TOP/packaging/README.md
		TOP/completions/bash
		TOP/completions/fish
		TOP/completions/zsh
		TOP/examples/mapping.json
		TOP/man/PAGES
		TOP/mapping.schema.json
		TOP/third-party-notices.txt`},
	{"zip for Windows", "windows/amd64", "unzip -Z -1 *.zip", `
		TOP/CHANGELOG.md
		TOP/LICENSE
		TOP/NAME.exe
		TOP/README.md
		TOP/SECURITY.md
		TOP/packaging/README.md
		TOP/examples/mapping.json
		TOP/mapping.schema.json
		TOP/third-party-notices.txt`},
}

func TestPackageContents(t *testing.T) {
	for _, c := range contents {
		t.Run(c.kind, func(t *testing.T) {
			cmd := exec.Command("sh", "-c", c.list)
			cmd.Dir = packagesOf(t, newer, c.platform)
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v", c.list, err)
			}
			got := slices.DeleteFunc(strings.Fields(string(out)), func(path string) bool { return strings.HasSuffix(path, "/") })
			slices.Sort(got)

			top := program + "-" + newer + "-" + strings.ReplaceAll(c.platform, "/", "-")
			var want []string
			for _, file := range strings.Fields(strings.NewReplacer("NAME", program, "TOP", top).Replace(c.files)) {
				want = append(want, withPages(t, file)...)
			}
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("it has\n%s\nand should have\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// withPages puts each manual page in the place of PAGES.
func withPages(t *testing.T, file string) (files []string) {
	t.Helper()
	if !strings.Contains(file, "PAGES") {
		return []string{file}
	}
	for _, page := range manualPages(t) {
		files = append(files, strings.ReplaceAll(file, "PAGES", page))
	}
	return files
}

// manualPages are the names of the pages in this repository.
func manualPages(t *testing.T) (pages []string) {
	t.Helper()
	paths, err := filepath.Glob("../../packaging/man/*.1")
	if err != nil || len(paths) < 6 {
		t.Fatalf("manual pages %q: %v", paths, err)
	}
	for _, path := range paths {
		pages = append(pages, filepath.Base(path))
	}
	return pages
}
