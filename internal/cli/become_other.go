//go:build !linux

package cli

func become(name string) error {
	if name == "" {
		return nil
	}
	return &fault{"--user " + name, "this system has no way for that", "run this as that user"}
}
