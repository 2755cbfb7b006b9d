#!/bin/bash
# ECS Anywhere: run this as root on a host that is registered, Debian's or Red Hat's family. From
# then on root's docker and the ECS agent pull with the secrets of the mapping. Edit the mapping, and
# nothing else here. The ECSAnywhereRole needs what "docker-credential-ecssecrets policy" prints.
set -eu

install -d -m 0755 /etc/ecssecrets
cat >/etc/ecssecrets/mapping.json <<'END'
{
  "registries": {
    "registry.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"
  }
}
END
chmod 0644 /etc/ecssecrets/mapping.json

if [ ! -x /usr/bin/docker-credential-ecssecrets ]; then
	if [ -e /etc/debian_version ]; then format=deb; else format=rpm; fi
	case $format-$(uname -m) in
	deb-x86_64) package=@DEB_AMD64@ sha256=@DEB_AMD64_SHA256@ ;;
	deb-aarch64) package=@DEB_ARM64@ sha256=@DEB_ARM64_SHA256@ ;;
	rpm-x86_64) package=@RPM_AMD64@ sha256=@RPM_AMD64_SHA256@ ;;
	rpm-aarch64) package=@RPM_ARM64@ sha256=@RPM_ARM64_SHA256@ ;;
	esac
	folder=$(mktemp -d)
	curl -fsSL --retry 6 --retry-connrefused -o "$folder/$package" "@RELEASE@/$package"
	echo "$sha256  $folder/$package" | sha256sum -c -
	case $format in
	deb) apt-get -o DPkg::Lock::Timeout=300 -y --no-install-recommends install "$folder/$package" ;;
	rpm) rpm -U "$folder/$package" ;;
	esac
	rm -r "$folder"
fi

# The agent runs already and read its file when it started: it is restarted if that changes.
systemctl enable ecssecrets-agent-config.service ecssecrets-agent-config.timer
docker-credential-ecssecrets agent-config --write /etc/ecs/ecs.config --restart ||
	echo 'the ECS agent goes on as it was; ecssecrets-agent-config.timer tries again' >&2
systemctl start --no-block ecssecrets-agent-config.timer

# Root's docker alone: the SSM agent keeps this host's AWS credentials where only root can read them.
# A user who shall pull without sudo needs credentials of his own, named by "profile" in the mapping.
docker-credential-ecssecrets setup
