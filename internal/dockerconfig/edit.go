package dockerconfig

import (
	"slices"

	"github.com/tailscale/hujson"
)

// Edited reports whether the file is to be other than it is.
func (f *File) Edited() bool { return f.edited }

// SetHelper makes the helper of that suffix serve the registry.
func (f *File) SetHelper(registry, helper string) {
	if current, ok := f.CredHelpers()[registry]; ok && current == helper {
		return
	}
	f.edited = true
	f.style.set(f.helpers(), 2, registry, hujson.String(helper))
}

// helpers is the object in which clients look last, made where there is none.
func (f *File) helpers() *hujson.Object {
	members := f.all(credHelpers)
	made := &hujson.Object{}
	if len(members) > 0 {
		last := members[len(members)-1]
		if object, ok := last.Value.Value.(*hujson.Object); ok {
			return object
		}
		if len(members) == 1 {
			last.Value.Value = made
			return made
		}
	}
	// Behind a null, which makes clients forget what stands before it.
	f.style.add(f.root, 1, credHelpers, made)
	return made
}

// SetStore makes the helper of that suffix serve all registries that have none of
// their own.
func (f *File) SetStore(helper string) {
	if f.CredsStore() == helper {
		return
	}
	f.edited = true
	if members := f.all(credsStore); len(members) > 0 {
		members[len(members)-1].Value.Value = hujson.String(helper)
		return
	}
	f.style.set(f.root, 1, credsStore, hujson.String(helper))
}

// RemoveHelper takes the helper of that suffix away from the registry, if that is
// what serves it. A "credHelpers" that it leaves empty goes, too.
func (f *File) RemoveHelper(registry, helper string) {
	f.removeMembers(f.root, func(member hujson.ObjectMember) bool {
		name, _ := known(member.Name)
		object, ok := member.Value.Value.(*hujson.Object)
		if !ok || name != credHelpers {
			return false
		}
		removed := f.removeMembers(object, func(entry hujson.ObjectMember) bool {
			return text(entry.Name) == registry && text(entry.Value) == helper
		})
		return removed && len(object.Members) == 0
	})
}

// RemoveStore takes the helper of that suffix away from "credsStore".
func (f *File) RemoveStore(helper string) {
	f.removeMembers(f.root, func(member hujson.ObjectMember) bool {
		name, _ := known(member.Name)
		return name == credsStore && text(member.Value) == helper
	})
}

func (f *File) removeMembers(object *hujson.Object, unwanted func(hujson.ObjectMember) bool) bool {
	before := len(object.Members)
	object.Members = slices.DeleteFunc(object.Members, unwanted)
	if len(object.Members) == before {
		return false
	}
	f.edited = true
	if n := len(object.Members); n > 0 {
		object.Members[n-1].Value.AfterExtra = nil // else hujson writes a comma behind it
	} else {
		object.AfterExtra = nil
	}
	return true
}
