package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// Machine is what doctor looks at beside the mappings. Main fills it.
type Machine struct {
	// Version is the program's, as the verb version says it.
	Version string
	// Etc is where the system's configuration is: /etc.
	Etc string
	// AgentFiles are those of the ECS agent's variables, the first of which
	// overrides the others: /etc/ecs/ecs.config, /var/lib/ecs/ecs.config.
	AgentFiles []string
	// Places says where mappings are looked for.
	Places func() mapping.Places
	// Helper is the helper that answers get, and why it has no cache, or nil.
	Helper func() (*helper.Helper, error)
	// Identify finds where and as whom AWS is asked for the entry's secret. Its
	// error is a [*helper.Failure], given with as much as is known.
	Identify func(ctx context.Context, host mapping.Host, entry *mapping.Entry) (Identity, error)
}

// Identity is where, and as whom, a secret is asked for.
type Identity struct {
	Region, RegionSource string
	Credentials          string          // where they came from, in words
	Expires              time.Time       // zero where that is not known
	Principal            string          // ARN; empty where STS did not say
	Unknown              *helper.Failure // why it did not
}

func (d *doctor) program() []finding {
	path, err := os.Executable()
	if err != nil {
		path = d.Name
	}
	return one(finding{Step: "program", Outcome: well, Object: path, Found: "version " + d.Machine.Version})
}

func (d *doctor) user() []finding {
	uid := os.Geteuid()
	found := "uid " + strconv.Itoa(uid)
	if account, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		found = account.Username + ", " + found
	}
	if sudoer := os.Getenv("SUDO_USER"); sudoer != "" && uid == 0 {
		found += ", by sudo from " + sudoer + ": what follows is root's"
	}
	return one(finding{Step: "user", Outcome: well, Object: "user", Found: found})
}

func (d *doctor) home() []finding {
	f := finding{Step: "home", Outcome: well, Object: "HOME", Found: os.Getenv("HOME")}
	if f.Found != "" {
		return one(f)
	}
	if home := mapping.UserHome(); home != "" {
		f.Found = "not set; " + home + " by the password database"
		return one(f)
	}
	f.Outcome, f.Found, f.Remedy = note, "not set, and the password database has none: files of this user are not found", "set HOME in the service's unit"
	return one(f)
}

// path looks the program up as a client does (os/exec, LookPath).
func (d *doctor) path() []finding {
	f := finding{Step: "path", Outcome: well, Object: "PATH"}
	own, _ := os.Executable()
	found, err := exec.LookPath(helperProgram)
	switch {
	case err != nil:
		f.Outcome, f.Found = faulty, helperProgram+" is in none of its folders, so no client finds it: "+os.Getenv("PATH")
		f.Remedy = "type: sudo ln -s " + own + " /usr/local/bin/" + helperProgram
	case !sameFile(found, own):
		f.Outcome, f.Found = note, "clients run another copy: "+found
		f.Remedy = "remove one of the two; ask the other: " + found + " version"
	default:
		f.Found = "clients find " + found
	}
	return one(f)
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// helperProgram is what clients look for: docker-credential- and the suffix.
const helperProgram = "docker-credential-" + suffix

// sudo replaces PATH for the clients that it runs: sudoers(5), secure_path.
func (d *doctor) sudo() []finding {
	file := filepath.Join(d.Machine.Etc, "sudoers")
	text, err := os.ReadFile(file)
	match := regexp.MustCompile(`(?m)^\s*Defaults\s+secure_path\s*=\s*"?([^"\n]*)"?`).FindSubmatch(text)
	if err != nil || match == nil {
		return nil // as most users cannot read it
	}
	folders := strings.TrimSpace(string(match[1]))
	f := finding{Step: "sudo", Object: file}
	for _, folder := range filepath.SplitList(folders) {
		candidate := filepath.Join(folder, helperProgram)
		if info, err := os.Stat(candidate); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			f.Outcome, f.Found = well, "under sudo clients find "+candidate
			return one(f)
		}
	}
	own, _ := os.Executable()
	folder, _, _ := strings.Cut(folders, ":")
	f.Outcome, f.Found = note, "under sudo no client finds the program: secure_path is "+folders
	f.Remedy = fmt.Sprintf("type: sudo ln -s %s %s", own, filepath.Join(folder, helperProgram))
	return one(f)
}

// snap: docker as a snap sees neither the host's programs nor ~/.docker.
func (d *doctor) snap() []finding {
	docker, err := exec.LookPath("docker")
	if err != nil || !strings.Contains(docker, "/snap/") {
		return nil
	}
	return one(finding{Step: "snap", Outcome: faulty, Object: docker, Found: "docker is a snap, which can run no program of the machine and reads no ~/.docker",
		Remedy: "type: sudo snap remove docker; then install docker from the distribution's or Docker's own packages"})
}
