// Package dockerconfig edits the configuration files in which container clients
// keep which credential helper serves which registry: docker's config.json, and
// auth.json of podman, skopeo and buildah, which has the same "credHelpers" and
// "auths".
//
//	file, err := dockerconfig.Read("/root/.docker/config.json")
//	file.SetHelper("registry.example.com", "ecssecrets")
//	err = file.Write()
//
// A file belongs to its user. Whatever is not asked to be changed stays, byte for
// byte: other keys, their order, white space, the mode, the owner, the symlink
// that the file may be. [File.Write] puts the new file in the place of the old one
// at once, and does not touch a file in which nothing was changed. [Original] is
// the part of this that holds for any file: mappings are replaced by it as well.
//
// Names of members are read as the clients read them, with Go's encoding/json:
// without regard to case, the last of several wins. Passwords that a file holds
// are never kept, and [File.Shown] hides them.
package dockerconfig
