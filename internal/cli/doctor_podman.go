package cli

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

// podman reads what podman, skopeo and buildah read: the credential helpers of
// registries.conf in turn, of which containers-auth.json stands for the files of
// log-ins; there, credHelpers before auths, and no credsStore
// (containers/image, pkg/docker/config: getCredentialsWithHomeDir).
func (d *doctor) podman(p *patient) *route {
	c, _ := clientNamed("podman")
	r := &route{client: "podman", present: onPath("podman", "skopeo", "buildah")}
	registries := readCredentialHelpers(d.Machine.Etc)
	files, err := c.authFiles()
	if err != nil {
		r.finding, r.intended = faultsOf("podman", err)[0], r.present
		return r
	}
	r.finding.Object = files[0].Path
	others := d.podmanRoute(r, c, registries, files, p)
	if r.here && len(others) > 0 {
		r.here, r.intended, r.finding = false, true, others[0]
		return r
	}
	if r.here {
		for _, file := range files {
			if !isDockers(file) || !onPath("docker") { // else docker's own look decides
				r.more = append(r.more, leftovers(file, p.host, logoutOf(file))...)
			}
		}
		return r
	}
	d.podmanRemedy(r, c, files, others, p)
	return r
}

// podmanRoute goes through helpers and files until one leads here, and gives what
// answers before that.
func (d *doctor) podmanRoute(r *route, c *client, registries credentialHelpers, files []*dockerconfig.File, p *patient) (before []finding) {
	key := c.key(p.typed)
	for _, helper := range registries.helpers {
		switch helper {
		case suffix:
			r.here = true
			r.finding.Object, r.finding.Found = registries.file, "podman comes here for every registry (credential-helpers)"
			return before
		case authFileHelper:
			for _, file := range files {
				if file.CredHelpers()[key] == suffix {
					r.here = true
					r.finding.Object, r.finding.Found = file.Path, "podman comes here for "+key+" (credHelpers)"
					return before
				}
				before = append(before, answersBefore(file, key, p)...)
			}
		}
	}
	return before
}

// answersBefore is what a file has for the host other than us.
func answersBefore(file *dockerconfig.File, key string, p *patient) (found []finding) {
	if helper, named := file.CredHelpers()[key]; named {
		return one(finding{Object: file.Path, Found: "overridden: podman goes to " + helperName(helper) + " for " + key + " (credHelpers)",
			Remedy: "take " + quoted(key) + " out of its credHelpers"})
	}
	for _, written := range passwordsFor(file, p.host) {
		found = append(found, finding{Object: file.Path, Found: "overridden: podman takes the password for " + written + " in it (auths)",
			Remedy: "type: " + logoutOf(file)(written)})
	}
	return found
}

// podmanRemedy says why podman does not come here.
func (d *doctor) podmanRemedy(r *route, c *client, files []*dockerconfig.File, others []finding, p *patient) {
	key := c.key(p.typed)
	f := &r.finding
	f.Found, f.Remedy = "podman does not come here for "+key, "type: "+d.Name+" setup --client podman "+p.typed
	for _, file := range files {
		live := append(liveKeys(c, p.host), dockersKeys(file, p)...)
		if dead := deadKey(file, p.host, live...); dead != "" {
			r.intended, f.Object = true, file.Path
			f.Found = "credHelpers has " + quoted(dead) + ", which never matches: podman looks for " + quoted(key)
			return
		}
	}
	for _, file := range files {
		if file.CredsStore() == suffix {
			f.Object, f.Found = file.Path, "podman does not come here for "+key+": it does not read credsStore"
			return
		}
	}
	if len(others) > 0 {
		f.Object, f.Found = others[0].Object, "podman does not come here for "+key+", but "+others[0].Found[len("overridden: podman "):]
	}
}

// dockersKeys are right for docker in docker's own file.
func dockersKeys(file *dockerconfig.File, p *patient) []string {
	if docker, _ := clientNamed("docker"); isDockers(file) {
		return liveKeys(docker, p.host)
	}
	return nil
}

func isDockers(file *dockerconfig.File) bool {
	dockers, err := dockerFile()
	return err == nil && file.Path == dockers
}

func logoutOf(file *dockerconfig.File) func(key string) string {
	if isDockers(file) {
		return dockerLogout
	}
	return func(key string) string { return "podman logout --authfile " + file.Path + " " + key }
}

// authFiles are those in which podman looks, in its order; at least one, whether
// or not it is there.
func (c *client) authFiles() ([]*dockerconfig.File, error) {
	lasting, err := c.file()
	if err != nil {
		return nil, err
	}
	paths := []string{c.first(), lasting}
	if os.Getenv("REGISTRY_AUTH_FILE") == "" {
		dockers, err := dockerFile()
		if err != nil {
			return nil, err
		}
		paths = append(paths, dockers)
	}
	paths = slices.DeleteFunc(slices.Compact(paths), func(path string) bool { return path == "" || path != lasting && absent(path) })
	var files []*dockerconfig.File
	for _, path := range paths {
		file, err := dockerconfig.Read(path)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

func absent(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}
