package helper_test

import (
	"context"
	"fmt"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// A Go program asks in-process, with a Fetch of its own; the answer also serves
// go-containerregistry: authn.NewKeychainFromHelper(h.Bind(ctx)).
func Example() {
	h := &helper.Helper{
		Sources: func() ([]*mapping.Source, error) {
			return []*mapping.Source{{Name: "inline", Data: []byte(`{"registries": {"registry.example.com": "prod/registry"}}`)}}, nil
		},
		Fetch: func(_ context.Context, _ mapping.Host, entry *mapping.Entry) (helper.Secret, error) {
			return helper.Secret{Value: `{"username": "reader of ` + entry.CredentialsParameter + `", "password": "..."}`}, nil
		},
	}
	username, _, err := h.Bind(context.Background()).Get("https://registry.example.com")
	fmt.Println(username, err)
	_, _, err = h.Bind(context.Background()).Get("other.example.com")
	fmt.Println(err)
	// Output:
	// reader of prod/registry <nil>
	// credentials not found in native keychain
}
