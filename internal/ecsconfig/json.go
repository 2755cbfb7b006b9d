package ecsconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

const (
	typeMember = "EngineAuthType"
	dataMember = "EngineAuthData"
)

// SyntaxError is where an ecs.config.json is none. Line and Column count from 1,
// Column in bytes.
type SyntaxError struct {
	Line, Column int
	Cause        string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Cause)
}

// Members is both settings as an ecs.config.json that has nothing else.
func Members(data []byte) json.RawMessage {
	return json.RawMessage(`{"` + typeMember + `":"` + AuthType + `","` + dataMember + `":` + string(data) + `}`)
}

// SetJSON gives an ecs.config.json in which both settings stand once: in the place
// of the first that was there, else at the end. No byte of what is not theirs
// changes. The agent reads names of members without regard to case, and of several
// takes the last. The error is a [*SyntaxError].
func SetJSON(text, data []byte) ([]byte, error) {
	if len(bytes.TrimSpace(text)) == 0 { // which the agent takes for no configuration
		return []byte("{\n  \"" + typeMember + "\": \"" + AuthType + "\",\n  \"" + dataMember + "\": " + string(data) + "\n}\n"), nil
	}
	whole, root, err := parse(text)
	if err != nil {
		return nil, err
	}
	value, err := hujson.Parse(data)
	if err != nil {
		return nil, err
	}
	setMember(root, typeMember, hujson.String(AuthType))
	setMember(root, dataMember, value.Value)
	return whole.Pack(), nil
}

// parse takes what the agent takes: JSON without comments, an object.
func parse(text []byte) (*hujson.Value, *hujson.Object, error) {
	var ignored json.RawMessage
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(text, &ignored); {
	case errors.As(err, &syntax):
		return nil, nil, mistake(text, int(syntax.Offset)-1, syntax.Error())
	case err != nil:
		return nil, nil, mistake(text, 0, err.Error())
	}
	whole, err := hujson.Parse(text)
	if err != nil {
		return nil, nil, mistake(text, 0, "it is not UTF-8") // the only thing that hujson takes amiss and the agent does not
	}
	root, ok := whole.Value.(*hujson.Object)
	if !ok {
		return nil, nil, mistake(text, whole.StartOffset, "it is not an object")
	}
	return &whole, root, nil
}

func mistake(text []byte, offset int, cause string) *SyntaxError {
	before := text[:max(offset, 0)]
	return &SyntaxError{Line: 1 + bytes.Count(before, []byte("\n")), Column: len(before) - bytes.LastIndexByte(before, '\n'), Cause: cause}
}

// setMember leaves one member of that name, the first, or adds one at the end.
func setMember(object *hujson.Object, name string, value hujson.ValueTrimmed) {
	found := false
	object.Members = slices.DeleteFunc(object.Members, func(member hujson.ObjectMember) bool {
		if !named(member, name) {
			return false
		}
		again := found
		found = true
		return again
	})
	n := len(object.Members)
	if n > 0 {
		object.Members[n-1].Value.AfterExtra = nil // else hujson writes a comma behind it
	}
	if i := slices.IndexFunc(object.Members, func(m hujson.ObjectMember) bool { return named(m, name) }); i >= 0 {
		object.Members[i].Value.Value = value
		return
	}
	object.Members = append(object.Members, hujson.ObjectMember{
		Name:  hujson.Value{BeforeExtra: spaceBefore(object), Value: hujson.String(name)},
		Value: hujson.Value{BeforeExtra: hujson.Extra(" "), Value: value},
	})
}

func named(member hujson.ObjectMember, name string) bool {
	return strings.EqualFold(member.Name.Value.(hujson.Literal).String(), name)
}

// spaceBefore is the white space before a new last member: what the last one has.
func spaceBefore(object *hujson.Object) hujson.Extra {
	n := len(object.Members)
	if n == 0 {
		return nil
	}
	before := bytes.Clone(object.Members[n-1].Name.BeforeExtra)
	if n == 1 && !bytes.Contains(before, []byte("\n")) {
		return hujson.Extra(" ")
	}
	return before
}

// JSONSets reports whether an ecs.config.json has one of the two.
func JSONSets(text []byte) bool {
	_, root, err := parse(text)
	return err == nil && slices.ContainsFunc(root.Members, func(m hujson.ObjectMember) bool {
		return named(m, typeMember) || named(m, dataMember)
	})
}
