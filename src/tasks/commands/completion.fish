# Completion of PROGRAM in fish: PROGRAM completion fish | source

function __PROGRAM_words
    set -l typed (commandline -ct)
    set -l found (DUALITY_COMPLETE=(commandline -cp | string collect) PROGRAM completion words 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else if string match -qr '^\w+=' -- $typed
        set -l name (string replace -r '=.*' = -- $typed)
        printf "$name%s\n" (__fish_complete_path (string replace -r '^\w+=' '' -- $typed))
    else
        __fish_complete_path $typed
    end
end

complete -c PROGRAM -f -a '(__PROGRAM_words)'
