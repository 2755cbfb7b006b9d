package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// authFileHelper is the name by which registries.conf means the files of log-ins.
const authFileHelper = "containers-auth.json"

// credentialHelpers is what registries.conf(5) and its drop-ins say of them.
type credentialHelpers struct {
	file    string // which file said so; empty for podman's own default
	helpers []string
}

// readCredentialHelpers reads the files in podman's order; a later one that has
// the setting replaces it (containers-registries.conf.d(5)).
func readCredentialHelpers(etc string) credentialHelpers {
	found := credentialHelpers{helpers: []string{authFileHelper}}
	for _, file := range registriesFiles(etc) {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if helpers, ok := credentialHelpersIn(string(text)); ok {
			found = credentialHelpers{file, helpers}
		}
	}
	if len(found.helpers) == 0 {
		found.helpers = []string{authFileHelper}
	}
	return found
}

// registriesFiles: a user's registries.conf takes the place of the system's and of
// its drop-ins; a user's drop-ins count in any case.
func registriesFiles(etc string) []string {
	users := filepath.Join(mapping.UserHome(), ".config", "containers")
	if folder := os.Getenv("XDG_CONFIG_HOME"); folder != "" {
		users = filepath.Join(folder, "containers")
	}
	system := filepath.Join(etc, "containers")
	usersFile := filepath.Join(users, "registries.conf")
	var files []string
	switch override := os.Getenv("CONTAINERS_REGISTRIES_CONF"); {
	case override != "":
		return []string{override}
	case absent(usersFile):
		files = append([]string{filepath.Join(system, "registries.conf")}, dropIns(system)...)
	default:
		files = []string{usersFile}
	}
	return append(files, dropIns(users)...)
}

func dropIns(folder string) []string {
	files, _ := filepath.Glob(filepath.Join(folder, "registries.conf.d", "*.conf"))
	slices.Sort(files)
	return files
}

// credentialHelpersIn reads one setting of TOML, a list of texts before the first
// table, without a library for the rest of it.
func credentialHelpersIn(text string) (helpers []string, found bool) {
	const literal = `"(?:[^"\\\n]|\\.)*"|'[^'\n]*'`
	text = regexp.MustCompile(literal+`|#[^\n]*`).ReplaceAllStringFunc(text, withoutComment)
	if table := regexp.MustCompile(`(?m)^[ \t]*\[`).FindStringIndex(text); table != nil {
		text = text[:table[0]]
	}
	list := regexp.MustCompile(`(?m)^[ \t]*"?credential-helpers"?[ \t]*=[ \t]*\[([^\]]*)\]`).FindStringSubmatch(text)
	if list == nil {
		return nil, false
	}
	for _, helper := range regexp.MustCompile(literal).FindAllString(list[1], -1) {
		helpers = append(helpers, helper[1:len(helper)-1])
	}
	return helpers, true
}

func withoutComment(part string) string {
	if strings.HasPrefix(part, "#") {
		return ""
	}
	return part
}
