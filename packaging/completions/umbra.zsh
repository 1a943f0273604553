#compdef umbra umbrad
# umbra itself says what may come next: the kind, then candidates and notes with a tab between.
local line kind
local -a candidates shown
{
    IFS= read -r kind
    while IFS= read -r line; do
        candidates+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
    done
} < <(umbra complete -- "${(@Q)words[1,CURRENT-1]}" "$IPREFIX$PREFIX" 2>/dev/null)
case $kind in
files | folders)
    compset -P '--*='
    [[ $kind = files ]] && _files || _files -/
    ;;
*) (($#candidates)) && compadd -l -d shown -a candidates ;;
esac
