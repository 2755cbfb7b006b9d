package taskdef

import (
	"fmt"
	"strings"
)

// Pseudo has the values of the CloudFormation pseudo parameters AWS::Partition,
// AWS::Region and AWS::AccountId; empty where they are not known.
type Pseudo struct{ Partition, Region, Account string }

// gap is a part of a value that the document leaves open.
type gap struct {
	at            Position
	cause, remedy string
}

const describe = "write its value there, or import what ECS made of it: aws ecs describe-task-definition --task-definition FAMILY"

func unresolved(at Position, what string) *gap {
	return &gap{at, what + " is not resolved", describe}
}

// resolve gives the text that a value comes to, up to the first gap.
func (p Pseudo) resolve(n *node) (string, *gap) {
	name, argument := n.intrinsic()
	switch {
	case n.kind == unclear:
		return "", &gap{n.at, n.text, describe}
	case name == "Ref" && argument.kind == text:
		return p.parameter(argument.text, n.at)
	case name == "Fn::Sub":
		return p.sub(n, argument)
	case name == "Fn::Join":
		return p.join(n, argument)
	case name != "":
		return "", unresolved(n.at, name)
	case n.kind != text:
		return "", &gap{n.at, "not a text", "write a text in quotes"}
	}
	return literal(n)
}

// literal refuses the placeholders of templates that something else fills in:
// ${…} of shells and Terraform, {{…}} of CloudFormation's dynamic references.
func literal(n *node) (string, *gap) {
	for _, braces := range [][2]string{{"${", "}"}, {"{{", "}}"}} {
		before, after, found := strings.Cut(n.text, braces[0])
		if found {
			inside, _, _ := strings.Cut(after, braces[1])
			return before, unresolved(n.at, braces[0]+inside+braces[1])
		}
	}
	return n.text, nil
}

// intrinsic is the name and argument of an intrinsic function; empty for any
// other value.
func (n *node) intrinsic() (name string, argument *node) {
	if n.kind != object || len(n.members) != 1 {
		return "", nil
	}
	only := n.members[0]
	if only.name != "Ref" && !strings.HasPrefix(only.name, "Fn::") {
		return "", nil
	}
	return only.name, only.value
}

func (p Pseudo) parameter(name string, at Position) (string, *gap) {
	known := map[string]struct{ value, flag string }{
		"AWS::Partition": {p.Partition, "--partition"},
		"AWS::Region":    {p.Region, "--region"},
		"AWS::AccountId": {p.Account, "--account"},
	}
	parameter, ok := known[name]
	switch {
	case !ok:
		return "", unresolved(at, name)
	case parameter.value == "":
		return "", &gap{at, name + " is not known", "add " + parameter.flag}
	}
	return parameter.value, nil
}

// sub is Fn::Sub of a text, or of a text and the values of its own variables.
func (p Pseudo) sub(n, argument *node) (string, *gap) {
	var own *node
	if argument.kind == list && len(argument.elements) == 2 {
		argument, own = argument.elements[0], argument.elements[1]
	}
	if argument.kind != text {
		return "", unresolved(n.at, "Fn::Sub")
	}
	var done strings.Builder
	rest := argument.text
	for {
		before, after, found := strings.Cut(rest, "${")
		done.WriteString(before)
		if !found {
			return done.String(), nil
		}
		name, behind, closed := strings.Cut(after, "}")
		if !closed {
			return done.String(), unresolved(n.at, "${"+name)
		}
		value, open := p.variable(name, own, n.at)
		done.WriteString(value)
		if open != nil {
			return done.String(), open
		}
		rest = behind
	}
}

func (p Pseudo) variable(name string, own *node, at Position) (string, *gap) {
	if unescaped, ok := strings.CutPrefix(name, "!"); ok {
		return "", unresolved(at, "${"+unescaped+"}") // a literal ${…}, which no image and no secret has
	}
	if value := own.get(name); value != nil {
		return p.resolve(value)
	}
	return p.parameter(strings.TrimSpace(name), at)
}

func (p Pseudo) join(n, argument *node) (string, *gap) {
	if argument.kind != list || len(argument.elements) != 2 || argument.elements[0].kind != text || argument.elements[1].kind != list {
		return "", unresolved(n.at, "Fn::Join")
	}
	var done strings.Builder
	for i, element := range argument.elements[1].elements {
		if i > 0 {
			done.WriteString(argument.elements[0].text)
		}
		value, open := p.resolve(element)
		done.WriteString(value)
		if open != nil {
			return done.String(), open
		}
	}
	return done.String(), nil
}

// absent: the skeletons that AWS prints have "" and null for what is not there.
func (n *node) absent() bool {
	if n == nil {
		return true
	}
	name, argument := n.intrinsic()
	return n.kind == null || n.isText("") || name == "Ref" && argument.isText("AWS::NoValue")
}

// check reports a value that had to be an object or a list and is an intrinsic
// function, or something else.
func (n *node) check(wanted kind) *gap {
	name, argument := n.intrinsic()
	switch {
	case n.kind == unclear:
		return &gap{n.at, n.text, describe}
	case name == "Ref":
		return unresolved(n.at, argument.text)
	case name != "":
		return unresolved(n.at, name)
	case n.kind != wanted:
		return &gap{n.at, fmt.Sprintf("not %s", map[kind]string{object: "an object", list: "an array"}[wanted]), "see the AWS documentation of this file"}
	}
	return nil
}
