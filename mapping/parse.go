package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tailscale/hujson"
)

// Source is the text of one mapping and where it came from.
type Source struct {
	Name string // a file's path, or the name of an environment variable
	Data []byte

	registriesOnly bool // the text is the "registries" object alone
	fragment       bool // one of mapping.d, where no two may name the same host
}

// Mapping is what all sources together say.
type Mapping struct {
	// Fallback is the suffix of the credential helper that is asked for hosts
	// that are not mapped, as in docker's credHelpers; empty for none.
	Fallback string
	// Timeout is the deadline over everything that one call does.
	Timeout time.Duration
	// Cache says how long answers are kept.
	Cache Cache

	entries map[Host]*Entry // by normal host, or by pattern
}

// Cache says how long an answer is used without asking AWS (TTL), and how much
// longer it stands in when AWS cannot answer (StaleIfError). Zero turns either off.
type Cache struct {
	TTL, StaleIfError time.Duration
}

// maxDuration lets durations be added and multiplied without a thought.
const maxDuration = 365 * 24 * time.Hour

// The values of settings that no source gives.
const (
	DefaultTimeout      = 10 * time.Second
	DefaultTTL          = 60 * time.Second
	DefaultStaleIfError = time.Hour
)

// Parse makes one mapping of sources, later ones overriding earlier ones host by
// host and setting by setting. Its error is an [*Error].
func Parse(sources []*Source) (*Mapping, error) {
	m := &Mapping{
		Timeout: DefaultTimeout,
		Cache:   Cache{TTL: DefaultTTL, StaleIfError: DefaultStaleIfError},
		entries: map[Host]*Entry{},
	}
	for _, source := range sources {
		if err := m.add(source); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Mapping) add(s *Source) error {
	root, err := s.parse()
	if err != nil {
		return err
	}
	if s.registriesOnly {
		return m.addRegistries(s, root)
	}
	return s.object(root, "a mapping", mappingKeys, func(i int, value hujson.Value) error {
		return m.set(s, mappingKeys[i], value)
	})
}

var (
	mappingKeys = []string{"registries", "fallback", "timeout", "cache", "$schema"}
	cacheKeys   = []string{"ttl", "staleIfError"}
)

func (m *Mapping) set(s *Source, key string, value hujson.Value) (err error) {
	switch key {
	case "registries":
		return m.addRegistries(s, value)
	case "fallback":
		m.Fallback, err = s.helperSuffix(value)
	case "timeout":
		m.Timeout, err = s.duration(value, key)
		if err == nil && m.Timeout == 0 {
			err = s.invalid(value.StartOffset, "timeout is zero", `write a duration like "10s"`)
		}
	case "cache":
		m.Cache, err = s.parseCache(value)
	case "$schema":
		_, err = s.text(value, key)
	}
	return err
}

func (s *Source) parseCache(value hujson.Value) (Cache, error) {
	cache := Cache{TTL: DefaultTTL, StaleIfError: DefaultStaleIfError}
	fields := []*time.Duration{&cache.TTL, &cache.StaleIfError}
	err := s.object(value, "cache", cacheKeys, func(i int, value hujson.Value) (err error) {
		*fields[i], err = s.duration(value, cacheKeys[i])
		return err
	})
	return cache, err
}

func (m *Mapping) addRegistries(s *Source, value hujson.Value) error {
	registries, ok := value.Value.(*hujson.Object)
	if !ok {
		return s.wrongType(value, "registries", "an object of hosts")
	}
	for _, member := range registries.Members {
		if err := m.addRegistry(s, member.Name, member.Value); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mapping) addRegistry(s *Source, name, value hujson.Value) error {
	key := stringOf(name)
	host, err := parseKey(key)
	if err != nil {
		return s.at(text{key, name.StartOffset}, err)
	}
	if earlier := m.entries[host]; earlier != nil && (earlier.source == s || earlier.source.fragment && s.fragment) {
		return s.invalid(name.StartOffset, fmt.Sprintf("%s is mapped already, at %s", quoted(key), earlier.Position()), "keep one of the two")
	}
	entry, parseErr := s.parseEntry(name, value)
	if parseErr != nil {
		return parseErr
	}
	m.entries[host] = entry
	return nil
}

// parse reads the JSON text. hujson says the position in its error's text alone.
func (s *Source) parse() (hujson.Value, error) {
	if strings.TrimSpace(string(s.Data)) == "" {
		return hujson.Value{}, s.invalid(0, "there is nothing in it", `write at least {"registries": {}}`)
	}
	if at := nestedTooDeeply(s.Data); at >= 0 {
		return hujson.Value{}, s.invalid(at, "this is nested too deeply", "write registries, their entries, and nothing below")
	}
	root, err := hujson.Parse(s.Data)
	if err == nil {
		return root, nil
	}
	e := &Error{Code: Invalid, File: s.Name, Line: 1, Column: 1, Remedy: "write JSON; comments and trailing commas are allowed"}
	fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &e.Line, &e.Column)
	e.Cause = strings.ReplaceAll(errors.Unwrap(err).Error(), "unexpected EOF", "the text ends too early")
	if strings.HasPrefix(e.Cause, "invalid literal") {
		e.Cause = "invalid literal" // which is not quoted: a file that is no mapping may hold a password there
	}
	return root, e
}

// nestedTooDeeply finds where brackets pile up, or gives -1: hujson goes down by
// recursion, without end. Brackets in texts and comments count, and need not match:
// no mapping has a thousand of them open.
func nestedTooDeeply(data []byte) int {
	depth := 0
	for i, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > 1000 {
			return i
		}
	}
	return -1
}

// object calls set with the index in known of each member's name, and refuses
// names that are unknown or come twice.
func (s *Source) object(value hujson.Value, what string, known []string, set func(int, hujson.Value) error) error {
	object, ok := value.Value.(*hujson.Object)
	if !ok {
		return s.wrongType(value, what, "an object")
	}
	var seen [8]bool
	for _, member := range object.Members {
		name := stringOf(member.Name)
		i := indexOf(known, name)
		if i < 0 {
			return s.invalid(member.Name.StartOffset, "unknown key "+quoted(name)+" in "+what,
				"write one of "+strings.Join(known, ", ")+suggest(name, known))
		}
		if seen[i] {
			return s.invalid(member.Name.StartOffset, quoted(name)+" is given twice", "keep one of the two")
		}
		seen[i] = true
		if err := set(i, member.Value); err != nil {
			return err
		}
	}
	return nil
}

// text takes a string that is not empty.
func (s *Source) text(value hujson.Value, what string) (text, error) {
	if value.Value.Kind() != '"' {
		return text{}, s.wrongType(value, what, "a text in quotes")
	}
	t := text{stringOf(value), value.StartOffset}
	if t.value == "" {
		return t, s.invalid(t.offset, what+" is empty", "write its value or leave it out")
	}
	return t, nil
}

// stringOf saves most strings hujson's detour through encoding/json.
func stringOf(value hujson.Value) string {
	literal := value.Value.(hujson.Literal)
	if bytes.IndexByte(literal, '\\') >= 0 {
		return literal.String()
	}
	return string(literal[1 : len(literal)-1])
}

// duration takes a Go duration of zero or more, as text.
func (s *Source) duration(value hujson.Value, what string) (time.Duration, error) {
	t, err := s.text(value, what)
	if err != nil {
		return 0, err
	}
	d, parseErr := time.ParseDuration(t.value)
	if parseErr != nil || d < 0 {
		return 0, s.invalid(t.offset, what+" is "+quoted(t.value)+", not a duration", `write a number with a unit, like "90s" or "1h", or "0"`)
	}
	if d > maxDuration {
		return 0, s.invalid(t.offset, what+" is "+quoted(t.value)+", more than a year", `write "8760h" or less`)
	}
	return d, nil
}

// helperSuffix takes the part of a helper's program name behind
// "docker-credential-". It becomes a program name: no path may come of it.
func (s *Source) helperSuffix(value hujson.Value) (string, error) {
	t, err := s.text(value, "fallback")
	if err != nil {
		return "", err
	}
	for _, c := range []byte(t.value) {
		if !isAlphanumeric(c) && !strings.ContainsRune("._-", rune(c)) {
			return "", s.invalid(t.offset, "fallback "+quoted(t.value)+" is not the name of a credential helper",
				`write what follows docker-credential-, like "ecr-login"`)
		}
	}
	if t.value == "ecssecrets" {
		return "", s.invalid(t.offset, "fallback names this program itself", "name another helper or leave it out")
	}
	return t.value, nil
}

func (s *Source) wrongType(value hujson.Value, what, wanted string) error {
	return s.invalid(value.StartOffset, fmt.Sprintf("%s is %s", what, kindName(value.Value.Kind())), "write "+wanted)
}

func kindName(kind hujson.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	case '0':
		return "a number"
	case '"':
		return "a text"
	case '[':
		return "an array"
	}
	return "an object"
}

func (s *Source) at(t text, m *mistake) error {
	if m == nil {
		return nil
	}
	return s.invalid(t.offset, m.cause, m.remedy)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func indexOf(words []string, word string) int {
	for i, w := range words {
		if w == word {
			return i
		}
	}
	return -1
}
