package cli

import (
	"encoding/json"
	"os"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

// docker reads what docker, buildx and compose read (docker/cli,
// cli/config/configfile: GetCredentialsStore).
func (d *doctor) docker(p *patient) *route {
	c, _ := clientNamed("docker")
	r := &route{client: "docker", present: onPath("docker")}
	path, err := c.file()
	var file *dockerconfig.File
	if err == nil {
		file, err = dockerconfig.Read(path)
	}
	if err != nil {
		r.finding, r.intended = faultsOf("docker", err)[0], r.present
		return r
	}
	r.finding.Object = path
	d.dockerRoute(r, c, file, p)
	if r.here {
		r.more = d.dockerOverride(c, p)
	}
	if r.here && r.present {
		r.more = append(r.more, leftovers(file, p.host, c.logout)...)
	}
	return r
}

func (d *doctor) dockerRoute(r *route, c *client, file *dockerconfig.File, p *patient) {
	key := c.key(p.typed)
	helper, named := file.CredHelpers()[key]
	setup := "type: " + d.Name + " setup " + p.typed
	dead := deadKey(file, p.host, liveKeys(c, p.host)...)
	f := &r.finding
	switch {
	case named && helper == suffix:
		r.here, f.Found = true, "docker comes here for "+key+" (credHelpers)"
	case named:
		r.intended, f.Found, f.Remedy = true, "overridden: docker goes to "+helperName(helper)+" for "+key+" (credHelpers)", setup+" --replace"
	case file.CredsStore() == suffix:
		r.here, f.Found = true, "docker comes here for every registry without a helper of its own (credsStore)"
	case dead != "":
		r.intended, f.Found, f.Remedy = true, "credHelpers has "+quoted(dead)+", which never matches: docker looks for "+quoted(key), setup
	case file.CredsStore() != "":
		f.Found, f.Remedy = "docker does not come here for "+key+", but goes to "+helperName(file.CredsStore())+" (credsStore)", setup
	case len(passwordsFor(file, p.host)) > 0:
		f.Found, f.Remedy = "docker does not come here for "+key+", but takes the password in the file (auths)", setup+" && "+c.logout(key)
	default:
		f.Found, f.Remedy = "docker does not come here for "+key, setup
	}
}

// dockerOverride: what DOCKER_AUTH_CONFIG holds, docker takes before it asks any
// helper (docker/cli, cli/config/configfile: GetCredentialsStore).
func (d *doctor) dockerOverride(c *client, p *patient) []finding {
	var given struct {
		Auths map[string]json.RawMessage `json:"auths"`
	}
	text := os.Getenv("DOCKER_AUTH_CONFIG")
	if text == "" || json.Unmarshal([]byte(text), &given) != nil {
		return nil
	}
	key := c.key(p.typed)
	if _, overridden := given.Auths[key]; !overridden {
		return nil
	}
	return one(finding{Outcome: faulty, Object: "DOCKER_AUTH_CONFIG", Found: "overridden: docker takes the password for " + key + " from this variable, before it asks any helper",
		Remedy: "type: unset DOCKER_AUTH_CONFIG; then look where it is set for the client"})
}
