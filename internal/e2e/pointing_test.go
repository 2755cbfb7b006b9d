//go:build linux

package e2e

import "testing"

// pointing is a way to tell clients that they shall ask the helper. Each takes the
// place of what was said before.
type pointing func(t *testing.T, h *home)

func pointNowhere(t *testing.T, h *home) {
	t.Helper()
	h.write(t, ".docker/config.json", map[string]any{"cliPluginsExtraDirs": plugins()})
	h.write(t, "auth.json", "{}")
	h.write(t, ".config/containers/registries.conf", "")
}

// credHelpers has Docker's configuration name the helper for each mapped registry.
func credHelpers(t *testing.T, h *home) {
	t.Helper()
	pointNowhere(t, h)
	h.write(t, ".docker/config.json", map[string]any{"credHelpers": h.helpers(), "cliPluginsExtraDirs": plugins()})
}

// credsStore has Docker's configuration name the helper for every registry.
func credsStore(t *testing.T, h *home) {
	t.Helper()
	pointNowhere(t, h)
	h.write(t, ".docker/config.json", map[string]any{"credsStore": "ecssecrets", "cliPluginsExtraDirs": plugins()})
}

// credsStoreOfKnown has Docker's configuration name the helper for every registry,
// and the registries that docker login was used for.
func credsStoreOfKnown(t *testing.T, h *home) {
	t.Helper()
	pointNowhere(t, h)
	known := map[string]any{}
	for host := range h.secrets {
		known[host] = map[string]any{}
	}
	h.write(t, ".docker/config.json", map[string]any{"credsStore": "ecssecrets", "auths": known})
}

// authFile has the podman family's own file name the helper for each mapped
// registry.
func authFile(t *testing.T, h *home) {
	t.Helper()
	pointNowhere(t, h)
	h.write(t, "auth.json", map[string]any{"credHelpers": h.helpers()})
}

// registriesConf has the podman family ask the helper about every registry.
func registriesConf(t *testing.T, h *home) {
	t.Helper()
	pointNowhere(t, h)
	h.write(t, ".config/containers/registries.conf", `credential-helpers = ["containers-auth.json", "ecssecrets"]`)
}

func (h *home) helpers() map[string]string {
	helpers := map[string]string{}
	for host := range h.secrets {
		helpers[host] = "ecssecrets"
	}
	return helpers
}

func plugins() []string { return []string{real.bin} }
