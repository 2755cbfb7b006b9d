#!/bin/bash
# For building an AMI from an ECS-optimised one with the mapping in it, by Packer or EC2 Image
# Builder, as root. Each instance then reads the secrets at boot, with its own role, before
# ecs.service starts; no password gets into the image. Edit the mapping, and nothing else here.
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
systemctl enable ecssecrets-agent-config.service ecssecrets-agent-config.timer

docker-credential-ecssecrets setup
docker-credential-ecssecrets setup --user ec2-user
