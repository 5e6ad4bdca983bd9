declare -A count
for word in a b a; do
    ((count[$word]++))
done
echo "${count[a]} ${count[b]}"
