// orasgo fetches an image's manifest as a program that uses oras-go does: with the
// credentials that Docker's configuration leads to.
package main

import (
	"context"
	"fmt"
	"os"

	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

func main() {
	if err := fetch(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func fetch(ctx context.Context, image string) error {
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return err
	}
	repository, err := remote.NewRepository(image)
	if err != nil {
		return err
	}
	repository.PlainHTTP = true
	repository.Client = &auth.Client{Credential: credentials.Credential(store)}
	manifest, err := repository.Resolve(ctx, repository.Reference.Reference)
	if err != nil {
		return err
	}
	fmt.Println(manifest.Digest)
	return nil
}
