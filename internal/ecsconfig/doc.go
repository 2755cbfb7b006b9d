// Package ecsconfig has the two settings by which the Amazon ECS agent logs in to
// registries for tasks that name no secret of their own, and puts them into its
// configuration files. The agent calls no credential helper and reads no
// config.json of docker's; it reads these, once, when it starts:
//
//	ECS_ENGINE_AUTH_TYPE=docker
//	ECS_ENGINE_AUTH_DATA={"registry.example.com":{"username":"puller","password":"..."}}
//
// in ecs.config ([SetText]), or as members of ecs.config.json ([SetJSON]), which
// count where the variables are absent or empty. The rules are those of
// aws/amazon-ecs-agent: agent/dockerclient/dockerauth (which registry gets which
// log-in), agent/config (where settings come from) and ecs-init/docker (how
// ecs.config is read).
//
// Type docker is written, not dockercfg, in which a user name can have no colon;
// and hosts without a path, because of two paths below a host that has no log-in
// of its own the agent takes one by chance.
package ecsconfig
