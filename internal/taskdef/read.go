package taskdef

import (
	"bytes"
	"errors"
	"strings"
)

// Use is an image that is pulled with a secret.
type Use struct {
	At        Position // of the secret's name
	Container string   // its name, or "#3"; empty in cdk-docker-creds.json
	Image     string   // as far as it is known; empty in cdk-docker-creds.json
	Host      string   // as the document says it, with its port

	CredentialsParameter string
	RoleARN              string
	UsernameKey          string // empty for "username"
	PasswordKey          string // empty for "password"
}

// Problem is something that a document leaves open, or that cannot be. Container
// is empty where the problem is not one container's.
type Problem struct {
	At            Position
	Container     string
	Cause, Remedy string
}

// Container is a container definition, with the position of its repositoryCredentials.
type Container struct {
	At   Position
	Name string // or "#3"
}

// Report is what a document says. It is of use only without problems.
//
// Skeletons of the AWS CLI and exports of the console write null, and "" for a
// credentialsParameter, where there is no secret: such a container is one without.
// Nothing writes repositoryCredentials without credentialsParameter, which is a slip,
// like a misspelt name: that container is nameless.
type Report struct {
	Uses     []Use
	Without  int         // containers that name no secret, and ECR domains
	Nameless []Container // not among those without
	Problems []Problem
}

// Read reads a document of any of the kinds.
func Read(file string, data []byte, pseudo Pseudo) Report {
	r := &reader{pseudo: pseudo}
	root, err := parse(file, data)
	var syntax *syntaxError
	switch {
	case errors.As(err, &syntax):
		r.problem(gap{syntax.at, syntax.cause, "correct it there"}, "")
	case root == nil || root.kind == null:
		r.problem(gap{Position{file, 1, 1}, "there is nothing in it", wanted}, "")
	default:
		r.document(root)
	}
	return r.Report
}

const wanted = "give a task definition, an array of container definitions, a CloudFormation template or cdk-docker-creds.json"

// parse takes for JSON what begins like it, and anything else for YAML.
func parse(file string, data []byte) (*node, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	l := newLines(file, data)
	switch start := bytes.TrimSpace(data); {
	case len(start) == 0:
		return nil, nil
	case start[0] == '{' || start[0] == '[':
		return readJSON(l)
	}
	return readYAML(l)
}

type reader struct {
	Report
	pseudo Pseudo
}

func (r *reader) problem(g gap, container string) {
	r.Problems = append(r.Problems, Problem{g.at, container, g.cause, g.remedy})
}

// document recognises the kind by the member that only it has.
func (r *reader) document(root *node) {
	if definition := root.get("taskDefinition"); definition != nil && definition.kind == object {
		root = definition
	}
	if root.kind == list {
		r.containers(root)
		return
	}
	for _, shape := range []struct {
		member string
		read   func(*node)
	}{{"containerDefinitions", r.containers}, {"Resources", r.resources}, {"domainCredentials", r.domains}} {
		if n := root.get(shape.member); n != nil {
			shape.read(n)
			return
		}
	}
	r.problem(gap{root.at, "none of the documents that name images and secrets", wanted}, "")
}

// resources reads the task definitions of a CloudFormation template.
func (r *reader) resources(n *node) {
	if open := n.check(object); open != nil {
		r.problem(*open, "")
		return
	}
	for _, resource := range n.members {
		switch {
		case strings.HasPrefix(resource.name, "Fn::"), resource.name == mergeKey:
			r.problem(*unresolved(resource.value.at, resource.name), "")
		default:
			r.resource(resource.value)
		}
	}
}

func (r *reader) resource(n *node) {
	switch kindOf := n.get("Type"); {
	case n.kind == unclear:
		r.problem(*n.check(object), "")
	case kindOf != nil && kindOf.kind == unclear:
		r.problem(*kindOf.check(text), "")
	case kindOf.isText("AWS::ECS::TaskDefinition"):
		r.taskDefinition(n)
	}
}

func (r *reader) taskDefinition(resource *node) {
	properties := resource.get("Properties")
	if properties.absent() {
		return
	}
	if open := properties.check(object); open != nil {
		r.problem(*open, "")
		return
	}
	r.containers(properties.get("ContainerDefinitions"))
}
