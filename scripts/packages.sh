# Installs the packages given, as root, without starting the services that Debian would start:
# only private servers are wanted. policy-rc.d is how a package learns it (Debian Policy 9.3.3).
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy || exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >/dev/null
# Waits for another package manager that is at work, but not for ever.
apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"
