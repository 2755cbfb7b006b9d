// Package mapping says which AWS Secrets Manager secret answers for which
// container registry.
//
// A mapping is a JSON file (comments and trailing commas allowed) that gives,
// for each registry host, the same repositoryCredentials that an Amazon ECS
// task definition gives for an image:
//
//	{
//	  "registries": {
//	    "registry.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf",
//	    "docker.io": { "credentialsParameter": "prod/dockerhub" },
//	    "*.corp.example": { "credentialsParameter": "corp", "profile": "corp" }
//	  },
//	  "fallback": "ecr-login"
//	}
//
// Data runs one way: [Places] say where mappings are, [Places.Read] makes
// [Source] values of them, [Parse] makes a [Mapping] of the sources, and
// [Mapping.Lookup] finds the [Entry] for a [Host], which [ParseHost] makes from
// whatever a container client sent. The package reads files and nothing else:
// no AWS, no network, no environment but what [DefaultPlaces] takes from it.
//
// Every mistake in a mapping is an [*Error] that says where it stands, what is
// wrong and what to write instead.
package mapping
