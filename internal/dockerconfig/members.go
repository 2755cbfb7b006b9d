package dockerconfig

import (
	"strings"

	"github.com/tailscale/hujson"
)

// The members of the file that say where credentials come from.
const (
	credHelpers = "credHelpers" // an object: the helper of each registry
	credsStore  = "credsStore"  // the helper of all other registries
	auths       = "auths"       // an object: the log-in to each registry
)

// known gives the name above that a member goes by.
func known(name hujson.Value) (string, bool) {
	for _, candidate := range []string{credHelpers, credsStore, auths} {
		if strings.EqualFold(name.Value.(hujson.Literal).String(), candidate) {
			return candidate, true
		}
	}
	return "", false
}

// all gives the members of that name, of which clients take the last.
func (f *File) all(name string) (members []*hujson.ObjectMember) {
	for i := range f.root.Members {
		member := &f.root.Members[i]
		if n, ok := known(member.Name); ok && n == name {
			members = append(members, member)
		}
	}
	return members
}

// entries gives each key's value in the objects of that name: those of several
// objects together, the later ones first served.
func (f *File) entries(name string) map[string]hujson.Value {
	entries := map[string]hujson.Value{}
	for _, member := range f.all(name) {
		object, ok := member.Value.Value.(*hujson.Object)
		if !ok { // null forgets what came before
			clear(entries)
			continue
		}
		for _, entry := range object.Members {
			entries[text(entry.Name)] = entry.Value
		}
	}
	return entries
}

// CredHelpers gives the suffix of the helper that serves each registry, by the
// registry's key. An empty one means that the file itself keeps the log-in.
func (f *File) CredHelpers() map[string]string {
	helpers := map[string]string{}
	for key, value := range f.entries(credHelpers) {
		helpers[key] = text(value)
	}
	return helpers
}

// CredsStore is the suffix of the helper that serves all registries without one
// of their own; empty where the file does.
func (f *File) CredsStore() (store string) {
	for _, member := range f.all(credsStore) {
		if !isNull(member.Value) {
			store = text(member.Value)
		}
	}
	return store
}

// Logins gives the keys of "auths", and whether the file holds a password or a
// token under each.
func (f *File) Logins() map[string]bool {
	logins := map[string]bool{}
	for key, value := range f.entries(auths) {
		logins[key] = holdsSecret(value)
	}
	return logins
}

func holdsSecret(login hujson.Value) bool {
	object, ok := login.Value.(*hujson.Object)
	if !ok {
		return false
	}
	for _, member := range object.Members {
		switch strings.ToLower(text(member.Name)) {
		case "auth", "password", "identitytoken", "registrytoken":
			if text(member.Value) != "" {
				return true
			}
		}
	}
	return false
}

// text is a string's value, and empty for null.
func text(value hujson.Value) string {
	if isNull(value) {
		return ""
	}
	literal, ok := value.Value.(hujson.Literal)
	if !ok {
		return ""
	}
	return literal.String()
}

func isNull(value hujson.Value) bool { return value.Value.Kind() == 'n' }
