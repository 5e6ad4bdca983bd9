for place in / /usr /etc /root /home /var /proc/sys/kernel/core_pattern; do
    echo hf_hostile >"$place/hf_hostile" || echo hf_hostile >"$place"
done 2>/dev/null
echo 42
