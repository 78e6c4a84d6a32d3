#!/usr/bin/env bash
# on.sh HOST COMMAND...: runs it on the machine with this address (or number), under a host name of its own. mpirun takes
# it for ssh: --mca plm_rsh_agent on.sh.
set -euo pipefail
machine=$1
shift
case $machine in 10.77.0.*) machine=$((${machine##*.} - 1)) ;; esac
exec ip netns exec "linden$machine" unshare --uts bash -c "hostname linden$machine; $*"
