# bash completion of umbra and umbrad: umbra itself says what may come next, quoted for the line.
_umbra() {
    local kind
    COMPREPLY=()
    {
        IFS= read -r kind
        mapfile -t COMPREPLY
    } < <(umbra complete --bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    case $kind in
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
    esac
} && complete -F _umbra umbra umbrad
