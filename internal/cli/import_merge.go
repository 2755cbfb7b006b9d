package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// mergedMapping is the text of a mapping with entries added.
type mergedMapping struct {
	text                       []byte
	added, replaced, unchanged []mapping.Host
}

const emptyMapping = "{\n  \"registries\": {\n  }\n}\n"

// mergeMapping adds entries to the text of a mapping and keeps every byte of it
// that is not an entry to be replaced. No text is an empty mapping. Its error is
// a [*mapping.Error], or joined faults for entries that say otherwise.
func mergeMapping(file string, data []byte, registries []importedRegistry, replace bool) (*mergedMapping, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte(emptyMapping)
	}
	m, err := mapping.Parse([]*mapping.Source{{Name: file, Data: data}})
	if err != nil {
		return nil, err
	}
	root, err := hujson.Parse(data)
	if err != nil {
		return nil, err
	}
	merge := &merge{file: file, data: data, mapping: m, replace: replace}
	merge.into(root, registries)
	if err := errors.Join(merge.faults...); err != nil {
		return nil, err
	}
	merge.text = merge.spliced()
	_, err = mapping.Parse([]*mapping.Source{{Name: file, Data: merge.text}})
	return &merge.mergedMapping, err
}

type merge struct {
	mergedMapping
	file    string
	data    []byte
	mapping *mapping.Mapping
	replace bool
	splices []splice
	faults  []error
}

// splice puts text in the place of data[from:to].
type splice struct {
	from, to int
	text     string
}

func (m *merge) into(root hujson.Value, registries []importedRegistry) {
	object := memberOf(root, "registries")
	var members []string
	for _, registry := range registries {
		there := entryOf(object, registry.host)
		entry, _ := m.mapping.Lookup(registry.host)
		switch {
		case there == nil:
			m.added = append(m.added, registry.host)
			members = append(members, registry.member())
		case registry.entry.says(entry):
			m.unchanged = append(m.unchanged, registry.host)
		case m.replace:
			m.replaced = append(m.replaced, registry.host)
			m.splices = append(m.splices, splice{there.StartOffset, there.EndOffset, registry.entry.text()})
		default:
			m.faults = append(m.faults, contradiction(entry, registry))
		}
	}
	switch {
	case len(members) == 0:
	case object == nil:
		m.append(root, []string{"\"registries\": {\n    " + strings.Join(members, ",\n    ") + "\n  }"})
	default:
		m.append(*object, members)
	}
}

func contradiction(there *mapping.Entry, registry importedRegistry) error {
	other := fmt.Sprintf("has %q, and %s says %q", there.CredentialsParameter, position(registry.first.At), registry.entry.CredentialsParameter)
	if there.CredentialsParameter == registry.entry.CredentialsParameter {
		other = fmt.Sprintf("has this secret with another role or other keys than %s", position(registry.first.At))
	}
	return &fault{there.Position(), fmt.Sprintf("%s %s", registry.host, other), "to replace the entry, add --replace"}
}

func memberOf(root hujson.Value, name string) *hujson.Value {
	object := root.Value.(*hujson.Object) // mapping.Parse took it
	for i, member := range object.Members {
		if member.Name.Value.(hujson.Literal).String() == name {
			return &object.Members[i].Value
		}
	}
	return nil
}

// entryOf finds a host's own entry, under whatever spelling.
func entryOf(registries *hujson.Value, host mapping.Host) *hujson.Value {
	if registries == nil {
		return nil
	}
	object := registries.Value.(*hujson.Object)
	for i, member := range object.Members {
		if key, ok := mapping.ParseHost(member.Name.Value.(hujson.Literal).String()); ok && key == host {
			return &object.Members[i].Value
		}
	}
	return nil
}

// append adds members behind the last one and whatever comments follow it.
func (m *merge) append(value hujson.Value, members []string) {
	object := value.Value.(*hujson.Object)
	brace := value.EndOffset - 1
	end := len(bytes.TrimRight(m.data[:brace], " \t\r\n"))
	trailing := false
	if n := len(object.Members); n > 0 {
		last := object.Members[n-1].Value
		if trailing = last.AfterExtra != nil; !trailing {
			m.splices = append(m.splices, splice{last.EndOffset, last.EndOffset, ","})
		}
	}
	before, between := m.space(object, end, brace)
	text := before + strings.Join(members, ","+between)
	if trailing {
		text += ","
	}
	m.splices = append(m.splices, splice{end, end, text})
}

// space is what goes before the first new member, and before each other one.
func (m *merge) space(object *hujson.Object, end, brace int) (before, between string) {
	if !bytes.Contains(m.data[end:brace], []byte("\n")) {
		if len(object.Members) == 0 {
			return "", " "
		}
		return " ", " "
	}
	newline := "\n"
	if bytes.Contains(m.data, []byte("\r\n")) {
		newline = "\r\n"
	}
	indent := m.indentAt(brace) + "  "
	if n := len(object.Members); n > 0 {
		indent = m.indentAt(object.Members[n-1].Name.StartOffset)
	}
	return newline + indent, newline + indent
}

// indentAt is the white space with which the line of an offset begins.
func (m *merge) indentAt(offset int) string {
	line := m.data[bytes.LastIndexByte(m.data[:offset], '\n')+1 : offset]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

func (m *merge) spliced() []byte {
	slices.SortStableFunc(m.splices, func(a, b splice) int { return a.from - b.from })
	var text bytes.Buffer
	done := 0
	for _, s := range m.splices {
		text.Write(m.data[done:s.from])
		text.WriteString(s.text)
		done = s.to
	}
	text.Write(m.data[done:])
	return text.Bytes()
}
