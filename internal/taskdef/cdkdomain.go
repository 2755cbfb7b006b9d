package taskdef

// domains reads the domainCredentials of cdk-docker-creds.json, the configuration
// of the credential helper that comes with AWS CDK's cdk-assets. Its keys are hosts
// or URLs; its fields are those that the helper reads, and roleArn, which is what
// its documentation calls assumeRoleArn.
func (r *reader) domains(n *node) {
	if open := n.check(object); open != nil {
		r.problem(*open, "")
		return
	}
	for _, domain := range n.members {
		r.domain(domain.name, domain.value)
	}
}

func (r *reader) domain(host string, n *node) {
	if open := n.check(object); open != nil {
		r.problem(*open, "")
		return
	}
	secret := n.get("secretsManagerSecretId")
	if secret.absent() { // ecrRepository: ECR's tokens are no secrets
		r.Without++
		return
	}
	use := Use{At: secret.at, Host: host}
	var own, documented string
	before := len(r.Problems)
	for _, field := range []struct {
		to   *string
		name string
	}{
		{&use.CredentialsParameter, "secretsManagerSecretId"},
		{&use.UsernameKey, "secretsUsernameField"},
		{&use.PasswordKey, "secretsPasswordField"},
		{&own, "assumeRoleArn"},
		{&documented, "roleArn"},
	} {
		*field.to = r.field(n, field.name)
	}
	if own != "" && documented != "" && own != documented {
		r.problem(gap{n.get("roleArn").at, "roleArn contradicts assumeRoleArn", "keep one of the two"}, "")
	}
	if len(r.Problems) == before {
		r.Uses = append(r.Uses, use.inECSTerms(own, documented))
	}
}

// inECSTerms: where cdk-assets looks for the password under "secret", ECS and the
// mapping do under "password".
func (u Use) inECSTerms(roles ...string) Use {
	if u.PasswordKey == "" {
		u.PasswordKey = "secret"
	}
	if u.PasswordKey == "password" {
		u.PasswordKey = ""
	}
	if u.UsernameKey == "username" {
		u.UsernameKey = ""
	}
	for _, role := range roles {
		if role != "" {
			u.RoleARN = role
		}
	}
	return u
}

func (r *reader) field(n *node, name string) string {
	value := n.get(name)
	if value.absent() {
		return ""
	}
	resolved, open := r.pseudo.resolve(value)
	if open != nil {
		r.problem(*open, "")
	}
	return resolved
}
