#!/usr/bin/env bash
# Runs a command among machines that are network namespaces of this one, over a network of so much bandwidth and delay.
#
#     machines.sh WIRE MACHINES MBIT ROUND_TRIP_MS COMMAND...
#
# Machine i is the namespace linden<i>, with the address 10.77.0.<i + 1>. COMMAND runs once, outside, with MACHINES and
# HOSTS (addresses, by commas) in its environment; `on I COMMAND...` of on.sh runs something on machine I. Needs root.
set -euo pipefail
wire=$1 machines=$2 mbit=$3 trip=$4
shift 4
folder=$(mktemp -d)
wire_process=
clean() {
  jobs -p | xargs -r kill 2> /dev/null || true
  for ((i = 0; i < machines; ++i)); do ip netns pids "linden$i" 2> /dev/null | xargs -r kill 2> /dev/null || true; done
  [ -z "$wire_process" ] || kill "$wire_process" 2> /dev/null || true
  for ((i = 0; i < machines; ++i)); do ip netns del "linden$i" 2> /dev/null || true; done
  rm -rf "$folder"
}
trap clean EXIT
trap "exit 1" TERM INT
: > "$folder/wire"
chrt -f 1 "$wire" "$machines" "$mbit" "$(awk "BEGIN { print $trip * 500 }")" > "$folder/wire" &
wire_process=$!
for ((tries = 0; tries < 100; ++tries)); do grep -q ready "$folder/wire" && break; sleep 0.05; done
hosts=
for ((i = 0; i < machines; ++i)); do
  ip netns add "linden$i"
  ip link set "linden$i" address "02:00:00:00:00:0$i" mtu 9000
  ip link set "linden$i" netns "linden$i"
  ip -n "linden$i" link set lo up
  ip -n "linden$i" addr add "10.77.0.$((i + 1))/24" dev "linden$i"
  ip -n "linden$i" link set "linden$i" up
  hosts+=${hosts:+,}10.77.0.$((i + 1))
done
MACHINES=$machines HOSTS=$hosts "$@" &
wait $!
