// Package awsapi reads one secret from AWS Secrets Manager. It is the only
// importer of the AWS SDK for Go, and nothing of it runs before [Client.Fetch].
//
// The SDK's default chain finds credentials, its own settings choose endpoints,
// FIPS, dual-stack and proxies. The package adds what an EC2 or ECS Anywhere host
// needs beyond them: the region and proxy of the ECS agent's configuration, no
// waiting for instance metadata off EC2, deadlines, and one sentence for each way
// in which AWS says no.
package awsapi
