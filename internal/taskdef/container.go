package taskdef

import (
	"fmt"
	"strings"
)

func (r *reader) containers(n *node) {
	if n.absent() {
		return
	}
	if open := n.check(list); open != nil {
		r.problem(*open, "")
		return
	}
	for i, definition := range n.elements {
		c := container{r, definition, fmt.Sprintf("#%d", i+1)}
		if name := definition.get("name"); name != nil && name.kind == text {
			c.name = name.text
		}
		c.read()
	}
}

// container is one container definition.
type container struct {
	*reader
	*node
	name string
}

func (c container) read() {
	if open := c.check(object); open != nil {
		c.problem(*open, c.name)
		return
	}
	credentials := c.get("repositoryCredentials")
	if credentials.absent() {
		c.Without++
		return
	}
	if open := credentials.check(object); open != nil {
		c.problem(*open, c.name)
		return
	}
	switch parameter := credentials.get("credentialsParameter"); {
	case parameter == nil:
		c.Nameless = append(c.Nameless, Container{credentials.at, c.name})
	case parameter.absent():
		c.Without++
	default:
		c.use(parameter)
	}
}

// use reports everything that keeps the container from being used, not only the
// first of it.
func (c container) use(parameter *node) {
	use := Use{At: parameter.at, Container: c.name}
	var open *gap
	if use.CredentialsParameter, open = c.pseudo.resolve(parameter); open != nil {
		c.problem(*open, c.name)
	}
	var noHost *gap
	if use.Image, use.Host, noHost = c.image(); noHost != nil {
		c.problem(*noHost, c.name)
	}
	if open == nil && noHost == nil {
		c.Uses = append(c.Uses, use)
	}
}

// image gives the image and its host, which is known as soon as everything before
// the first slash is: "registry.example.com/app:${Version}" leaves it open no more.
func (c container) image() (image, host string, open *gap) {
	n := c.get("image")
	if n.absent() {
		return "", "", &gap{c.at, "a secret and no image", "name the image that it is for"}
	}
	image, open = c.pseudo.resolve(n)
	if open == nil {
		host, ok := Host(image)
		if !ok {
			return image, "", &gap{n.at, fmt.Sprintf("image %.200q is no image reference", image), describe}
		}
		return image, host, nil
	}
	if first, _, complete := strings.Cut(image, "/"); complete && matches(hostGrammar, first) {
		host, _ = splitHost(first + "/")
		return image, host, nil
	}
	return image, "", open
}
