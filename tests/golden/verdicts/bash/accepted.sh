read -r count
read -r -a numbers
printf '%s\n' "${numbers[@]}" | sort -n | head -n "$count" | paste -sd" "
