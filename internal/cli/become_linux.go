package cli

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// become starts the program anew as the user, with the environment of a fresh
// log-in, so that nothing of theirs is looked at with root's eyes. It returns
// without an error when the program runs as that user already.
func become(name string) error {
	if name == "" {
		return nil
	}
	account, err := user.Lookup(name)
	if err != nil {
		return &fault{"--user " + name, "no such user in /etc/passwd",
			"where users come from a directory service, type: runuser -u " + name + " -- docker-credential-ecssecrets setup"}
	}
	uid, uidErr := strconv.Atoi(account.Uid)
	gid, gidErr := strconv.Atoi(account.Gid)
	switch {
	case uidErr != nil || gidErr != nil:
		return &fault{"--user " + name, "/etc/passwd has no numbers for it", "correct /etc/passwd"}
	case uid == os.Geteuid():
		return nil
	case os.Geteuid() != 0:
		return &fault{"--user " + name, "only root can become another user", "run this with sudo"}
	}
	if err := dropRoot(uid, gid, groupsOf(account)); err != nil {
		return &fault{"--user " + name, "cannot become this user: " + err.Error(), "run this as that user"}
	}
	err = syscall.Exec("/proc/self/exe", os.Args, freshEnvironment(account))
	return &fault{"--user " + name, "cannot start again as this user: " + err.Error(), "run this as that user"}
}

func groupsOf(account *user.User) (groups []int) {
	ids, _ := account.GroupIds()
	for _, id := range ids {
		if gid, err := strconv.Atoi(id); err == nil {
			groups = append(groups, gid)
		}
	}
	return groups
}

// dropRoot changes all threads, real, effective and saved.
func dropRoot(uid, gid int, groups []int) error {
	if err := syscall.Setgroups(groups); err != nil {
		return err
	}
	if err := syscall.Setgid(gid); err != nil {
		return err
	}
	return syscall.Setuid(uid)
}

// freshEnvironment has what a log-in would set, and of root's only what is about
// the terminal.
func freshEnvironment(account *user.User) []string {
	env := []string{"HOME=" + account.HomeDir, "USER=" + account.Username, "LOGNAME=" + account.Username}
	if folder := fmt.Sprintf("/run/user/%s", account.Uid); isFolder(folder) {
		env = append(env, "XDG_RUNTIME_DIR="+folder)
	}
	for _, name := range []string{"PATH", "TERM", "NO_COLOR", "LANG", "LC_ALL"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
