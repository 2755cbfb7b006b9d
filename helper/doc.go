// Package helper answers the Docker credential-helper protocol for registries
// whose passwords are AWS Secrets Manager secrets.
//
// It is told where mappings are and how a secret is fetched, and does the rest:
// which host is asked for, which entry of the mapping answers, whether the secret
// is one that the Amazon ECS agent would accept, and what a client must be told
// when there is no answer.
//
//	h := &helper.Helper{
//		Sources: mapping.DefaultPlaces().Read,
//		Fetch:   fetch, // GetSecretValue
//	}
//	username, password, err := h.Bind(ctx).Get("registry.example.com")
//
// Three outcomes matter to clients, and are kept apart everywhere: a credential;
// "not found" for a host that is not mapped, after which clients go on without
// one; and a [*Failure] (or a [*mapping.Error]) for a host that is mapped and
// whose secret cannot be had, which must never look like the second.
package helper
