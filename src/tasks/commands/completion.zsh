#compdef PROGRAM
# Completion of PROGRAM in zsh: eval "$(PROGRAM completion zsh)", or this text as the file _PROGRAM in a folder of $fpath.

_PROGRAM() {
    local line
    local -a closed open
    for line in "${(@f)$(DUALITY_COMPLETE="${(j: :)words[1,CURRENT-1]} $PREFIX" $words[1] completion words 2>/dev/null)}"; do
        [[ -z $line ]] && continue
        local word=${line%%$'\t'*} what=${line#*$'\t'}
        word=${word//:/\\:}${what:+:$what}
        if [[ ${line%%$'\t'*} == *= ]]; then open+=("$word"); else closed+=("$word"); fi
    done
    if (( $#closed + $#open == 0 )); then
        compset -P '*='
        _files
        return
    fi
    local found=1
    (( $#closed )) && _describe -t words PROGRAM closed && found=0
    (( $#open )) && _describe -t variables variable open -S '' && found=0
    return found
}

if [[ $funcstack[1] == _PROGRAM ]]; then
    _PROGRAM "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }
    compdef _PROGRAM PROGRAM
fi
