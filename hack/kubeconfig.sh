#!/bin/sh
# Writes the kubeconfig of a ServiceAccount of the cluster that kubectl points to.
# Usage: hack/kubeconfig.sh <serviceaccount> <namespace> <output>
set -eu
if [ $# -ne 3 ]; then
  echo "usage: $0 <serviceaccount> <namespace> <output>" >&2
  exit 2
fi
exec "$(dirname "$0")/../bin/kubeocean" kubeconfig --service-account "$1" --namespace "$2" --output "$3"
