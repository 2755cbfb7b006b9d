// Package awsapi reads one secret from AWS Secrets Manager. It is the only
// importer of the AWS SDK for Go, and nothing of it runs before [Client.Fetch].
//
// The SDK's default chain finds credentials, its own settings choose endpoints,
// FIPS, dual-stack and proxies. The package adds what an EC2 or ECS Anywhere host
// needs beyond them: the region and proxy of the ECS agent's configuration, no
// waiting for instance metadata off EC2, answers that are bounded in time and
// size and come from where they were asked for, and one sentence for each way in
// which AWS says no.
//
// A call runs from [Client.Fetch] through config.go (the SDK's settings), region.go,
// credentials.go, metadata.go (the instance's role) and role.go (the entry's role)
// to GetSecretValue. Whatever goes wrong on the way ends in explain.go, which asks
// the explain_*.go files in turn what it means.
package awsapi
