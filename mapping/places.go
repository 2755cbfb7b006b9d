package mapping

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Places says where mappings are looked for and who may have written them.
type Places struct {
	// System is the folder of mapping.json and mapping.d.
	System string
	// User is the user's own mapping file; empty for none.
	User string
	// File replaces System and User: the value of ECSSECRETS_MAPPING.
	File string
	// Registries is a "registries" object as text: ECSSECRETS_REGISTRIES.
	Registries string
	// UID is the user whose files are trusted beside root's.
	UID int
}

// DefaultPlaces are those of this machine, user and environment.
func DefaultPlaces() Places {
	return Places{
		System:     systemFolder(),
		User:       userFile(),
		File:       os.Getenv("ECSSECRETS_MAPPING"),
		Registries: os.Getenv("ECSSECRETS_REGISTRIES"),
		UID:        os.Geteuid(),
	}
}

// UserHome is HOME, or what the password database says where HOME is unset, as
// under systemd and cron; empty where neither knows.
func UserHome() string {
	if home, err := os.UserHomeDir(); err == nil {
		return home
	}
	account, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil {
		return ""
	}
	return account.HomeDir
}

// Read opens every mapping there is, in the order in which later ones override
// earlier ones. Its error is an [*Error].
func (p Places) Read() ([]*Source, error) {
	candidates, err := p.candidates()
	if err != nil {
		return nil, err
	}
	var sources []*Source
	for _, candidate := range candidates {
		data, err := p.readFile(candidate.path)
		if p.File == "" && absent(candidate.path, err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		sources = append(sources, &Source{Name: candidate.path, Data: data, fragment: candidate.fragment})
	}
	if p.Registries != "" {
		sources = append(sources, &Source{Name: "ECSSECRETS_REGISTRIES", Data: []byte(p.Registries), registriesOnly: true})
	}
	if len(sources) == 0 {
		return nil, p.missing()
	}
	return sources, nil
}

type candidate struct {
	path     string
	fragment bool
}

func (p Places) candidates() ([]candidate, error) {
	if p.File != "" {
		return []candidate{{path: p.File}}, nil
	}
	all := []candidate{{path: filepath.Join(p.System, "mapping.json")}}
	names, err := fragments(filepath.Join(p.System, "mapping.d"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		all = append(all, candidate{name, true})
	}
	if p.User != "" {
		all = append(all, candidate{path: p.User})
	}
	return all, nil
}

// fragments lists *.json of a folder as a shell would: sorted, without the hidden
// files that editors leave.
func fragments(folder string) (names []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !absent(folder, err) {
		return nil, unreadable(folder, err)
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, ".") {
			names = append(names, filepath.Join(folder, name))
		}
	}
	slices.Sort(names)
	return names, nil
}

func (p Places) missing() *Error {
	places := []string{filepath.Join(p.System, "mapping.json"), filepath.Join(p.System, "mapping.d", "*.json")}
	if p.User != "" {
		places = append(places, p.User)
	}
	places = append(places, "ECSSECRETS_REGISTRIES")
	return &Error{Code: Missing, Cause: "no mapping in " + strings.Join(places, ", "),
		Remedy: `write {"registries": {"HOST": "ARN of the secret"}} to the first`}
}

// maxFileSize bounds what is read: some ten thousand entries.
const maxFileSize = 4 << 20

func (p Places) readFile(path string) ([]byte, error) {
	file, err := openNonblocking(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, unreadable(path, err)
	}
	if err := p.checkFile(path, info); err != nil {
		return nil, err
	}
	// A file that is regular and waits all the same, as /proc has some.
	file.SetReadDeadline(time.Now().Add(time.Second))
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case len(data) > maxFileSize:
		return nil, unreadable(path, errors.New("it is larger than 4 MiB"))
	}
	return data, nil
}

// checkFile looks at the open file, so that nothing can be put in its place
// between the look and the reading.
func (p Places) checkFile(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return unreadable(path, errors.New("it is not a regular file"))
	}
	if cause, remedy := untrusted(info, p.UID); cause != "" {
		return &Error{Code: Unsafe, File: path, Cause: cause, Remedy: remedy + " " + path}
	}
	return nil
}

func unreadable(path string, err error) *Error {
	cause := err
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		cause = pathError.Err
	}
	return &Error{Code: Unreadable, File: path, Cause: "cannot be read: " + cause.Error(),
		Remedy: remedyFor(err), err: err}
}

func remedyFor(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "make it readable for the user that runs the client"
	case errors.Is(err, fs.ErrNotExist):
		return "write it, or correct the variable or link that names it"
	}
	return "put a readable file there, or remove it"
}

// absent reports that nothing is at the path: neither a link that leads nowhere
// nor a file in the place of a folder. It also covers a HOME that is no folder,
// like the /dev/null of some service accounts.
func absent(path string, err error) bool {
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return false
	}
	_, err = os.Lstat(path)
	return err != nil
}
