// Package taskdef reads what already says which container image is pulled with
// which secret, and recognises by its shape what it was given:
//
//   - the output of `aws ecs describe-task-definition`, and its taskDefinition alone
//   - the input of `aws ecs register-task-definition`
//   - an array of container definitions, as in Terraform's container_definitions
//   - a CloudFormation template, in JSON or in YAML with short tags, also as AWS
//     CDK synthesises it
//   - cdk-docker-creds.json, the configuration of cdk-assets' credential helper
//
// [Read] gives a [Use] for each container that names a secret. What a document
// leaves open, a ${…} or an intrinsic function whose value stands elsewhere, is a
// [Problem] with its position. Nothing is guessed.
//
// The package knows documents and image references. Which hosts and secrets a
// mapping accepts is not its concern.
package taskdef
