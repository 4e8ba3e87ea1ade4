# Completion of PROGRAM in bash: eval "$(PROGRAM completion bash)"

_PROGRAM_complete() {
    local line=${COMP_LINE:0:COMP_POINT} breaks= word i
    local typed=${line##*[[:space:]]}
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        COMPREPLY+=("$word")
    done < <(DUALITY_COMPLETE=$line "$1" completion words 2>/dev/null)
    # What readline replaces begins behind the last of these signs.
    [[ $COMP_WORDBREAKS == *:* ]] && breaks+=:
    [[ $COMP_WORDBREAKS == *=* ]] && breaks+==
    if [[ -n $breaks && $typed == *[$breaks]* ]]; then
        local kept=${typed%"${typed##*[$breaks]}"}
        for i in "${!COMPREPLY[@]}"; do
            COMPREPLY[i]=${COMPREPLY[i]#"$kept"}
        done
    fi
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}

complete -o bashdefault -o default -F _PROGRAM_complete PROGRAM
