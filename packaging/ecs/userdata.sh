#!/bin/bash
# User data for the ECS-optimised AMIs, Amazon Linux 2 and 2023: from the first boot, docker (root's
# and ec2-user's) and the ECS agent pull with the secrets of the mapping. Edit the mapping, and
# nothing else here. What your user data does besides, ECS_CLUSTER for one, goes above it: should a
# step here end the script, the instance still joins its cluster.
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
	case $(uname -m) in
	x86_64) package=@RPM_AMD64@ sha256=@RPM_AMD64_SHA256@ ;;
	aarch64) package=@RPM_ARM64@ sha256=@RPM_ARM64_SHA256@ ;;
	esac
	folder=$(mktemp -d)
	curl -fsSL --retry 6 --retry-connrefused -o "$folder/$package" "@RELEASE@/$package"
	echo "$sha256  $folder/$package" | sha256sum -c -
	rpm -U "$folder/$package"
	rm -r "$folder"
fi

# ecs.service starts once user data has ended, and reads this file then. To restart it from here
# would be to wait for oneself. Later boots and rotations are the units' work.
systemctl enable ecssecrets-agent-config-userdata.service ecssecrets-agent-config.timer
docker-credential-ecssecrets agent-config --write /etc/ecs/ecs.config ||
	echo 'the ECS agent starts without the secrets; ecssecrets-agent-config.timer tries again' >&2
systemctl start --no-block ecssecrets-agent-config.timer

docker-credential-ecssecrets setup
docker-credential-ecssecrets setup --user ec2-user
