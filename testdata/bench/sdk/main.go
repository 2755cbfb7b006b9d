// The smallest program that reads the secret that its argument names with the
// AWS SDK. It prints the answer as it stands in the secret.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	secret, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &os.Args[1]})
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(*secret.SecretString + "\n")
}
