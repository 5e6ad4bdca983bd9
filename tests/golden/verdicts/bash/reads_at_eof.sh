text=$(cat)
echo "${#text}"
