set -e
echo "on purpose" >&2
false
echo 1
