read=0
for file in /etc/passwd /etc/shadow /proc/1/environ /proc/1/mem /root/.bashrc /etc/hostname; do
    if [[ -n "$(head -c 10 "$file" 2>/dev/null | tr -d '\0')" ]]; then read=$((read + 1)); fi
done
echo "$read"
