while :; do head -c 1000000 /dev/zero >>"$RANDOM" || exit 1; done
