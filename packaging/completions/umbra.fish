# fish completion of umbra and umbrad: umbra itself says what may come next.
function __umbra_complete
    set -l token (commandline -ct)
    set -l option (string match -r -- '^--[a-z-]+=' $token)
    set -l path (string replace -r -- '^--[a-z-]+=' '' $token)
    set -l answer (umbra complete -- (commandline -opc) $token 2>/dev/null)
    switch "$answer[1]"
        case files
            printf '%s\n' "$option"(__fish_complete_path $path)
        case folders
            printf '%s\n' "$option"(__fish_complete_directories $path)
        case '*'
            printf '%s\n' $answer[2..]
    end
end
for program in umbra umbrad
    complete -c $program -f -a '(__umbra_complete)'
end
